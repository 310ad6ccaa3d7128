-- What a firm keeps of its customers and the people there.

-- state: applied (a visitor signed up, staff have not decided), active, blocked (orders nothing, is written to by nobody).
ALTER TABLE customers ADD COLUMN state TEXT NOT NULL DEFAULT 'active';
-- Off every price of the customer's price type, in basis points.
ALTER TABLE customers ADD COLUMN discount BIGINT NOT NULL DEFAULT 0;
-- email, fax or post: how the customer wants to be written to.
ALTER TABLE customers ADD COLUMN channel TEXT NOT NULL DEFAULT 'email';
ALTER TABLE customers ADD COLUMN region TEXT NOT NULL DEFAULT '';
-- The user who looks after the customer.
ALTER TABLE customers ADD COLUMN manager_id TEXT;
ALTER TABLE customers ADD COLUMN note TEXT NOT NULL DEFAULT '';
ALTER TABLE customers ADD COLUMN revision BIGINT NOT NULL DEFAULT 1;
CREATE INDEX customers_by_state ON customers (state);
CREATE INDEX customers_by_manager ON customers (manager_id);

ALTER TABLE contacts ADD COLUMN position TEXT NOT NULL DEFAULT '';
-- Empty: the customer's language.
ALTER TABLE contacts ADD COLUMN lang TEXT NOT NULL DEFAULT '';
ALTER TABLE contacts ADD COLUMN fax TEXT NOT NULL DEFAULT '';
-- Roles beside receives_orders: proformas, invoices and reminders; mailings (which still need a consent).
ALTER TABLE contacts ADD COLUMN receives_accounts BIGINT NOT NULL DEFAULT 0;
ALTER TABLE contacts ADD COLUMN receives_mail BIGINT NOT NULL DEFAULT 1;
-- The log-in of this person, where there is one.
ALTER TABLE contacts ADD COLUMN user_id TEXT;
-- The person was erased: name and addresses are masked, the row stays for the documents that name it.
ALTER TABLE contacts ADD COLUMN erased_at BIGINT;
CREATE INDEX contacts_by_email ON contacts (email);
CREATE INDEX contacts_by_user ON contacts (user_id);

-- Places beside customers.delivery_address, which is the one offered first.
CREATE TABLE delivery_addresses (
    id TEXT PRIMARY KEY,
    customer_id TEXT NOT NULL REFERENCES customers (id),
    name TEXT NOT NULL,
    address TEXT NOT NULL,
    created_at BIGINT NOT NULL
);
CREATE INDEX delivery_addresses_by_customer ON delivery_addresses (customer_id, created_at);

-- What was said or signed, and who wrote it down. purpose: marketing, privacy, or a mailing's topic (topic:<word>).
ALTER TABLE consents ADD COLUMN evidence TEXT NOT NULL DEFAULT '';
ALTER TABLE consents ADD COLUMN actor TEXT NOT NULL DEFAULT '';

-- Texts people agreed to, kept as they were shown.
CREATE TABLE consent_texts (
    purpose TEXT NOT NULL,
    version TEXT NOT NULL,
    lang TEXT NOT NULL,
    text TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (purpose, version, lang)
);

-- Addresses nothing of a kind may be sent to, whoever's they are. address is in lower case.
-- reason: unsubscribed, complaint, bounced, erased, register, manual. topic: empty for all mailings; bounced stops every mail.
CREATE TABLE suppressions (
    address TEXT NOT NULL,
    channel TEXT NOT NULL,
    reason TEXT NOT NULL,
    topic TEXT NOT NULL DEFAULT '',
    source TEXT NOT NULL,
    actor TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    until BIGINT,
    PRIMARY KEY (address, channel, reason, topic)
);

-- One-time links sent or shown to people. The token itself is only in the link; here is its SHA-256.
-- purpose: setup, invite, reset, email. data is the purpose's own JSON.
CREATE TABLE links (
    token_hash TEXT PRIMARY KEY,
    purpose TEXT NOT NULL,
    subject TEXT NOT NULL,
    data TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    created_by TEXT NOT NULL,
    expires_at BIGINT NOT NULL,
    used_at BIGINT
);
CREATE INDEX links_by_subject ON links (purpose, subject);

-- Keys made by the program where KONTOR_SECRET names none.
CREATE TABLE secrets (
    name TEXT PRIMARY KEY,
    value TEXT NOT NULL
);
