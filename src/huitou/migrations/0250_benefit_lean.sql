-- The commonest posting in fewer statements: who was never merged has one account, whose change locks it,
-- and nearly always the lot that ends soonest is enough. Answers whether the key was new.
DROP FUNCTION benefit.move;
CREATE FUNCTION benefit.move(
    moment timestamptz, id uuid, key text, hash bytea, kind text, ref_kind text, ref_id text, at timestamptz,
    detail jsonb, account uuid, owner uuid, what text, amount bigint, contra uuid, contra_owner uuid,
    lot uuid, active timestamptz, expires timestamptz
) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
SET enable_seqscan = off SET plan_cache_mode = force_generic_plan AS $$
#variable_conflict use_variable
DECLARE
    own uuid := base.merchant();
    debt bigint;
    moved bigint := 0;
BEGIN
    IF own IS NULL THEN
        RAISE EXCEPTION 'no merchant is set';
    END IF;
    INSERT INTO benefit.transaction
        (merchant_id, id, idempotency_key, request_hash, kind, ref_kind, ref_id, at, posted_at, detail)
    VALUES (own, id, key, hash, kind, ref_kind, ref_id, at, moment, detail)
    ON CONFLICT (merchant_id, idempotency_key) DO NOTHING;
    IF NOT FOUND THEN
        RETURN false;
    END IF;
    -- The account of the merchant that this session found last. A session forgets it with the transaction
    -- that made it, and no account ever goes away.
    IF current_setting('huitou.contra', true) IS DISTINCT FROM contra::text THEN
        INSERT INTO benefit.account (merchant_id, id, owner_kind, owner_id, asset)
        VALUES (own, contra, 'merchant', contra_owner, what)
        ON CONFLICT ON CONSTRAINT account_pkey DO NOTHING;
        PERFORM set_config('huitou.contra', contra::text, false);
    END IF;

    IF amount > 0 THEN
        UPDATE benefit.account a SET balance = a.balance + amount
        WHERE a.merchant_id = own AND a.id = account
        RETURNING a.owed INTO debt;
        IF NOT FOUND THEN
            INSERT INTO benefit.account AS a (merchant_id, id, owner_kind, owner_id, asset, balance)
            VALUES (own, account, 'customer', owner, what, amount)
            ON CONFLICT ON CONSTRAINT account_pkey DO UPDATE SET balance = a.balance + excluded.balance
            RETURNING a.owed INTO debt;
        END IF;
        INSERT INTO benefit.lot
            (merchant_id, id, account_id, asset, quantity, remaining, active_at, expires_at, transaction_id)
        VALUES (own, lot, account, what, amount, amount, active, expires, id);
        IF debt > 0 THEN
            PERFORM benefit.add_entries(
                own, id, at, what, ARRAY[account] || d.accounts || contra, ARRAY[lot] || d.lots,
                ARRAY[amount] || d.amounts || -amount)
            FROM benefit.settle_debts(
                own, ARRAY[account], ARRAY[true], ARRAY[1], ARRAY['give'], ARRAY[account], ARRAY[amount],
                ARRAY[lot]) d;
            RETURN true;
        END IF;
    ELSE
        lot := NULL;
        UPDATE benefit.account a SET balance = a.balance + amount
        WHERE a.merchant_id = own AND a.id = account AND a.owed = 0 AND NOT EXISTS (
            SELECT FROM identity.customer m
            WHERE m.merchant_id = own AND m.id <> owner AND m.root_id = (
                SELECT c.root_id FROM identity.customer c WHERE c.merchant_id = own AND c.id = owner));
        IF FOUND THEN
            moved := amount;
            UPDATE benefit.lot t SET remaining = t.remaining + amount
            WHERE t.merchant_id = own AND t.remaining - t.held >= -amount AND t.id = (
                SELECT o.id FROM benefit.lot o
                WHERE o.merchant_id = own AND o.account_id = account
                    AND o.remaining > o.held AND o.active_at <= moment AND o.expires_at > moment
                ORDER BY o.expires_at, o.id LIMIT 1)
            RETURNING t.id INTO lot;
        END IF;
        IF lot IS NULL THEN
            PERFORM benefit.add_entries(
                own, id, at, what, d.accounts || contra, d.lots, d.amounts || -amount)
            FROM benefit.draw_pool(own, moment, owner, what, -amount, account, -moved) d;
            RETURN true;
        END IF;
    END IF;

    INSERT INTO benefit.entry (merchant_id, transaction_id, seq, account_id, asset, amount, at, lot_id)
    VALUES (own, id, 1, account, what, amount, at, lot), (own, id, 2, contra, what, -amount, at, NULL);
    RETURN true;
