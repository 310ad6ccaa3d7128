-- What staff and customers change of a customer.

-- How the address offered first is called, as the others in delivery_addresses are.
ALTER TABLE customers ADD COLUMN delivery_name TEXT NOT NULL DEFAULT '';
-- Why the customer is blocked; empty where it is not.
ALTER TABLE customers ADD COLUMN state_reason TEXT NOT NULL DEFAULT '';

-- A customer's timeline shows what was changed of it.
CREATE INDEX audit_by_subject ON audit (subject, at);

-- One name for the purpose of mailings (0006_people.sql); imports wrote another.
UPDATE consents SET purpose = 'marketing' WHERE purpose = 'mailings';

-- What a customer asks staff to change, because it may not change it itself. state: open, done, declined.
CREATE TABLE customer_requests (
    id TEXT PRIMARY KEY,
    customer_id TEXT NOT NULL REFERENCES customers (id),
    text TEXT NOT NULL,
    state TEXT NOT NULL,
    asked_at BIGINT NOT NULL,
    asked_by TEXT NOT NULL,
    answer TEXT NOT NULL DEFAULT '',
    answered_at BIGINT,
    answered_by TEXT NOT NULL DEFAULT ''
);
CREATE INDEX customer_requests_by_customer ON customer_requests (customer_id, asked_at);
CREATE INDEX customer_requests_by_state ON customer_requests (state, asked_at);
