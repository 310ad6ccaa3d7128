-- Which columns of a customer's own tables hold code and quantity, as its people said it; tables are told by the words of their
-- header, or else by what kind of thing stands in each column. Columns count from 0, rows from 1. Of several rows for the same
-- table the latest counts.
CREATE TABLE form_columns (
    id TEXT PRIMARY KEY,
    customer_id TEXT NOT NULL REFERENCES customers (id),
    fingerprint TEXT NOT NULL,
    code_column BIGINT NOT NULL,
    quantity_column BIGINT NOT NULL,
    first_row BIGINT NOT NULL,
    changed_at BIGINT NOT NULL
);
CREATE INDEX form_columns_of ON form_columns (customer_id, changed_at);
