-- What a firm decides about one customer beside the rule; who, when and why is in the row, what was before in the audit.
CREATE TABLE segment_terms (
    customer_id TEXT PRIMARY KEY REFERENCES customers (id),
    -- The reporting period regular_from is meant for; under another period the firm's threshold holds.
    period TEXT NOT NULL,
    regular_from BIGINT,
    -- 1: somebody looks after this customer by hand.
    by_hand BIGINT NOT NULL,
    reason TEXT NOT NULL,
    author TEXT NOT NULL,
    set_at BIGINT NOT NULL
);

-- The rules the firm judged by, newest last.
CREATE TABLE segment_rules (
    id TEXT PRIMARY KEY,
    period TEXT NOT NULL,
    mode TEXT NOT NULL,
    regular_from BIGINT NOT NULL,
    lapse TEXT NOT NULL,
    reason TEXT NOT NULL,
    author TEXT NOT NULL,
    set_at BIGINT NOT NULL
);

-- Where each customer is now, by the firm's rule, and since which day it has been there without a break.
CREATE TABLE customer_segments (
    customer_id TEXT PRIMARY KEY REFERENCES customers (id),
    segment TEXT NOT NULL,
    since TEXT NOT NULL
);

-- Each move, with the facts it was decided by. Append-only.
CREATE TABLE segment_changes (
    id TEXT PRIMARY KEY,
    customer_id TEXT NOT NULL REFERENCES customers (id),
    -- Empty: the customer was not judged before.
    before_segment TEXT NOT NULL,
    segment TEXT NOT NULL,
    as_of TEXT NOT NULL,
    -- order: an order of the customer changed; time: days went by; rule: the rule or the data was changed.
    cause TEXT NOT NULL,
    orders_in_period BIGINT NOT NULL,
    orders_ever BIGINT NOT NULL,
    last_order TEXT,
    regular_from BIGINT NOT NULL,
    period_from TEXT NOT NULL,
    period_to TEXT NOT NULL,
    at BIGINT NOT NULL
);
CREATE INDEX segment_changes_by_customer ON segment_changes (customer_id, at);
CREATE INDEX segment_changes_by_time ON segment_changes (at);

-- Customers to be judged again, because an order of theirs changed.
CREATE TABLE segment_due (
    customer_id TEXT PRIMARY KEY REFERENCES customers (id),
    marked_at BIGINT NOT NULL
);

-- What everybody was last judged by: the rule and the day, as one text. Empty: judge anew.
CREATE TABLE segment_state (
    id BIGINT PRIMARY KEY,
    judged_by TEXT NOT NULL,
    judged_at BIGINT NOT NULL
);
INSERT INTO segment_state (id, judged_by, judged_at) VALUES (1, '', 0);

-- Everybody's verdict as of a day, kept as it was found. The same day again is another snapshot; the newest counts.
CREATE TABLE segment_snapshots (
    id TEXT PRIMARY KEY,
    as_of TEXT NOT NULL,
    period TEXT NOT NULL,
    mode TEXT NOT NULL,
    regular_from BIGINT NOT NULL,
    lapse TEXT NOT NULL,
    taken_at BIGINT NOT NULL,
    taken_by TEXT NOT NULL,
    reason TEXT NOT NULL,
    customers BIGINT NOT NULL,
    -- 0 while its verdicts are being written.
    complete BIGINT NOT NULL
);
CREATE INDEX segment_snapshots_by_day ON segment_snapshots (as_of, taken_at);

CREATE TABLE segment_verdicts (
    snapshot_id TEXT NOT NULL REFERENCES segment_snapshots (id),
    customer_id TEXT NOT NULL REFERENCES customers (id),
    segment TEXT NOT NULL,
    orders_in_period BIGINT NOT NULL,
    orders_ever BIGINT NOT NULL,
    last_order TEXT,
    regular_from BIGINT NOT NULL,
    PRIMARY KEY (snapshot_id, customer_id)
);