END
$$;
REVOKE ALL ON FUNCTION benefit.move FROM PUBLIC;
GRANT EXECUTE ON FUNCTION benefit.move TO huitou_app;

-- Takes what is needed from the lots of a customer and of whoever was merged with them, soonest to expire
-- first. `moved` is what was taken off the balance of `account` before. Raises when they have less.
CREATE FUNCTION benefit.draw_pool(
    own uuid, moment timestamptz, owner uuid, what text, need bigint, account uuid, moved bigint,
    OUT accounts uuid[], OUT lots uuid[], OUT amounts bigint[]
)
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
#variable_conflict use_variable
DECLARE
    pool uuid[] := benefit.pool_of(own, owner, what);
    debt bigint;
    open record;
    part bigint;
BEGIN
    SELECT sum(a.owed) INTO debt
    FROM (
        SELECT a.owed FROM benefit.account a
        WHERE a.merchant_id = own AND a.id = ANY (pool) ORDER BY a.id FOR NO KEY UPDATE
    ) a;
    FOR open IN
        SELECT t.id, t.account_id, t.remaining - t.held AS free FROM benefit.lot t
        WHERE t.merchant_id = own AND t.account_id = ANY (pool)
            AND t.remaining > t.held AND t.active_at <= moment AND t.expires_at > moment
        ORDER BY t.expires_at, t.id
    LOOP
        part := least(need, open.free);
        UPDATE benefit.lot t SET remaining = t.remaining - part
        WHERE t.merchant_id = own AND t.id = open.id;
        accounts := accounts || open.account_id;
        lots := lots || open.id;
        amounts := amounts || -part;
        need := need - part;
        EXIT WHEN need = 0;
    END LOOP;
    IF need > 0 OR debt > 0 AND debt > (
        SELECT coalesce(sum(t.remaining - t.held), 0) FROM benefit.lot t
        WHERE t.merchant_id = own AND t.account_id = ANY (pool)
            AND t.active_at <= moment AND t.expires_at > moment
    ) THEN
        PERFORM benefit.refuse_short();
    END IF;
    UPDATE benefit.account a SET balance = a.balance + m.amount
    FROM (
        SELECT p.account, sum(p.amount) AS amount
        FROM unnest(accounts || account, amounts || moved) AS p (account, amount)
        GROUP BY p.account HAVING sum(p.amount) <> 0
    ) m
    WHERE a.merchant_id = own AND a.id = ANY (accounts || account) AND a.id = m.account;
END
$$;

CREATE FUNCTION benefit.add_entries(
    own uuid, id uuid, at timestamptz, what text, accounts uuid[], lots uuid[], amounts bigint[]
) RETURNS void
LANGUAGE sql SET search_path = pg_catalog, pg_temp AS $$
    INSERT INTO benefit.entry (merchant_id, transaction_id, seq, account_id, asset, amount, at, lot_id)
    SELECT own, id, e.n, e.account, what, e.amount, at, e.lot
    FROM unnest(accounts, amounts, lots) WITH ORDINALITY AS e (account, amount, lot, n)
$$;

-- As before, but what nothing is wrong with, and takes nothing back, is seen in one pass.
CREATE OR REPLACE FUNCTION benefit.check_entries() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    own uuid;
    originals uuid[];
BEGIN
    PERFORM FROM added GROUP BY merchant_id, transaction_id, asset
    HAVING sum(amount) <> 0 OR min(seq) <> 1 OR count(reverses) > 0;
    IF NOT FOUND THEN
        RETURN NULL;
    END IF;
    IF EXISTS (
        SELECT FROM added GROUP BY merchant_id, transaction_id, asset HAVING sum(amount) <> 0
    ) THEN
        RAISE EXCEPTION 'a transaction does not sum to zero' USING ERRCODE = 'HT002';
    END IF;
    IF EXISTS (
        SELECT FROM added GROUP BY merchant_id, transaction_id HAVING min(seq) <> 1
    ) THEN
        RAISE EXCEPTION 'entries are added with their transaction only' USING ERRCODE = 'HT003';
    END IF;
    FOR own, originals IN
        SELECT merchant_id, array_agg(DISTINCT reverses) FROM added
        WHERE reverses IS NOT NULL GROUP BY merchant_id
    LOOP
        IF EXISTS (
            SELECT
            FROM (
                SELECT e.reverses AS original_id, e.account_id, e.asset, e.amount AS back, 0 AS given
                FROM benefit.entry e
                WHERE e.merchant_id = own AND e.reverses = ANY (originals)
                UNION ALL
                SELECT e.transaction_id, e.account_id, e.asset, 0, e.amount
                FROM benefit.entry e
                WHERE e.merchant_id = own AND e.transaction_id = ANY (originals)
            ) moved
            GROUP BY original_id, account_id, asset
            HAVING benefit.is_over_reversed(sum(given), sum(back))
        ) THEN
            RAISE EXCEPTION 'more is reversed than was posted' USING ERRCODE = 'HT004';
        END IF;
    END LOOP;
    RETURN NULL;
