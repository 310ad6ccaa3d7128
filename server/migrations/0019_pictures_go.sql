-- The first day of the first list that names a picture: until then only staff see it. Empty: a day that has come.
ALTER TABLE product_pictures ADD COLUMN shown_from TEXT NOT NULL DEFAULT '';

-- The highest number given to a picture that is gone: it is not given again.
ALTER TABLE picture_choices ADD COLUMN last_number BIGINT NOT NULL DEFAULT 0;

-- When pictures nothing names were cleared away last.
ALTER TABLE catalog_state ADD COLUMN pictures_cleared_at BIGINT NOT NULL DEFAULT 0;

-- Which pictures consist of a body, and which is fetched next.
CREATE INDEX product_pictures_by_small ON product_pictures (small_hash);
CREATE INDEX product_pictures_by_large ON product_pictures (large_hash);
DROP INDEX picture_fetches_due;
CREATE INDEX picture_fetches_next ON picture_fetches (state, attempts, run_after, product_id);
