-- The rows of an import lie in sealed blocks, one a transaction; `place` is where the next one begins.
ALTER TABLE event.import ADD COLUMN place bigint NOT NULL DEFAULT 0;
UPDATE event.import SET state = 'cancelled', finished_at = created_at WHERE state IN ('waiting', 'running');