END
$$;

-- As before, but no look goes over all accounts, debts are looked for where somebody owes, and accounts that
-- are missing are made in the order in which all are locked: two calls never wait for each other.
CREATE OR REPLACE FUNCTION benefit.draw(
    own uuid, moment timestamptz, is_added boolean[], overdraws boolean[],
    leg_postings int[], leg_modes text[], leg_accounts uuid[], leg_owner_kinds text[], leg_owners uuid[],
    leg_assets text[], leg_floors bigint[], leg_amounts bigint[], leg_lots uuid[], leg_holds uuid[],
    pool_legs int[], pool_accounts uuid[],
    OUT legs int[], OUT lots uuid[], OUT accounts uuid[], OUT amounts bigint[]
)
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    fresh_legs int[];
    fresh_lots uuid[];
    fresh_accounts uuid[];
    fresh_amounts bigint[];
    is_short boolean;
    has_debt boolean;
    step text;
BEGIN
    IF 'capture' = ANY (leg_modes) THEN
        PERFORM FROM benefit.hold h
        WHERE h.merchant_id = own AND h.id = ANY (leg_holds) ORDER BY h.id FOR UPDATE;
    END IF;
    IF EXISTS (
        SELECT FROM unnest(leg_postings, leg_accounts, leg_owner_kinds) AS l (posting, account, owner_kind)
        LEFT JOIN (
            SELECT a.id FROM benefit.account a WHERE a.merchant_id = own AND a.id = ANY (leg_accounts)
        ) a ON a.id = l.account
        WHERE is_added[l.posting] AND l.owner_kind <> 'merchant' AND a.id IS NULL
    ) THEN
        INSERT INTO benefit.account AS a (merchant_id, id, owner_kind, owner_id, asset, floor, balance)
        SELECT own, l.account, min(l.owner_kind), (array_agg(l.owner))[1], min(l.asset), min(l.floor), 0
        FROM (
            SELECT l.account, l.owner_kind, l.owner, l.asset, l.floor
            FROM unnest(leg_postings, leg_accounts, leg_owner_kinds, leg_owners, leg_assets, leg_floors)
                AS l (posting, account, owner_kind, owner, asset, floor)
            WHERE is_added[l.posting] AND l.owner_kind <> 'merchant'
            UNION ALL
            SELECT a.id, a.owner_kind, a.owner_id, a.asset, a.floor FROM benefit.account a
            WHERE a.merchant_id = own AND a.id = ANY (pool_accounts)
        ) l
        GROUP BY l.account
        ORDER BY l.account
        ON CONFLICT (merchant_id, id) DO UPDATE SET balance = a.balance;
    END IF;
    SELECT bool_or(a.owed > 0) INTO has_debt
    FROM (
        SELECT a.owed FROM benefit.account a
        WHERE a.merchant_id = own AND a.owner_kind <> 'merchant'
            AND a.id = ANY (leg_accounts || pool_accounts)
        ORDER BY a.id FOR NO KEY UPDATE
    ) a;

    FOREACH step IN ARRAY '{capture,claw,claw_more,take}'::text[] LOOP
        CONTINUE WHEN NOT left(step, 4) = ANY (SELECT left(m, 4) FROM unnest(leg_modes) AS m);
        SELECT array_agg(s.leg), array_agg(s.lot), array_agg(s.account), array_agg(-s.amount)
        INTO fresh_legs, fresh_lots, fresh_accounts, fresh_amounts
        FROM benefit.draw_step(
            step, own, moment, is_added, leg_postings, leg_modes, leg_accounts, leg_amounts, leg_lots,
            leg_holds, pool_legs, pool_accounts, legs, amounts) s;
        IF step = 'capture' THEN
            PERFORM benefit.resolve(own, moment, 'captured', h.ids, h.amounts)
            FROM (
                SELECT array_agg(l.hold) AS ids, array_agg(-l.amount) AS amounts
                FROM unnest(leg_postings, leg_modes, leg_holds, leg_amounts) AS l (posting, mode, hold, amount)
                WHERE is_added[l.posting] AND l.mode = 'capture'
            ) h;
        END IF;
        PERFORM benefit.move_lots(own, fresh_lots, fresh_amounts);
        legs := legs || fresh_legs;
        lots := lots || fresh_lots;
        accounts := accounts || fresh_accounts;
        amounts := amounts || fresh_amounts;
    END LOOP;

    -- What no lot could serve.
    SELECT array_agg(r.leg), array_agg(NULL::uuid), array_agg(r.account), array_agg(-r.rest), bool_or(r.is_refused)
    INTO fresh_legs, fresh_lots, fresh_accounts, fresh_amounts, is_short
    FROM (
        SELECT l.n::int AS leg, l.account, -l.amount - coalesce(d.amount, 0) AS rest,
            l.mode <> 'claw' AND NOT overdraws[l.posting] AS is_refused
        FROM unnest(leg_postings, leg_modes, leg_accounts, leg_amounts)
            WITH ORDINALITY AS l (posting, mode, account, amount, n)
        LEFT JOIN (
            SELECT d.leg, -sum(d.amount) AS amount FROM unnest(legs, amounts) AS d (leg, amount) GROUP BY d.leg
        ) d ON d.leg = l.n
        WHERE is_added[l.posting] AND l.mode IN ('take', 'claw', 'capture')
    ) r
    WHERE r.rest > 0;
    IF is_short THEN
        PERFORM benefit.refuse_short();
    END IF;
    legs := legs || fresh_legs;
    lots := lots || fresh_lots;
    accounts := accounts || fresh_accounts;
    amounts := amounts || fresh_amounts;

    UPDATE benefit.account a SET balance = a.balance + m.amount, owed = a.owed + m.owed
    FROM (
        SELECT d.account, sum(d.amount) AS amount,
            coalesce(-sum(d.amount) FILTER (WHERE d.lot IS NULL), 0) AS owed
        FROM unnest(accounts, lots, amounts) AS d (account, lot, amount)
        GROUP BY d.account
    ) m
    WHERE a.merchant_id = own AND a.id = ANY (accounts) AND a.id = m.account;

    -- Who owes may not spend, even from another account of theirs.
    IF (has_debt OR fresh_legs IS NOT NULL) AND 'take' = ANY (leg_modes) AND EXISTS (
        SELECT
        FROM unnest(pool_legs, pool_accounts) AS p (leg, account)
        JOIN (
            SELECT a.id, a.owed FROM benefit.account a
            WHERE a.merchant_id = own AND a.id = ANY (pool_accounts)
        ) a ON a.id = p.account
        LEFT JOIN (
            SELECT t.account_id, sum(t.remaining - t.held) AS free FROM benefit.lot t
            WHERE t.merchant_id = own AND t.account_id = ANY (pool_accounts)
                AND t.active_at <= moment AND t.expires_at > moment
            GROUP BY t.account_id
        ) f ON f.account_id = p.account
        WHERE is_added[leg_postings[p.leg]] AND NOT overdraws[leg_postings[p.leg]]
        GROUP BY p.leg HAVING sum(a.owed) > 0 AND sum(a.owed) > coalesce(sum(f.free), 0)
    ) THEN
        PERFORM benefit.refuse_short();
    END IF;
