-- A posting costs what its statements cost to set up. A CHECK is parsed anew for each of them; a policy is
-- part of the plan that is kept. So what must hold of every row is the owner's policy, which binds these
-- functions as a CHECK would; only a superuser passes it, as one passes the policies of merchants.
ALTER TABLE benefit.account
    DROP CONSTRAINT account_owner_kind_check, DROP CONSTRAINT account_check, DROP CONSTRAINT account_owed_check;
ALTER TABLE benefit.lot DROP CONSTRAINT lot_check;
DO $$
DECLARE
    name text;
BEGIN
    FOREACH name IN ARRAY '{account,lot}'::text[] LOOP
        EXECUTE format('DROP POLICY of_owner ON benefit.%I', name);
        EXECUTE format('CREATE POLICY seen_by_owner ON benefit.%I FOR SELECT TO %I USING (true)', name, current_user);
        EXECUTE format('CREATE POLICY removed_by_owner ON benefit.%I FOR DELETE TO %I USING (true)', name, current_user);
    END LOOP;
    EXECUTE format($policy$
        CREATE POLICY added_by_owner ON benefit.account FOR INSERT TO %I WITH CHECK (
            owner_kind IN ('staff', 'customer', 'merchant')
            AND (balance IS NULL) = (owner_kind = 'merchant') AND owed >= 0)
        $policy$, current_user);
    EXECUTE format($policy$
        CREATE POLICY changed_by_owner ON benefit.account FOR UPDATE TO %I
        USING (true) WITH CHECK (owed >= 0 AND (balance IS NULL) = (owner_kind = 'merchant'))
        $policy$, current_user);
    EXECUTE format($policy$
        CREATE POLICY added_by_owner ON benefit.lot FOR INSERT TO %I
        WITH CHECK (quantity > 0 AND remaining <= quantity AND held >= 0 AND held <= remaining)
        $policy$, current_user);
    EXECUTE format($policy$
        CREATE POLICY changed_by_owner ON benefit.lot FOR UPDATE TO %I
        USING (true) WITH CHECK (remaining <= quantity AND held >= 0 AND held <= remaining)
        $policy$, current_user);
END
$$;

-- That no entry is of nothing is looked at where its transaction's sum is.
ALTER TABLE benefit.entry DROP CONSTRAINT entry_amount_check;

-- The entries of a lot are those of its account.
DROP INDEX benefit.entry_lot;

-- Lots that end together are taken in the order of their ids, without sorting.
DROP INDEX benefit.lot_account;
CREATE INDEX lot_account ON benefit.lot (merchant_id, account_id, expires_at, id);

-- As before, and in the same pass that no entry is of nothing.
CREATE OR REPLACE FUNCTION benefit.check_entries() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    own uuid;
    originals uuid[];
BEGIN
    PERFORM FROM added GROUP BY merchant_id, transaction_id, asset
    HAVING sum(amount) <> 0 OR min(seq) <> 1 OR count(reverses) > 0 OR bool_or(amount = 0);
    IF NOT FOUND THEN
        RETURN NULL;
    END IF;
    IF EXISTS (
        SELECT FROM added GROUP BY merchant_id, transaction_id, asset
        HAVING sum(amount) <> 0 OR bool_or(amount = 0)
    ) THEN
        RAISE EXCEPTION 'a transaction does not sum to zero, or an entry is of nothing' USING ERRCODE = 'HT002';
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

-- As before, but the look for whoever was merged is one look, and an account that is alone is drawn from
-- without looking for others.
CREATE OR REPLACE FUNCTION benefit.move(
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
    is_alone boolean;
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
        -- Who answers for themselves and for nobody else is the one member of their own group.
        UPDATE benefit.account a SET balance = a.balance + amount
        WHERE a.merchant_id = own AND a.id = account AND a.owed = 0 AND ARRAY[owner] = ARRAY(
            SELECT m.id FROM identity.customer m WHERE m.merchant_id = own AND m.root_id = owner);
        is_alone := FOUND;
        IF is_alone THEN
            -- Nobody else moves lots of an account that is locked: the row is where it was found.
            UPDATE benefit.lot t SET remaining = t.remaining + amount
            WHERE t.merchant_id = own AND t.remaining - t.held >= -amount AND t.ctid = (
                SELECT o.ctid FROM benefit.lot o
                WHERE o.merchant_id = own AND o.account_id = account
                    AND o.remaining > o.held AND o.active_at <= moment AND o.expires_at > moment
                ORDER BY o.expires_at, o.id LIMIT 1)
            RETURNING t.id INTO lot;
        END IF;
        IF lot IS NULL THEN
            PERFORM benefit.add_entries(
                own, id, at, what, d.accounts || contra, d.lots, d.amounts || -amount)
            FROM benefit.draw_pool(
                own, moment, CASE WHEN is_alone THEN ARRAY[account] ELSE benefit.pool_of(own, owner, what) END,
                -amount, is_alone) d;
            RETURN true;
        END IF;
    END IF;

    INSERT INTO benefit.entry (merchant_id, transaction_id, seq, account_id, asset, amount, at, lot_id)
    VALUES (own, id, 1, account, what, amount, at, lot), (own, id, 2, contra, what, -amount, at, NULL);
    RETURN true;
END
$$;

-- As before, of a pool that is known. `is_paid`: the balance of its one account has fallen already.
DROP FUNCTION benefit.draw_pool;
CREATE FUNCTION benefit.draw_pool(
    own uuid, moment timestamptz, pool uuid[], need bigint, is_paid boolean,
    OUT accounts uuid[], OUT lots uuid[], OUT amounts bigint[]
)
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
#variable_conflict use_variable
DECLARE
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
    IF NOT is_paid THEN
        UPDATE benefit.account a SET balance = a.balance + m.amount
        FROM (
            SELECT p.account, sum(p.amount) AS amount FROM unnest(accounts, amounts) AS p (account, amount)
            GROUP BY p.account
        ) m
        WHERE a.merchant_id = own AND a.id = ANY (accounts) AND a.id = m.account;
    END IF;
END
$$;
