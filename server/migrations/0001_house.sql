-- Settings of the firm: one row, one JSON document; every change leaves an audit row.
CREATE TABLE firm (
    id BIGINT PRIMARY KEY,
    data TEXT NOT NULL,
    updated_at BIGINT NOT NULL
);

CREATE TABLE users (
    id TEXT PRIMARY KEY,
    login TEXT NOT NULL UNIQUE,
    password_hash TEXT NOT NULL,
    role TEXT NOT NULL,
    customer_id TEXT,
    lang TEXT NOT NULL,
    disabled BIGINT NOT NULL DEFAULT 0,
    demo BIGINT NOT NULL DEFAULT 0,
    created_at BIGINT NOT NULL
);

-- The token itself is only in the cookie; here is its SHA-256.
CREATE TABLE sessions (
    token_hash TEXT PRIMARY KEY,
    user_id TEXT NOT NULL REFERENCES users (id),
    created_at BIGINT NOT NULL,
    seen_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE INDEX sessions_by_user ON sessions (user_id);

-- Failed log-ins per account and per address; the key is hashed, so no address is kept.
CREATE TABLE login_failures (
    key TEXT PRIMARY KEY,
    failures BIGINT NOT NULL,
    last_at BIGINT NOT NULL
);

-- Append-only: who, when, before, after.
CREATE TABLE audit (
    id TEXT PRIMARY KEY,
    at BIGINT NOT NULL,
    actor TEXT NOT NULL,
    action TEXT NOT NULL,
    subject TEXT NOT NULL,
    before_data TEXT,
    after_data TEXT
);
CREATE INDEX audit_by_time ON audit (at, id);

-- Slow or external work, written in the transaction of its cause.
CREATE TABLE jobs (
    id TEXT PRIMARY KEY,
    kind TEXT NOT NULL,
    subject TEXT NOT NULL,
    state TEXT NOT NULL,
    attempts BIGINT NOT NULL DEFAULT 0,
    run_after BIGINT NOT NULL,
    lease_owner TEXT,
    lease_until BIGINT,
    last_error TEXT,
    created_at BIGINT NOT NULL,
    finished_at BIGINT,
    UNIQUE (kind, subject)
);
CREATE INDEX jobs_due ON jobs (state, run_after);

-- Content-addressed: documents, snapshots, mail bodies. The hash is SHA-256 in hex.
CREATE TABLE bodies (
    hash TEXT PRIMARY KEY,
    media_type TEXT NOT NULL,
    bytes BYTEA NOT NULL,
    created_at BIGINT NOT NULL
);

-- Outbox: one row per message, written with its cause. cause + contact + channel exist once.
CREATE TABLE messages (
    id TEXT PRIMARY KEY,
    cause TEXT NOT NULL,
    customer_id TEXT,
    channel TEXT NOT NULL,
    recipient TEXT NOT NULL,
    lang TEXT NOT NULL,
    subject TEXT NOT NULL,
    body_hash TEXT NOT NULL REFERENCES bodies (hash),
    -- The whole message as sent, headers included; written at the first try and used by every further one.
    rendered_hash TEXT REFERENCES bodies (hash),
    state TEXT NOT NULL,
    attempts BIGINT NOT NULL DEFAULT 0,
    run_after BIGINT NOT NULL,
    lease_owner TEXT,
    lease_until BIGINT,
    message_id TEXT NOT NULL,
    last_error TEXT,
    created_at BIGINT NOT NULL,
    sent_at BIGINT,
    UNIQUE (cause, recipient, channel)
);
CREATE INDEX messages_due ON messages (state, run_after);
CREATE INDEX messages_by_customer ON messages (customer_id, created_at);

-- Forms handed out (sheets): a form id is found again when the sheet comes back.
CREATE TABLE forms (
    id TEXT PRIMARY KEY,
    customer_id TEXT,
    version BIGINT NOT NULL,
    overlay TEXT NOT NULL,
    created_at BIGINT NOT NULL
);
