-- What a statement changes is a row of the feed with all its keys, up to 10,000 a row. A row for every key was a
-- place in an index and a look at a snapshot each, for whoever wrote and for whoever follows.
CREATE TEMP TABLE noted ON COMMIT DROP AS
    SELECT merchant_id, tx, source, array_agg(DISTINCT key) AS keys FROM base.change GROUP BY 1, 2, 3;
TRUNCATE base.change;
ALTER TABLE base.change DROP COLUMN key, ADD COLUMN keys uuid[] NOT NULL;
-- Nothing in keys repeats that compressing would find.
ALTER TABLE base.change ALTER COLUMN keys SET STORAGE EXTERNAL;
INSERT INTO base.change (merchant_id, tx, source, keys) SELECT merchant_id, tx, source, keys FROM noted;

-- A query for the notes of a source, given a query for `(merchant_id, key)` of what changed.
CREATE FUNCTION base.noting(source text, changes text) RETURNS text
LANGUAGE sql IMMUTABLE
RETURN format('INSERT INTO base.change (merchant_id, source, keys) '
              'SELECT merchant_id, %L, array_agg(key) FROM ('
              'SELECT merchant_id, key, (row_number() OVER () - 1) / 10000 AS part '
              'FROM (SELECT DISTINCT merchant_id, key FROM (%s) AS each WHERE key IS NOT NULL) AS once'
              ') AS parted GROUP BY merchant_id, part', source, changes);

CREATE OR REPLACE FUNCTION base.note_changes() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE base.noting(TG_ARGV[0], format('SELECT merchant_id, %s AS key FROM changed', TG_ARGV[1]));
    RETURN NULL;
END
$$;

CREATE OR REPLACE FUNCTION base.note_moves() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE base.noting(TG_ARGV[0], format(
        '(SELECT merchant_id, %1$s AS key, %2$s FROM changed EXCEPT SELECT merchant_id, %1$s, %2$s FROM before)'
        ' UNION ALL '
        '(SELECT merchant_id, %1$s, %2$s FROM before EXCEPT SELECT merchant_id, %1$s, %2$s FROM changed)',
        TG_ARGV[1], TG_ARGV[2]));
    RETURN NULL;
END
$$;

CREATE OR REPLACE FUNCTION base.changed_since(taken pg_snapshot) RETURNS TABLE (source text, key uuid)
LANGUAGE plpgsql STABLE AS $$
DECLARE
    first bigint := pg_snapshot_xmin(taken)::text::bigint;
BEGIN
    RETURN QUERY SELECT DISTINCT c.source, k.key FROM base.change c CROSS JOIN LATERAL unnest(c.keys) AS k (key)
        WHERE c.merchant_id = base.merchant() AND c.tx >= first
          AND NOT pg_visible_in_snapshot(c.tx::text::xid8, taken);
END
$$;
