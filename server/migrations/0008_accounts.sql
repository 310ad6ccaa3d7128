-- Log-ins as people keep them: names, second factors, sessions one can tell apart, visitors who sign up.

-- An empty password_hash: invited, nobody has chosen a password yet. Mail for a log-in goes to the log-in itself, where it is an address.
ALTER TABLE users ADD COLUMN name TEXT NOT NULL DEFAULT '';
ALTER TABLE users ADD COLUMN revision BIGINT NOT NULL DEFAULT 1;
ALTER TABLE users ADD COLUMN seen_at BIGINT;
-- Since when a second factor is asked for; its secret, sealed and in hex; the last time step a code was taken for, so that
-- each works once; and a secret that is offered and not confirmed yet.
ALTER TABLE users ADD COLUMN factor_at BIGINT;
ALTER TABLE users ADD COLUMN factor_secret TEXT NOT NULL DEFAULT '';
ALTER TABLE users ADD COLUMN factor_step BIGINT NOT NULL DEFAULT 0;
ALTER TABLE users ADD COLUMN factor_offered TEXT NOT NULL DEFAULT '';
CREATE INDEX users_by_customer ON users (customer_id);

-- What kind of browser, in two words; when its user last gave the password; whether a second factor was passed.
ALTER TABLE sessions ADD COLUMN device TEXT NOT NULL DEFAULT '';
ALTER TABLE sessions ADD COLUMN proved_at BIGINT NOT NULL DEFAULT 0;
ALTER TABLE sessions ADD COLUMN factor BIGINT NOT NULL DEFAULT 0;

-- One-time codes for whoever lost the second factor: 120 bits each, so a plain hash is enough (ASVS 5.0, 6.5.2).
CREATE TABLE recovery_codes (
    user_id TEXT NOT NULL REFERENCES users (id),
    code_hash TEXT NOT NULL,
    used_at BIGINT,
    PRIMARY KEY (user_id, code_hash)
);

-- What somebody asked for without being signed in. The answer is made by a job: the request itself takes the same work and
-- the same time whether there is an account or not.
CREATE TABLE account_requests (
    id TEXT PRIMARY KEY,
    kind TEXT NOT NULL,
    data TEXT NOT NULL,
    created_at BIGINT NOT NULL
);

-- Visitors who signed up and confirmed their address; the customer waits in state 'applied' until staff decide.
CREATE TABLE applications (
    customer_id TEXT PRIMARY KEY REFERENCES customers (id),
    contact_id TEXT NOT NULL REFERENCES contacts (id),
    user_id TEXT NOT NULL,
    message TEXT NOT NULL,
    applied_at BIGINT NOT NULL,
    decided_at BIGINT,
    decided_by TEXT NOT NULL DEFAULT '',
    -- approved or refused
    decision TEXT NOT NULL DEFAULT '',
    reason TEXT NOT NULL DEFAULT ''
);
CREATE INDEX applications_waiting ON applications (decided_at, applied_at);
