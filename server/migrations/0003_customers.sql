CREATE TABLE customers (
    id TEXT PRIMARY KEY,
    code TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    name_folded TEXT NOT NULL,
    country TEXT NOT NULL,
    other_countries TEXT NOT NULL,
    lang TEXT NOT NULL,
    price_type TEXT NOT NULL REFERENCES price_types (code),
    delivery_address TEXT NOT NULL,
    address TEXT NOT NULL,
    tax_id TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL
);

CREATE TABLE contacts (
    id TEXT PRIMARY KEY,
    customer_id TEXT NOT NULL REFERENCES customers (id),
    name TEXT NOT NULL,
    email TEXT NOT NULL,
    phone TEXT NOT NULL,
    receives_orders BIGINT NOT NULL,
    created_at BIGINT NOT NULL
);
CREATE INDEX contacts_by_customer ON contacts (customer_id);

-- Append-only; the newest row of a purpose and channel is the current state.
CREATE TABLE consents (
    id TEXT PRIMARY KEY,
    contact_id TEXT NOT NULL REFERENCES contacts (id),
    purpose TEXT NOT NULL,
    channel TEXT NOT NULL,
    state TEXT NOT NULL,
    text_version TEXT NOT NULL,
    source TEXT NOT NULL,
    at BIGINT NOT NULL
);
CREATE INDEX consents_by_contact ON consents (contact_id, at);