END
$$;

-- As before, but people and what they had are read each in one go along an index, not one by one; and the
-- template is still compared so that no index of its own can be taken.
CREATE OR REPLACE FUNCTION benefit.coupons_had(template uuid, people uuid[])
RETURNS TABLE (root_id uuid, customer_id uuid, serial bigint, nth int, claim uuid)
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp
SET enable_seqscan = off SET enable_nestloop = off SET enable_mergejoin = off
SET enable_bitmapscan = off AS $$
    WITH members AS MATERIALIZED (
        SELECT m.id, m.root_id FROM identity.customer m
        WHERE m.merchant_id = (SELECT base.merchant()) AND m.root_id = ANY (people)
            AND m.state = 'live'
    )
    SELECT a.id, k.customer_id, k.serial, k.nth, k.claim
    FROM unnest(people) AS a (id)
    LEFT JOIN members m ON m.root_id = a.id
    LEFT JOIN (
        SELECT k.customer_id, k.serial, k.nth, k.claim FROM benefit.coupon k
        WHERE k.merchant_id = (SELECT base.merchant())
            AND k.customer_id = ANY (ARRAY(SELECT m.id FROM members m))
            AND k.template_id IS NOT DISTINCT FROM template AND k.nth IS NOT NULL
    ) k ON k.customer_id = m.id
    WHERE m.id IS NULL OR k.serial IS NOT NULL
$$;
