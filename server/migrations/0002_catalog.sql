-- The catalogue is a history of revisions, each with the number of the change that made it (seq). What counts
-- is the newest revision with seq <= catalog_state.visible_seq: an import writes its revisions in short
-- transactions and becomes visible by one update. A published price list version is a seq that never moves.
CREATE TABLE catalog_state (
    id BIGINT PRIMARY KEY,
    visible_seq BIGINT NOT NULL,
    last_version BIGINT NOT NULL
);
INSERT INTO catalog_state (id, visible_seq, last_version) VALUES (1, 0, 0);

CREATE TABLE price_types (
    code TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    currency TEXT NOT NULL,
    sort BIGINT NOT NULL
);

CREATE TABLE product_groups (
    code TEXT NOT NULL,
    seq BIGINT NOT NULL,
    name TEXT NOT NULL,
    parent_code TEXT,
    sort BIGINT NOT NULL,
    PRIMARY KEY (code, seq)
);

CREATE TABLE products (
    id TEXT PRIMARY KEY,
    code TEXT NOT NULL UNIQUE,
    first_seq BIGINT NOT NULL
);

CREATE TABLE product_revisions (
    product_id TEXT NOT NULL REFERENCES products (id),
    seq BIGINT NOT NULL,
    name TEXT NOT NULL,
    group_code TEXT NOT NULL,
    kind TEXT NOT NULL,
    unit TEXT NOT NULL,
    vat_rate BIGINT NOT NULL,
    min_quantity BIGINT,
    max_quantity BIGINT,
    increment BIGINT,
    unit_precision BIGINT NOT NULL,
    stock BIGINT,
    active BIGINT NOT NULL,
    PRIMARY KEY (product_id, seq)
);
CREATE INDEX product_revisions_by_seq ON product_revisions (seq);

-- price is absent where the product lost its price of this type.
CREATE TABLE price_revisions (
    product_id TEXT NOT NULL REFERENCES products (id),
    price_type TEXT NOT NULL REFERENCES price_types (code),
    seq BIGINT NOT NULL,
    price BIGINT,
    PRIMARY KEY (product_id, price_type, seq)
);
CREATE INDEX price_revisions_by_seq ON price_revisions (seq);

-- Published, numbered, immutable.
CREATE TABLE price_list_versions (
    version BIGINT PRIMARY KEY,
    seq BIGINT NOT NULL,
    published_at BIGINT NOT NULL,
    published_by TEXT NOT NULL,
    valid_from TEXT NOT NULL,
    currency TEXT NOT NULL,
    vat_mode TEXT NOT NULL,
    terms TEXT NOT NULL,
    note TEXT NOT NULL,
    products BIGINT NOT NULL,
    left_out BIGINT NOT NULL,
    reasons_hash TEXT NOT NULL REFERENCES bodies (hash)
);

-- What a reader of one price type sees of a version; the body is the encoded snapshot, compressed with brotli.
CREATE TABLE price_list_snapshots (
    version BIGINT NOT NULL REFERENCES price_list_versions (version),
    overlay TEXT NOT NULL,
    products BIGINT NOT NULL,
    checksum TEXT NOT NULL,
    body_hash TEXT NOT NULL REFERENCES bodies (hash),
    PRIMARY KEY (version, overlay)
);

CREATE TABLE imports (
    id TEXT PRIMARY KEY,
    kind TEXT NOT NULL,
    files TEXT NOT NULL,
    actor TEXT NOT NULL,
    state TEXT NOT NULL,
    seq BIGINT,
    started_at BIGINT NOT NULL,
    finished_at BIGINT,
    lease_until BIGINT NOT NULL,
    read_rows BIGINT NOT NULL,
    created_rows BIGINT NOT NULL,
    changed_rows BIGINT NOT NULL,
    unchanged_rows BIGINT NOT NULL,
    refused_rows BIGINT NOT NULL,
    groups_created BIGINT NOT NULL,
    notes TEXT NOT NULL,
    error TEXT
);

CREATE TABLE import_refusals (
    import_id TEXT NOT NULL REFERENCES imports (id),
    no BIGINT NOT NULL,
    file TEXT NOT NULL,
    row_no BIGINT NOT NULL,
    value TEXT NOT NULL,
    reason TEXT NOT NULL,
    PRIMARY KEY (import_id, no)
);
