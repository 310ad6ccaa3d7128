-- Orders that come by e-mail: messages as they came, the files in them, and how far each mailbox is read.

-- A message is in one state: accepted (it became orders), refused (with the reason), needs_person, ignored (nothing of an order).
-- The answer to "was this one here already" is message_key: a hash of what the sender wrote, which no relay changes.
CREATE TABLE incoming_mails (
    id TEXT PRIMARY KEY,
    -- imap or drop, and the folder or the file it came from.
    source TEXT NOT NULL,
    place TEXT NOT NULL,
    uidvalidity BIGINT,
    uid BIGINT,
    message_key TEXT NOT NULL UNIQUE,
    message_id TEXT NOT NULL,
    -- The message to the byte; absent where it is kept no longer.
    raw_hash TEXT REFERENCES bodies (hash),
    -- letter, auto_reply, bounce, list, own, report, or unread where the message itself cannot be opened.
    kind TEXT NOT NULL,
    sender TEXT NOT NULL,
    subject TEXT NOT NULL,
    text TEXT NOT NULL,
    -- What proves the sender: token, signed; empty: nothing does.
    evidence TEXT NOT NULL,
    customer_id TEXT REFERENCES customers (id),
    state TEXT NOT NULL,
    reason TEXT NOT NULL,
    detail TEXT NOT NULL,
    -- Whether an answer may be written by itself (RFC 3834), and where its thread goes on: JSON.
    answerable BIGINT NOT NULL,
    thread TEXT NOT NULL,
    received_at BIGINT NOT NULL,
    revision BIGINT NOT NULL DEFAULT 1,
    decided_at BIGINT,
    decided_by TEXT NOT NULL DEFAULT ''
);
CREATE INDEX incoming_mails_by_state ON incoming_mails (state, received_at);
CREATE INDEX incoming_mails_by_raw ON incoming_mails (raw_hash);

CREATE TABLE incoming_files (
    id TEXT PRIMARY KEY,
    mail_id TEXT NOT NULL REFERENCES incoming_mails (id),
    no BIGINT NOT NULL,
    name TEXT NOT NULL,
    media_type TEXT NOT NULL,
    size BIGINT NOT NULL,
    hash TEXT REFERENCES bodies (hash),
    form_id TEXT,
    customer_id TEXT REFERENCES customers (id),
    -- Of the form and what is ordered on it; the same again is the same order.
    content TEXT NOT NULL,
    -- JSON of FormAccount; empty where it was not read.
    account TEXT NOT NULL,
    -- accepted, refused, needs_person or ignored.
    verdict TEXT NOT NULL,
    reason TEXT NOT NULL,
    detail TEXT NOT NULL,
    order_id TEXT REFERENCES orders (id),
    UNIQUE (mail_id, no)
);
CREATE INDEX incoming_files_by_form ON incoming_files (form_id, content);
CREATE INDEX incoming_files_by_hash ON incoming_files (hash);

-- How far a mailbox or directory is read, by whom, and what stands in the way.
CREATE TABLE incoming_boxes (
    name TEXT PRIMARY KEY,
    uidvalidity BIGINT NOT NULL DEFAULT 0,
    last_uid BIGINT NOT NULL DEFAULT 0,
    lease_owner TEXT NOT NULL DEFAULT '',
    lease_until BIGINT NOT NULL DEFAULT 0,
    looked_at BIGINT NOT NULL DEFAULT 0,
    trouble TEXT NOT NULL DEFAULT '',
    failures BIGINT NOT NULL DEFAULT 0
);

-- An answer to a message of somebody's: JSON of its In-Reply-To and References; empty in all others.
ALTER TABLE messages ADD COLUMN thread TEXT NOT NULL DEFAULT '';
