-- Reasons and notes of an import by stable codes with their arguments (JSON), so that a page says them in its reader's
-- language. Runs from before have none, and are shown in English.

ALTER TABLE import_refusals ADD COLUMN code TEXT NOT NULL DEFAULT '';
ALTER TABLE import_refusals ADD COLUMN args TEXT NOT NULL DEFAULT '{}';
ALTER TABLE imports ADD COLUMN told TEXT NOT NULL DEFAULT '[]';
