-- id is the client's; sending it again with the same body (body_hash) gives the same answer, another body 409.
CREATE TABLE orders (
    id TEXT PRIMARY KEY,
    number TEXT NOT NULL UNIQUE,
    customer_id TEXT REFERENCES customers (id),
    user_id TEXT,
    source TEXT NOT NULL,
    kind TEXT NOT NULL,
    state TEXT NOT NULL,
    revision BIGINT NOT NULL,
    body_hash TEXT NOT NULL,
    ordered_at BIGINT NOT NULL,
    ordered_day TEXT NOT NULL,
    price_list BIGINT,
    overlay TEXT,
    po_number TEXT NOT NULL,
    wanted_on TEXT,
    delivery_address TEXT NOT NULL,
    comment TEXT NOT NULL,
    currency TEXT NOT NULL,
    vat_mode TEXT NOT NULL,
    vat_method TEXT NOT NULL,
    net BIGINT NOT NULL,
    vat BIGINT NOT NULL,
    gross BIGINT NOT NULL,
    line_count BIGINT NOT NULL,
    -- 1: at least one line of goods with positive quantity and price (segments).
    counted BIGINT NOT NULL
);
CREATE INDEX orders_by_customer ON orders (customer_id, ordered_at);
CREATE INDEX orders_by_state ON orders (state, ordered_at);
CREATE INDEX orders_by_time ON orders (ordered_at, id);

CREATE TABLE order_lines (
    order_id TEXT NOT NULL REFERENCES orders (id),
    line_no BIGINT NOT NULL,
    product_code TEXT NOT NULL,
    name TEXT NOT NULL,
    unit TEXT NOT NULL,
    quantity BIGINT NOT NULL,
    shown_price BIGINT,
    price BIGINT,
    vat_rate BIGINT NOT NULL,
    amount BIGINT NOT NULL,
    verdict TEXT NOT NULL,
    reason TEXT,
    PRIMARY KEY (order_id, line_no)
);

CREATE TABLE order_events (
    order_id TEXT NOT NULL REFERENCES orders (id),
    no BIGINT NOT NULL,
    at BIGINT NOT NULL,
    state TEXT NOT NULL,
    by_role TEXT NOT NULL,
    actor TEXT NOT NULL,
    note TEXT NOT NULL,
    PRIMARY KEY (order_id, no)
);

-- One locked row per series and span; the number is taken last, in the transaction that stores the document.
CREATE TABLE number_series (
    series TEXT NOT NULL,
    span TEXT NOT NULL,
    next_number BIGINT NOT NULL,
    PRIMARY KEY (series, span)
);

-- Posted, never edited or deleted. data is the typed document as JSON; the PDF is rendered from it once.
CREATE TABLE documents (
    id TEXT PRIMARY KEY,
    kind TEXT NOT NULL,
    order_id TEXT NOT NULL REFERENCES orders (id),
    customer_id TEXT NOT NULL,
    series TEXT NOT NULL,
    span TEXT NOT NULL,
    number BIGINT NOT NULL,
    number_text TEXT NOT NULL,
    document_date TEXT NOT NULL,
    currency TEXT NOT NULL,
    gross BIGINT NOT NULL,
    data TEXT NOT NULL,
    posted_at BIGINT NOT NULL,
    posted_by TEXT NOT NULL,
    pdf_hash TEXT,
    UNIQUE (series, span, number),
    UNIQUE (kind, order_id)
);
CREATE INDEX documents_by_customer ON documents (customer_id, posted_at);
