-- Rows of a file that were taken, but not with everything they say: a store that nobody knows.
ALTER TABLE event.import ADD COLUMN noted int NOT NULL DEFAULT 0;
