-- A mailing is one content for many customers, decided about in sets. Who may get it, and who not and why, is kept
-- as roaring bitmaps of ordinals, a row for each 65,536 ordinals, outcome and channel.
CREATE TABLE reach.mailing (
    merchant_id uuid NOT NULL,
    id uuid NOT NULL,
    campaign_id uuid,
    plan jsonb NOT NULL,
    audience bytea NOT NULL,
    held_out bytea NOT NULL,
    state text NOT NULL CHECK (state IN ('deciding', 'reserving', 'reserved', 'done', 'stopped')),
    opens jsonb NOT NULL DEFAULT '{}',
    taken pg_snapshot,
    policy_version int,
    at timestamptz NOT NULL,
    decided_at timestamptz,
    reserved_at timestamptz,
    done_at timestamptz,
    PRIMARY KEY (merchant_id, id)
);
CREATE INDEX mailing_campaign ON reach.mailing (merchant_id, campaign_id);
CREATE INDEX mailing_open ON reach.mailing (merchant_id, at) WHERE state NOT IN ('done', 'stopped');
SELECT base.protect('reach.mailing');

-- `outcome`: chosen (decided), reserved (a place is held), sent (a message was made), or the code of why not.
CREATE TABLE reach.mailing_part (
    merchant_id uuid NOT NULL,
    mailing_id uuid NOT NULL,
    bucket int NOT NULL,
    outcome text NOT NULL,
    channel text NOT NULL,
    people bytea NOT NULL,
    count int NOT NULL CHECK (count > 0),
    PRIMARY KEY (merchant_id, mailing_id, bucket, outcome, channel),
    FOREIGN KEY (merchant_id, mailing_id) REFERENCES reach.mailing (merchant_id, id)
);
CREATE INDEX mailing_part_reserved ON reach.mailing_part (merchant_id, bucket) WHERE outcome = 'reserved';
CREATE INDEX mailing_part_bucket ON reach.mailing_part (merchant_id, bucket, mailing_id);
SELECT base.protect('reach.mailing_part');

-- Which mailing a message was made for.
ALTER TABLE reach.message ADD mailing_id uuid;

-- Notes the keys of rows that differ before and after in what is named: a key that lost a row is noted too.
CREATE FUNCTION base.note_moves() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('INSERT INTO base.change (merchant_id, source, key) SELECT DISTINCT merchant_id, %L, key FROM ('
                   '(SELECT merchant_id, %2$s AS key, %3$s FROM changed EXCEPT SELECT merchant_id, %2$s, %3$s FROM before)'
                   ' UNION ALL '
                   '(SELECT merchant_id, %2$s, %3$s FROM before EXCEPT SELECT merchant_id, %2$s, %3$s FROM changed)'
                   ') AS moved WHERE key IS NOT NULL', TG_ARGV[0], TG_ARGV[1], TG_ARGV[2]);
    RETURN NULL;
END
$$;
CREATE FUNCTION base.feed_moves(target regclass, source text, key text, columns text) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('CREATE TRIGGER update_feed AFTER UPDATE ON %s REFERENCING OLD TABLE AS before NEW TABLE AS changed '
                   'FOR EACH STATEMENT EXECUTE FUNCTION base.note_moves(%L, %L, %L)', target, source, key, columns);
END
$$;
SELECT base.feed('identity.link', 'identity.link', 'customer_id', '{insert,delete}');
SELECT base.feed_moves('identity.link', 'identity.link', 'customer_id',
    'identifier_id, quarantine IS NULL AS is_sure');
SELECT base.feed('reach.suppression', 'reach.suppression', 'customer_id');
SELECT base.feed('reach.message', 'reach.message', 'customer_id', '{insert,delete}');
-- What happens between planning and delivery counts alike.
SELECT base.feed_moves('reach.message', 'reach.message', 'customer_id',
    'id, CASE WHEN state IN (''delivered'', ''cancelled'', ''failed'') THEN state END AS state, delivered_at, not_before');

-- The copy has more tables now: it is made again.
UPDATE base.warehouse_file SET replaced_at = now() WHERE replaced_at IS NULL;
