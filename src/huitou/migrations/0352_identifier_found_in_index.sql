-- Whose identifier it is, is asked of every event: the index alone answers, and the table, with what is
-- sealed in it, need not be in memory.

ALTER TABLE event.identifier
    DROP CONSTRAINT identifier_merchant_id_blind_key,
    ADD CONSTRAINT identifier_merchant_id_blind_key UNIQUE (merchant_id, blind) INCLUDE (id);
