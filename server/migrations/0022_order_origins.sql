-- The mailing that carried a form.
ALTER TABLE forms ADD COLUMN mailing_id TEXT;

-- Where an order came from that was not put together on the page. content is the hash of form and lines, by which the same
-- order sent twice is known; account is what was read of the file, as JSON; received_on is the day the paper or mail came in.
CREATE TABLE order_origins (
    order_id TEXT PRIMARY KEY REFERENCES orders (id),
    form_id TEXT,
    mailing_id TEXT,
    received_on TEXT,
    content TEXT,
    account TEXT
);
CREATE INDEX order_origins_by_content ON order_origins (content);
CREATE INDEX order_origins_by_form ON order_origins (form_id);
CREATE INDEX order_origins_by_mailing ON order_origins (mailing_id);

-- Scans and photos of orders on paper.
CREATE TABLE order_papers (
    order_id TEXT NOT NULL REFERENCES orders (id),
    no BIGINT NOT NULL,
    name TEXT NOT NULL,
    media_type TEXT NOT NULL,
    bytes BYTEA NOT NULL,
    added_at BIGINT NOT NULL,
    added_by TEXT NOT NULL,
    PRIMARY KEY (order_id, no)
);

-- What is odd about an order and was looked at. subject is a product's or group's code or another order's id, empty where it is
-- about the order as a whole.
CREATE TABLE oddities_dismissed (
    order_id TEXT NOT NULL REFERENCES orders (id),
    kind TEXT NOT NULL,
    subject TEXT NOT NULL,
    at BIGINT NOT NULL,
    actor TEXT NOT NULL,
    PRIMARY KEY (order_id, kind, subject)
);
