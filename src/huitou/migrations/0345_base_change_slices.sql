-- The keys of a statement are gathered in one list and cut from it. Numbering them and grouping them by number
-- again cost as much as finding them.
CREATE OR REPLACE FUNCTION base.noting(source text, changes text) RETURNS text
LANGUAGE sql IMMUTABLE
RETURN format('INSERT INTO base.change (merchant_id, source, keys) '
              'SELECT merchant_id, %L, keys[first : first + 9999] FROM ('
              'SELECT merchant_id, array_agg(key) AS keys '
              'FROM (SELECT DISTINCT merchant_id, key FROM (%s) AS each WHERE key IS NOT NULL) AS once '
              'GROUP BY merchant_id) AS noted '
              'CROSS JOIN generate_series(1, cardinality(keys), 10000) AS first', source, changes);
