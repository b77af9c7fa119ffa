-- A customer's sources stand in profile.customer. That each is a tag, too, is read from there: it needs no
-- row of its own, and no entry in two indexes (decision 28). Tags that people, files and rules gave stay.
CREATE TEMPORARY TABLE kept ON COMMIT DROP AS
SELECT t.* FROM profile.tag t
WHERE NOT EXISTS (
    SELECT FROM profile.customer c
    WHERE c.merchant_id = t.merchant_id AND c.customer_id = t.customer_id AND t.source = 'auto'
      AND t.name = ANY(SELECT 'source:' || s FROM unnest(c.source_channels) AS s));

ALTER TABLE profile.tag DISABLE TRIGGER insert_feed;
TRUNCATE profile.tag;
INSERT INTO profile.tag SELECT * FROM kept;
ALTER TABLE profile.tag ENABLE TRIGGER insert_feed;
DROP TABLE kept;

-- Whoever is seen again has a new version of this row: two on a page are room enough.
ALTER TABLE profile.customer SET (fillfactor = 95);

-- The copy has these rows as well: it is made again.
UPDATE base.warehouse_file SET replaced_at = now() WHERE replaced_at IS NULL;
