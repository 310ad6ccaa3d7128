-- What buyers filter by, beside group, price and stock: attributes as a JSON object of texts ('' where there are none), and
-- whether the firm points the product out. Where its picture was to be had from.
ALTER TABLE product_revisions ADD COLUMN attributes TEXT NOT NULL DEFAULT '';
ALTER TABLE product_revisions ADD COLUMN promotion BIGINT NOT NULL DEFAULT 0;
ALTER TABLE product_revisions ADD COLUMN picture_url TEXT NOT NULL DEFAULT '';

-- What leads from one published version's list to another's, for pages that have the earlier one.
CREATE TABLE price_list_deltas (
    version BIGINT NOT NULL REFERENCES price_list_versions (version),
    overlay TEXT NOT NULL,
    since BIGINT NOT NULL REFERENCES price_list_versions (version),
    -- On the wire.
    bytes BIGINT NOT NULL,
    body_hash TEXT NOT NULL REFERENCES bodies (hash),
    PRIMARY KEY (version, overlay, since)
);
