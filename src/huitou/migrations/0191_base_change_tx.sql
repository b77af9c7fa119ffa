-- The feed is written with every change and read by transaction: a plain index does and costs half. The
-- transaction is kept as a number, because comparing xid8 is not leakproof, which would keep row-level
-- security from using the index. A statement notes each key once, readers ask for each key once.
ALTER TABLE base.change DROP CONSTRAINT change_pkey;
ALTER TABLE base.change ALTER COLUMN tx DROP DEFAULT;
ALTER TABLE base.change ALTER COLUMN tx TYPE bigint USING tx::text::bigint;
ALTER TABLE base.change ALTER COLUMN tx SET DEFAULT pg_current_xact_id()::text::bigint;
CREATE INDEX change_tx ON base.change (merchant_id, tx);

CREATE OR REPLACE FUNCTION base.note_changes() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('INSERT INTO base.change (merchant_id, source, key) '
                   'SELECT DISTINCT merchant_id, %L, %s FROM changed WHERE %2$s IS NOT NULL',
                   TG_ARGV[0], TG_ARGV[1]);
    RETURN NULL;
END
$$;

-- The merchant's changes that this statement sees and a snapshot did not, each once.
CREATE FUNCTION base.changed_since(taken pg_snapshot) RETURNS TABLE (source text, key uuid)
LANGUAGE plpgsql STABLE AS $$
DECLARE
    first bigint := pg_snapshot_xmin(taken)::text::bigint;
BEGIN
    RETURN QUERY SELECT DISTINCT c.source, c.key FROM base.change c
        WHERE c.merchant_id = base.merchant() AND c.tx >= first
          AND NOT pg_visible_in_snapshot(c.tx::text::xid8, taken);
END
$$;
