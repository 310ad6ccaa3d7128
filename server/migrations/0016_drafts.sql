-- The order a buyer is putting together, so that every device of theirs has it. One for each person: what a colleague has half
-- written is neither seen nor sent by another. Lines are JSON as typed; nothing of it counts before it is an order.
CREATE TABLE drafts (
    user_id TEXT PRIMARY KEY REFERENCES users (id),
    customer_id TEXT NOT NULL REFERENCES customers (id),
    revision BIGINT NOT NULL,
    -- The id the order will have.
    order_id TEXT,
    lines TEXT NOT NULL,
    po_number TEXT NOT NULL,
    wanted_on TEXT NOT NULL,
    delivery_address TEXT,
    comment TEXT NOT NULL,
    changed_at BIGINT NOT NULL
);
CREATE INDEX drafts_by_order ON drafts (order_id);
