-- What buyers filter by, beside group, price and stock: attributes as a JSON object of texts ('' where there are none), and
-- whether the firm points the product out. Where its picture was to be had from.
ALTER TABLE product_revisions ADD COLUMN attributes TEXT NOT NULL DEFAULT '';
ALTER TABLE product_revisions ADD COLUMN promotion BIGINT NOT NULL DEFAULT 0;
ALTER TABLE product_revisions ADD COLUMN picture_url TEXT NOT NULL DEFAULT '';
