-- A movement may be a transaction of its own, in one statement: it says whose it is, and who has taken the
-- application's role may only say the merchant that the transaction is of. It answers with the
-- transaction of its key, which is none where that had another body. Otherwise as before.
DROP FUNCTION benefit.move;
CREATE FUNCTION benefit.move(
    own uuid, moment timestamptz, id uuid, key text, hash bytea, kind text, ref_kind text, ref_id text, at timestamptz,
    detail jsonb, account uuid, owner uuid, what text, amount bigint, contra uuid, contra_owner uuid,
    lot uuid, active timestamptz, expires timestamptz
) RETURNS uuid
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
SET enable_seqscan = off SET plan_cache_mode = force_generic_plan AS $$
#variable_conflict use_variable
DECLARE
    debt bigint;
    need bigint := -amount;
    part bigint;
    lots uuid[];
    amounts bigint[];
    is_pair text;
BEGIN
    IF own IS NULL OR current_setting('role') <> 'none' AND own IS DISTINCT FROM base.merchant() THEN
        RAISE EXCEPTION 'not the merchant of this transaction';
    END IF;
    INSERT INTO benefit.transaction
        (merchant_id, id, idempotency_key, request_hash, kind, ref_kind, ref_id, at, posted_at, detail)
    VALUES (own, id, key, hash, kind, ref_kind, ref_id, at, moment, detail)
    ON CONFLICT (merchant_id, idempotency_key) DO NOTHING;
    IF NOT FOUND THEN
        RETURN (SELECT t.id FROM benefit.transaction t
            WHERE t.merchant_id = own AND t.idempotency_key = key AND t.request_hash = hash);
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
            RETURN id;
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
            RETURN id;
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
            RETURN id;
        END IF;
    END IF;

    -- Opposite by how they are written. Of nothing they may not be: that the trigger refuses.
    is_pair := set_config('huitou.is_pair', (amount <> 0)::text, true);
    INSERT INTO benefit.entry (merchant_id, transaction_id, seq, account_id, asset, amount, at, lot_id)
    VALUES (own, id, 1, account, what, amount, at, lot), (own, id, 2, contra, what, -amount, at, NULL);
    is_pair := set_config('huitou.is_pair', 'false', true);
    RETURN id;
END
$$;
REVOKE ALL ON FUNCTION benefit.move FROM PUBLIC;
GRANT EXECUTE ON FUNCTION benefit.move TO huitou_app;
