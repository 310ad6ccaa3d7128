-- What an order lacked of the firm's least amount when it came in, in minor units of its currency: it is stored all the
-- same where prices, goods or the least amount changed after the buyer saw the list, and the firm decides. NULL: nothing.
ALTER TABLE orders ADD COLUMN lacking BIGINT;

-- Whether a list is packed as tightly as it goes, so that nobody tries again for minutes. 0: not yet.
ALTER TABLE price_list_snapshots ADD COLUMN tight BIGINT NOT NULL DEFAULT 0;
