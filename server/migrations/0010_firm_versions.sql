-- The firm's settings as each change left them: what two people may not overwrite, and what undoing goes back to.
ALTER TABLE firm ADD COLUMN revision BIGINT NOT NULL DEFAULT 0;

CREATE TABLE firm_versions (
    revision BIGINT PRIMARY KEY,
    data TEXT NOT NULL,
    saved_at BIGINT NOT NULL
);
INSERT INTO firm_versions (revision, data, saved_at) SELECT revision, data, updated_at FROM firm;
