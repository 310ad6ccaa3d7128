-- Mailings: what is written to whom, in which words, and one message per recipient (messages).

CREATE TABLE templates (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    -- The segment it is meant for; empty: any.
    segment TEXT NOT NULL,
    topic TEXT NOT NULL,
    newest BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    archived_at BIGINT
);

-- Immutable once written.
CREATE TABLE template_versions (
    template_id TEXT NOT NULL REFERENCES templates (id),
    version BIGINT NOT NULL,
    note TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    created_by TEXT NOT NULL,
    PRIMARY KEY (template_id, version)
);

CREATE TABLE template_texts (
    template_id TEXT NOT NULL,
    version BIGINT NOT NULL,
    lang TEXT NOT NULL,
    subject TEXT NOT NULL,
    html TEXT NOT NULL,
    text TEXT NOT NULL,
    PRIMARY KEY (template_id, version, lang)
);

-- state: draft, frozen (messages are written, nothing goes out), running, paused, done, cancelled.
CREATE TABLE mailings (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    state TEXT NOT NULL,
    revision BIGINT NOT NULL,
    topic TEXT NOT NULL,
    -- JSON of kontor_shared::mailings::Audience.
    audience TEXT NOT NULL,
    template_id TEXT REFERENCES templates (id),
    -- Fixed when frozen.
    template_version BIGINT,
    price_list BIGINT,
    attach_price_list BIGINT NOT NULL DEFAULT 0,
    -- hold or resend: what becomes of messages of which nobody knows whether they arrived.
    uncertain_policy TEXT NOT NULL DEFAULT 'hold',
    -- The segment rule and the sentence of the audience as they were when frozen (JSON).
    frozen_by_rule TEXT NOT NULL DEFAULT '',
    -- Why it is paused, where the program did it.
    paused_reason TEXT NOT NULL DEFAULT '',
    created_at BIGINT NOT NULL,
    created_by TEXT NOT NULL,
    frozen_at BIGINT,
    frozen_by TEXT NOT NULL DEFAULT '',
    started_at BIGINT,
    started_by TEXT NOT NULL DEFAULT '',
    finished_at BIGINT
);
CREATE INDEX mailings_by_time ON mailings (created_at);

-- A message of a mailing; all of these are empty in mails about orders.
ALTER TABLE messages ADD COLUMN mailing_id TEXT;
ALTER TABLE messages ADD COLUMN contact_id TEXT;
ALTER TABLE messages ADD COLUMN topic TEXT NOT NULL DEFAULT '';
-- The recipient's domain in lower case, for throttling.
ALTER TABLE messages ADD COLUMN domain TEXT NOT NULL DEFAULT '';
ALTER TABLE messages ADD COLUMN html_hash TEXT;
-- JSON: attachments by the hash of what they are made from and the values put in, see outbox/attachment.rs.
ALTER TABLE messages ADD COLUMN attachments TEXT NOT NULL DEFAULT '';
-- Why nobody was written to; a stable code.
ALTER TABLE messages ADD COLUMN skip_reason TEXT NOT NULL DEFAULT '';
CREATE INDEX messages_by_mailing ON messages (mailing_id, state);

-- When the next message of a scope may go: the theoretical arrival time of GCRA, in Unix milliseconds.
-- scope: smarthost, or domain:<name>.
CREATE TABLE throttles (
    scope TEXT PRIMARY KEY,
    tat BIGINT NOT NULL
);

-- Scopes nothing is sent to for a while, because the server said so too often.
CREATE TABLE breakers (
    scope TEXT PRIMARY KEY,
    failures BIGINT NOT NULL,
    open_until BIGINT NOT NULL,
    reason TEXT NOT NULL,
    changed_at BIGINT NOT NULL
);

-- One row: whether anything is sent at all. A restored database starts paused.
CREATE TABLE sending (
    id BIGINT PRIMARY KEY,
    paused BIGINT NOT NULL,
    reason TEXT NOT NULL,
    changed_at BIGINT NOT NULL,
    changed_by TEXT NOT NULL
);
INSERT INTO sending (id, paused, reason, changed_at, changed_by) VALUES (1, 0, '', 0, '');
