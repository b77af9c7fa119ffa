-- The owner is a member of huitou_app, and of several permissive policies one that agrees is enough: what
-- the owner's policies say of rows written was passed over as long as the merchant was set. The application may
-- only read these two tables, so its policy is one of reading.
DROP POLICY of_merchant ON benefit.account;
DROP POLICY of_merchant ON benefit.lot;
CREATE POLICY of_merchant ON benefit.account FOR SELECT TO huitou_app USING (merchant_id = (SELECT base.merchant()));
CREATE POLICY of_merchant ON benefit.lot FOR SELECT TO huitou_app USING (merchant_id = (SELECT base.merchant()));

-- Entries are summed, but for the one statement below that writes an amount and its opposite: it says so
-- for as long as it runs. Only the owner writes entries at all.
DROP TRIGGER check_entries ON benefit.entry;
CREATE TRIGGER check_entries AFTER INSERT ON benefit.entry REFERENCING NEW TABLE AS added FOR EACH STATEMENT
WHEN (current_setting('huitou.is_pair', true) IS DISTINCT FROM 'true') EXECUTE FUNCTION benefit.check_entries();

-- As before, but for pools alone: one account's lots are taken by benefit.move itself.
DROP FUNCTION benefit.draw_pool;
CREATE FUNCTION benefit.draw_pool(
    own uuid, moment timestamptz, pool uuid[], need bigint,
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
    UPDATE benefit.account a SET balance = a.balance + m.amount
    FROM (
        SELECT p.account, sum(p.amount) AS amount FROM unnest(accounts, amounts) AS p (account, amount)
        GROUP BY p.account
    ) m
    WHERE a.merchant_id = own AND a.id = ANY (accounts) AND a.id = m.account;
END
$$;

-- As before, but a payment out of several lots of one account takes them one after the other, each in one
-- statement that finds it too, and the two entries of a movement are not summed again.
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
    need bigint := -amount;
    part bigint;
    lots uuid[];
    amounts bigint[];
    is_pair text;
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
        -- Who answers for themselves and for nobody else is the one member of their own group.
        UPDATE benefit.account a SET balance = a.balance + amount
        WHERE a.merchant_id = own AND a.id = account AND a.owed = 0 AND ARRAY[owner] = ARRAY(
            SELECT m.id FROM identity.customer m WHERE m.merchant_id = own AND m.root_id = owner);
        IF NOT FOUND THEN
            PERFORM benefit.add_entries(
                own, id, at, what, d.accounts || contra, d.lots, d.amounts || -amount)
            FROM benefit.draw_pool(own, moment, benefit.pool_of(own, owner, what), need) d;
            RETURN true;
        END IF;
        LOOP
            -- Nobody else moves lots of an account that is locked: the row is where it was found.
            UPDATE benefit.lot t SET remaining = t.remaining - least(need, o.free)
            FROM (
                SELECT o.ctid, o.remaining - o.held AS free FROM benefit.lot o
                WHERE o.merchant_id = own AND o.account_id = account
                    AND o.remaining > o.held AND o.active_at <= moment AND o.expires_at > moment
                ORDER BY o.expires_at, o.id LIMIT 1
            ) o
            WHERE t.merchant_id = own AND t.ctid = o.ctid
            RETURNING t.id, least(need, o.free) INTO lot, part;
            IF NOT FOUND THEN
                PERFORM benefit.refuse_short();
            END IF;
            EXIT WHEN part = -amount;
            lots := lots || lot;
            amounts := amounts || -part;
            need := need - part;
            EXIT WHEN need = 0;
        END LOOP;
        IF lots IS NOT NULL THEN
            PERFORM benefit.add_entries(
                own, id, at, what, array_fill(account, ARRAY[array_length(lots, 1)]) || contra, lots,
                amounts || -amount);
            RETURN true;
        END IF;
    END IF;

    -- Opposite by how they are written. Of nothing they may not be: that the trigger refuses.
    is_pair := set_config('huitou.is_pair', (amount <> 0)::text, true);
    INSERT INTO benefit.entry (merchant_id, transaction_id, seq, account_id, asset, amount, at, lot_id)
    VALUES (own, id, 1, account, what, amount, at, lot), (own, id, 2, contra, what, -amount, at, NULL);
    is_pair := set_config('huitou.is_pair', 'false', true);
    RETURN true;
END
$$;
