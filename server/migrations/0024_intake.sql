-- Orders by e-mail: messages that fail again and again, and what is kept no longer.

-- The message tried last, and how often so far: one that fails each time holds up no other.
ALTER TABLE incoming_boxes ADD COLUMN trying BIGINT NOT NULL DEFAULT 0;
ALTER TABLE incoming_boxes ADD COLUMN tries BIGINT NOT NULL DEFAULT 0;

-- Whether somebody was answered within the hour is asked before every answer.
CREATE INDEX messages_answers ON messages (recipient, created_at) WHERE thread <> '';
-- The message an order came by.
CREATE INDEX incoming_files_by_order ON incoming_files (order_id);

-- When ignored messages were cleared away last.
ALTER TABLE catalog_state ADD COLUMN incoming_cleared_at BIGINT NOT NULL DEFAULT 0;
-- Whether a message holds a body is asked before the body goes, by us and by the database for its foreign keys' sake; without
-- these both look at every message there ever was.
CREATE INDEX messages_by_body ON messages (body_hash);
CREATE INDEX messages_by_rendered ON messages (rendered_hash);
CREATE INDEX messages_by_html ON messages (html_hash);
CREATE INDEX documents_by_pdf ON documents (pdf_hash);
