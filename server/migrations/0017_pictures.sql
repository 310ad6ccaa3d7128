-- A product's pictures, each in two sizes. Numbers count a product's pictures and are never given twice: an address that
-- browsers keep for ever names one, so after a restore they begin where none given since the backup can be.
CREATE TABLE product_pictures (
    product_id TEXT NOT NULL REFERENCES products (id),
    number BIGINT NOT NULL,
    -- SHA-256 of the file it was made from: the same file again is the same picture.
    given TEXT NOT NULL,
    small_hash TEXT NOT NULL REFERENCES bodies (hash),
    large_hash TEXT NOT NULL REFERENCES bodies (hash),
    -- The file's name, or the address.
    source TEXT NOT NULL,
    added_at BIGINT NOT NULL,
    -- 1: a published list names it, so whoever may read that may see it.
    published BIGINT NOT NULL,
    PRIMARY KEY (product_id, number)
);

-- The picture a product has now; 0: none.
CREATE TABLE picture_choices (
    product_id TEXT PRIMARY KEY REFERENCES products (id),
    number BIGINT NOT NULL,
    chosen_at BIGINT NOT NULL,
    chosen_by TEXT NOT NULL
);
CREATE INDEX picture_choices_by_time ON picture_choices (chosen_at, product_id);

-- Pictures to be had from addresses: waiting, fetching, had, failed.
CREATE TABLE picture_fetches (
    product_id TEXT PRIMARY KEY REFERENCES products (id),
    address TEXT NOT NULL,
    state TEXT NOT NULL,
    attempts BIGINT NOT NULL,
    run_after BIGINT NOT NULL,
    lease_until BIGINT NOT NULL,
    reason TEXT NOT NULL,
    detail TEXT NOT NULL
);
CREATE INDEX picture_fetches_due ON picture_fetches (state, run_after);

-- The change of the catalogue up to which addresses were looked at, and the least number a new picture gets.
ALTER TABLE catalog_state ADD COLUMN pictures_seq BIGINT NOT NULL DEFAULT 0;
ALTER TABLE catalog_state ADD COLUMN picture_floor BIGINT NOT NULL DEFAULT 1;
