-- Prices from a quantity on, beside price_revisions, which has the price of any quantity. price is absent where the step
-- was taken away.
CREATE TABLE tier_revisions (
    product_id TEXT NOT NULL REFERENCES products (id),
    price_type TEXT NOT NULL REFERENCES price_types (code),
    from_quantity BIGINT NOT NULL,
    seq BIGINT NOT NULL,
    price BIGINT,
    PRIMARY KEY (product_id, price_type, from_quantity, seq)
);
CREATE INDEX tier_revisions_by_seq ON tier_revisions (seq);
