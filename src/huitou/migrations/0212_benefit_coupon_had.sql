-- As before, but the template is compared so that no index can: planned while the table was empty, the
-- key of (merchant, template, …) looked as good as that of (merchant, customer, …), and then every claim
-- read all coupons of the template.
CREATE OR REPLACE FUNCTION benefit.coupons_had(template uuid, people uuid[])
RETURNS TABLE (root_id uuid, customer_id uuid, serial bigint, nth int, claim uuid)
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp
SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off
SET enable_bitmapscan = off AS $$
    SELECT a.id, k.customer_id, k.serial, k.nth, k.claim
    FROM unnest(people) AS a (id)
    LEFT JOIN identity.customer m ON m.merchant_id = (SELECT base.merchant())
        AND m.root_id = a.id AND m.state = 'live'
    LEFT JOIN benefit.coupon k ON k.merchant_id = (SELECT base.merchant())
        AND k.customer_id = m.id AND k.template_id IS NOT DISTINCT FROM template
        AND k.nth IS NOT NULL
    WHERE m.id IS NULL OR k.serial IS NOT NULL
$$;
