-- What is due is found without passing over what may wait: a mail about an order behind 100 000 of a mailing, a mailing's
-- messages to domains that may still be written to behind those that may not.
CREATE INDEX messages_due_orders ON messages (run_after, id) WHERE state = 'queued' AND mailing_id IS NULL;
CREATE INDEX messages_due_mailings ON messages (mailing_id, run_after, id) WHERE state = 'queued' AND mailing_id IS NOT NULL;
CREATE INDEX messages_waiting ON messages (mailing_id, domain, run_after, id) WHERE state = 'queued' AND mailing_id IS NOT NULL;
CREATE INDEX mailings_by_state ON mailings (state, started_at);
-- Each (mailing, contact, channel) exists once.
CREATE UNIQUE INDEX messages_once ON messages (mailing_id, contact_id, channel) WHERE mailing_id IS NOT NULL AND contact_id IS NOT NULL;
