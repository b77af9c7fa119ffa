-- What was seen of a customer is one row, whatever the number of sources, and the only one that being
-- seen again changes: the wide row, with an index for each way to a list, stays as it is. The row of who
-- answers for others has the last sight of them all.
CREATE TABLE profile.seen_anew (
    merchant_id uuid NOT NULL,
    customer_id uuid NOT NULL,
    last_seen_at timestamptz NOT NULL,
    joined_at timestamptz,
    bought_at timestamptz,
    bought_unit_id uuid,
    bought_in_store boolean,
    sources text[] NOT NULL
) WITH (fillfactor = 90);
INSERT INTO profile.seen_anew
SELECT merchant_id, customer_id, max(last_seen_at), min(joined_at),
       (array_agg(bought_at ORDER BY bought_in_store DESC, bought_at)
           FILTER (WHERE bought_at IS NOT NULL))[1],
       (array_agg(bought_unit_id ORDER BY bought_in_store DESC, bought_at)
           FILTER (WHERE bought_at IS NOT NULL))[1],
       (array_agg(bought_in_store ORDER BY bought_in_store DESC, bought_at)
           FILTER (WHERE bought_at IS NOT NULL))[1],
       coalesce(array_agg(source ORDER BY source) FILTER (WHERE source <> 'huitou'), '{}')
FROM profile.seen GROUP BY merchant_id, customer_id;
DROP TABLE profile.seen;
ALTER TABLE profile.seen_anew RENAME TO seen;
ALTER TABLE profile.seen ADD PRIMARY KEY (merchant_id, customer_id);
INSERT INTO profile.seen (merchant_id, customer_id, last_seen_at, sources)
SELECT merchant_id, customer_id, last_seen_at, '{}' FROM profile.customer
ON CONFLICT (merchant_id, customer_id) DO UPDATE SET last_seen_at = excluded.last_seen_at;
CREATE INDEX seen_recent ON profile.seen (merchant_id, last_seen_at);
CREATE INDEX seen_joined ON profile.seen (merchant_id, joined_at) WHERE joined_at IS NOT NULL;
SELECT base.protect('profile.seen');
SELECT base.feed('profile.seen', 'profile.seen', 'customer_id');
ANALYZE profile.seen;

DROP INDEX profile.customer_recent;
ALTER TABLE profile.customer DROP COLUMN last_seen_at;

-- The copy has another table for it: it is made again.
UPDATE base.warehouse_file SET replaced_at = now() WHERE replaced_at IS NULL;
