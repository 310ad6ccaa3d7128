-- Sheets that buyers save from the page are known when they come back; how many one of them saved lately is asked before each.
CREATE INDEX forms_by_customer ON forms (customer_id, created_at);
