-- The feed: which rows changed, noted by the database itself, so that no writer can forget it.
-- Consumers remember the snapshot up to which they have looked; what is visible now and was not then
-- is theirs to look at. So no change is overlooked however transactions overlap.
CREATE TABLE base.change (
    merchant_id uuid NOT NULL,
    tx xid8 NOT NULL DEFAULT pg_current_xact_id(),
    source text NOT NULL,
    key uuid NOT NULL,
    PRIMARY KEY (merchant_id, tx, source, key)
);
SELECT base.protect('base.change', 'SELECT, INSERT, DELETE');

CREATE TABLE base.feed_cursor (
    merchant_id uuid NOT NULL,
    consumer text NOT NULL,
    taken pg_snapshot NOT NULL,
    position bigint NOT NULL DEFAULT 0,
    moved_at timestamptz NOT NULL,
    PRIMARY KEY (merchant_id, consumer)
);
SELECT base.protect('base.feed_cursor');

-- A key that is no uuid, as one.
CREATE FUNCTION base.key_of(number bigint) RETURNS uuid
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN lpad(to_hex(number), 32, '0')::uuid;
CREATE FUNCTION base.key_of(name text) RETURNS uuid
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN md5(name)::uuid;

-- Arguments: the source's name, and the key as an expression over the changed rows.
CREATE FUNCTION base.note_changes() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('INSERT INTO base.change (merchant_id, source, key) '
                   'SELECT DISTINCT merchant_id, %L, %s FROM changed WHERE %2$s IS NOT NULL '
                   'ON CONFLICT DO NOTHING', TG_ARGV[0], TG_ARGV[1]);
    RETURN NULL;
END
$$;

-- Note changes of a table on the feed, `verbs` among insert, update, delete.
CREATE FUNCTION base.feed(target regclass, source text, key text, verbs text[] DEFAULT '{insert,update,delete}')
RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
    verb text;
BEGIN
    FOREACH verb IN ARRAY verbs LOOP
        EXECUTE format('CREATE TRIGGER %I AFTER %s ON %s REFERENCING %s TABLE AS changed '
                       'FOR EACH STATEMENT EXECUTE FUNCTION base.note_changes(%L, %L)',
                       verb || '_feed', verb, target, CASE verb WHEN 'delete' THEN 'OLD' ELSE 'NEW' END,
                       source, key);
    END LOOP;
END
$$;

SELECT base.feed('merchant.unit', 'merchant.unit', 'id');
SELECT base.feed('merchant.staff', 'merchant.staff', 'id');
SELECT base.feed('catalog.product', 'catalog.product', 'base.key_of(sku)');
SELECT base.feed('identity.customer', 'identity.customer', 'id');
SELECT base.feed('identity.resolved', 'identity.resolved', 'base.key_of(position)', '{update,delete}');
SELECT base.feed('profile.customer', 'profile.customer', 'customer_id');
SELECT base.feed('profile.tag', 'profile.tag', 'customer_id');
SELECT base.feed('profile.consent', 'profile.consent', 'customer_id');
SELECT base.feed('profile.trait', 'profile.trait', 'customer_id');
SELECT base.feed('profile.friendship', 'profile.friendship', 'customer_id');
SELECT base.feed('"order".total', 'order.total', 'customer_id');
SELECT base.feed('"order".category_total', 'order.category_total', 'customer_id');
SELECT base.feed('"order".purchase', 'order.order', 'id');
SELECT base.feed('"order".line', 'order.order', 'order_id', '{update,delete}');

-- The warehouse's files. A file is part of the copy from the commit of its row until `replaced_at`.
-- `base` files hold the rows of keys up to key_max; `delta` files hold keys that came or changed since,
-- each with its rows of now, or a mark that it has none. `merges_upto` is the last file a delta was
-- put together from: who has read that one need not read it.
CREATE TABLE base.warehouse_file (
    merchant_id uuid NOT NULL,
    id bigint GENERATED ALWAYS AS IDENTITY,
    dataset text NOT NULL,
    kind text NOT NULL CHECK (kind IN ('base', 'delta')),
    month date,
    path text NOT NULL,
    rows bigint NOT NULL,
    bytes bigint NOT NULL,
    key_max bigint NOT NULL,
    merges_upto bigint,
    made_at timestamptz NOT NULL,
    replaced_at timestamptz,
    PRIMARY KEY (merchant_id, id)
);
CREATE INDEX warehouse_file_present ON base.warehouse_file (merchant_id, dataset, id) WHERE replaced_at IS NULL;
SELECT base.protect('base.warehouse_file');
