-- A consent is given for an address and does not follow the person to another one.

-- The address the contact had on that channel when it was said; empty: none, or the consent is to no channel.
ALTER TABLE consents ADD COLUMN address TEXT NOT NULL DEFAULT '';
-- Which address earlier ones were given for is not known any more; the contact's present one is the best guess.
UPDATE consents SET address = COALESCE((SELECT CASE consents.channel WHEN 'email' THEN p.email WHEN 'fax' THEN p.fax ELSE '' END
    FROM contacts p WHERE p.id = consents.contact_id), '') WHERE channel IN ('email', 'fax');
UPDATE consents SET address = COALESCE((SELECT c.delivery_address FROM contacts p JOIN customers c ON c.id = p.customer_id
    WHERE p.id = consents.contact_id AND p.erased_at IS NULL), '') WHERE channel = 'post';
