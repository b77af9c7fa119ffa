-- Most movements are one customer's against the merchant: an amount and its opposite. They are kept as one row,
-- which cannot but sum to zero. All other transactions, those that take back among them, keep an entry for each leg,
-- and whoever reads sees the entries of both.
CREATE TABLE benefit.pair (
    merchant_id uuid NOT NULL,
    transaction_id uuid NOT NULL,
    account_id uuid NOT NULL,
    contra_id uuid NOT NULL,
    asset text NOT NULL,
    amount bigint NOT NULL,
    at timestamptz NOT NULL,
    lot_id uuid,
    PRIMARY KEY (merchant_id, transaction_id)
);
CREATE INDEX pair_account ON benefit.pair (merchant_id, account_id, at);
CREATE INDEX pair_contra ON benefit.pair (merchant_id, contra_id, at);
-- Nearly all of whom are the merchant's few accounts, but nearly nobody asks for those: who looks for a customer's
-- entries must not be led to read all pairs.
ALTER TABLE benefit.pair ALTER COLUMN contra_id SET (n_distinct = -1);
SELECT base.protect('benefit.pair', 'SELECT');
DROP POLICY of_merchant ON benefit.pair;
CREATE POLICY of_merchant ON benefit.pair FOR SELECT TO huitou_app USING (merchant_id = (SELECT base.merchant()));
ALTER POLICY of_owner ON benefit.pair WITH CHECK (amount <> 0);
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON benefit.pair
FOR EACH STATEMENT EXECUTE FUNCTION benefit.refuse_change();

-- To be asked by lists of transactions or accounts: there are statistics of its parts only, so that what is joined to it
-- is thought to meet many rows. What took back is in benefit.entry alone.
CREATE VIEW benefit.every_entry WITH (security_invoker = true) AS
SELECT e.merchant_id, e.transaction_id, e.seq, e.account_id, e.asset, e.amount, e.at, e.reverses, e.lot_id
FROM benefit.entry e
UNION ALL
SELECT p.merchant_id, p.transaction_id, 1::smallint, p.account_id, p.asset, p.amount, p.at, NULL::uuid, p.lot_id
FROM benefit.pair p
UNION ALL
SELECT p.merchant_id, p.transaction_id, 2::smallint, p.contra_id, p.asset, -p.amount, p.at, NULL::uuid, NULL::uuid
FROM benefit.pair p;
GRANT SELECT ON benefit.every_entry TO huitou_app;

-- Every entry is summed again.
DROP TRIGGER check_entries ON benefit.entry;
CREATE TRIGGER check_entries AFTER INSERT ON benefit.entry REFERENCING NEW TABLE AS added
FOR EACH STATEMENT EXECUTE FUNCTION benefit.check_entries();

-- As before, and what is taken back may have been a pair.
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
                FROM benefit.every_entry e
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

-- A movement may be a transaction of its own, in one statement: it says whose it is, and who has taken the
-- application's role may only say the merchant that the transaction is of. It answers with the
-- transaction of its key, which is none where that had another body. What moved one lot alone is a pair. Otherwise as before.
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

    INSERT INTO benefit.pair (merchant_id, transaction_id, account_id, contra_id, asset, amount, at, lot_id)
    VALUES (own, id, account, contra, what, amount, at, lot);
    RETURN id;
END
$$;
REVOKE ALL ON FUNCTION benefit.move FROM PUBLIC;
GRANT EXECUTE ON FUNCTION benefit.move TO huitou_app;

-- As before, but the merchant's leg against one customer's of the same asset is told by its account beside
-- that (`leg_contras`), and is a leg of its own only where the customer's is taken from several lots or pays debts.
DROP FUNCTION benefit.post;
CREATE FUNCTION benefit.post(
    moment timestamptz,
    ids uuid[], keys text[], hashes bytea[], kinds text[], ref_kinds text[], ref_ids text[],
    ats timestamptz[], originals uuid[], details jsonb[], overdraws boolean[],
    leg_postings int[], leg_modes text[], leg_accounts uuid[], leg_owner_kinds text[],
    leg_owners uuid[], leg_assets text[], leg_floors bigint[], leg_amounts bigint[],
    leg_lots uuid[], leg_actives timestamptz[], leg_expires timestamptz[], leg_holds uuid[], leg_contras uuid[]
) RETURNS TABLE (ordinal int, transaction_id uuid, is_same boolean)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
SET enable_nestloop = off SET enable_seqscan = off SET plan_cache_mode = force_generic_plan AS $$
#variable_conflict use_column
DECLARE
    own uuid := base.merchant();
    added uuid[];
    is_added boolean[];
    pool_legs int[];
    pool_accounts uuid[];
    low uuid[];
    debtors uuid[];
    drawn_legs int[];
    drawn_lots uuid[];
    drawn_accounts uuid[];
    drawn_amounts bigint[];
BEGIN
    IF own IS NULL THEN
        RAISE EXCEPTION 'no merchant is set';
    END IF;
    IF array_length(array_remove(originals, NULL), 1) > 0 THEN
        PERFORM benefit.hold(originals);
    END IF;

    WITH kept AS (
        INSERT INTO benefit.transaction
            (merchant_id, id, idempotency_key, request_hash, kind, ref_kind, ref_id, at, posted_at, reverses, detail)
        SELECT own, p.id, p.key, p.hash, p.kind, p.ref_kind, p.ref_id, p.at, moment, p.original, p.detail
        FROM unnest(ids, keys, hashes, kinds, ref_kinds, ref_ids, ats, originals, details)
            WITH ORDINALITY AS p (id, key, hash, kind, ref_kind, ref_id, at, original, detail, n)
        ORDER BY p.key, p.n
        ON CONFLICT (merchant_id, idempotency_key) DO NOTHING
        RETURNING id
    )
    SELECT array_agg(kept.id) INTO added FROM kept;

    IF added IS NULL THEN
        is_added := array_fill(false, ARRAY[array_length(ids, 1)]);
    ELSIF array_length(added, 1) = array_length(ids, 1) THEN
        is_added := array_fill(true, ARRAY[array_length(ids, 1)]);
    ELSE
        SELECT array_agg(a.id IS NOT NULL ORDER BY p.n) INTO is_added
        FROM unnest(ids) WITH ORDINALITY AS p (id, n)
        LEFT JOIN unnest(added) AS a (id) ON a.id = p.id;
    END IF;

    IF added IS NOT NULL THEN
        INSERT INTO benefit.account (merchant_id, id, owner_kind, owner_id, asset)
        SELECT DISTINCT ON (l.account) own, l.account, 'merchant', l.owner, l.asset
        FROM (
            SELECT l.posting, l.account, l.owner, l.asset
            FROM unnest(leg_postings, leg_accounts, leg_owner_kinds, leg_owners, leg_assets)
                AS l (posting, account, owner_kind, owner, asset)
            WHERE l.owner_kind = 'merchant'
            UNION ALL
            SELECT l.posting, l.contra, own, l.asset
            FROM unnest(leg_postings, leg_contras, leg_assets) AS l (posting, contra, asset)
            WHERE l.contra IS NOT NULL
        ) l
        WHERE is_added[l.posting]
        ORDER BY l.account
        ON CONFLICT (merchant_id, id) DO NOTHING;

        IF leg_modes && '{take,claw,capture}'::text[] THEN
            IF 'take' = ANY (leg_modes) THEN
                SELECT p.legs, p.accounts INTO pool_legs, pool_accounts
                FROM benefit.pools_of(own, leg_modes, leg_accounts, leg_owners, leg_assets) p;
            END IF;
            SELECT d.legs, d.lots, d.accounts, d.amounts
            INTO drawn_legs, drawn_lots, drawn_accounts, drawn_amounts
            FROM benefit.draw(
                own, moment, is_added, overdraws, leg_postings, leg_modes, leg_accounts, leg_owner_kinds,
                leg_owners, leg_assets, leg_floors, leg_amounts, leg_lots, leg_holds, pool_legs, pool_accounts) d;
        END IF;

        WITH moved AS (
            INSERT INTO benefit.account (merchant_id, id, owner_kind, owner_id, asset, floor, balance)
            SELECT own, l.account, min(l.owner_kind), l.owner, min(l.asset), min(l.floor), sum(l.amount)
            FROM unnest(leg_postings, leg_modes, leg_accounts, leg_owner_kinds, leg_owners, leg_assets, leg_floors, leg_amounts)
                AS l (posting, mode, account, owner_kind, owner, asset, floor, amount)
            WHERE is_added[l.posting] AND l.owner_kind <> 'merchant' AND l.mode IN ('plain', 'give', 'back')
            GROUP BY l.account, l.owner
            ORDER BY l.account
            ON CONFLICT (merchant_id, id) DO UPDATE SET balance = account.balance + excluded.balance
            RETURNING id, balance < floor AS is_low, owed
        )
        SELECT array_agg(moved.id) FILTER (WHERE moved.is_low),
            array_agg(moved.id) FILTER (WHERE moved.owed > 0)
        INTO low, debtors FROM moved;
        IF low IS NOT NULL AND EXISTS (
            SELECT FROM unnest(leg_postings, leg_accounts, leg_amounts) AS l (posting, account, amount)
            WHERE is_added[l.posting] AND NOT overdraws[l.posting] AND l.account = ANY (low)
            GROUP BY l.account HAVING sum(l.amount) < 0
        ) THEN
            RAISE EXCEPTION 'a balance would fall below its floor' USING ERRCODE = 'HT001';
        END IF;

        INSERT INTO benefit.lot
            (merchant_id, id, account_id, asset, quantity, remaining, active_at, expires_at, transaction_id)
        SELECT own, l.lot, l.account, l.asset, l.amount, l.amount, l.active, l.expires, ids[l.posting]
        FROM unnest(leg_postings, leg_modes, leg_accounts, leg_assets, leg_amounts, leg_lots, leg_actives, leg_expires)
            AS l (posting, mode, account, asset, amount, lot, active, expires)
        WHERE is_added[l.posting] AND l.mode = 'give';
        IF 'back' = ANY (leg_modes) THEN
            PERFORM benefit.move_lots(own, array_agg(l.lot), array_agg(l.amount))
            FROM unnest(leg_postings, leg_modes, leg_lots, leg_amounts) AS l (posting, mode, lot, amount)
            WHERE is_added[l.posting] AND l.mode = 'back';
        END IF;
        IF debtors IS NOT NULL THEN
            SELECT drawn_legs || d.legs, drawn_lots || d.lots, drawn_accounts || d.accounts, drawn_amounts || d.amounts
            INTO drawn_legs, drawn_lots, drawn_accounts, drawn_amounts
            FROM benefit.settle_debts(
                own, debtors, is_added, leg_postings, leg_modes, leg_accounts, leg_amounts, leg_lots) d;
        END IF;

        WITH part AS MATERIALIZED (
            SELECT m.posting, m.leg, m.account, m.amount, m.lot, leg_contras[m.leg] AS contra,
                row_number() OVER (PARTITION BY m.posting ORDER BY m.leg, m.n) AS seq,
                count(*) OVER (PARTITION BY m.posting) AS parts
            FROM (
                SELECT l.n AS leg, 0::bigint AS n, l.posting, l.account, l.amount, l.lot
                FROM unnest(leg_postings, leg_modes, leg_accounts, leg_amounts, leg_lots)
                    WITH ORDINALITY AS l (posting, mode, account, amount, lot, n)
                WHERE is_added[l.posting] AND l.mode IN ('plain', 'give', 'back')
                UNION ALL
                SELECT d.leg, d.n, leg_postings[d.leg], d.account, d.amount, d.lot
                FROM unnest(drawn_legs, drawn_lots, drawn_accounts, drawn_amounts)
                    WITH ORDINALITY AS d (leg, lot, account, amount, n)
            ) m
        ),
        paired AS (
            INSERT INTO benefit.pair (merchant_id, transaction_id, account_id, contra_id, asset, amount, at, lot_id)
            SELECT own, ids[p.posting], p.account, p.contra, leg_assets[p.leg], p.amount, ats[p.posting], p.lot
            FROM part p WHERE p.contra IS NOT NULL AND p.parts = 1
        )
        INSERT INTO benefit.entry (merchant_id, transaction_id, seq, account_id, asset, amount, at, reverses, lot_id)
        SELECT own, ids[p.posting], p.seq, p.account, leg_assets[p.leg], p.amount, ats[p.posting],
            originals[p.posting], p.lot
        FROM part p WHERE p.contra IS NULL OR p.parts > 1
        UNION ALL
        SELECT own, ids[p.posting], p.parts + 1, p.contra, leg_assets[p.leg], -leg_amounts[p.leg], ats[p.posting],
            NULL, NULL
        FROM part p WHERE p.contra IS NOT NULL AND p.parts > 1 AND p.seq = 1;
    END IF;

    IF array_length(added, 1) = array_length(ids, 1) THEN
        RETURN;
    END IF;
    RETURN QUERY
    SELECT p.n::int, t.id, t.request_hash = p.hash
    FROM unnest(keys, hashes, is_added) WITH ORDINALITY AS p (key, hash, is_added, n)
    JOIN (
        SELECT t.id, t.idempotency_key, t.request_hash FROM benefit.transaction t
        WHERE t.merchant_id = own AND t.idempotency_key = ANY (ARRAY(
            SELECT k.key FROM unnest(keys, is_added) AS k (key, is_added) WHERE NOT k.is_added))
    ) t ON t.idempotency_key = p.key
    WHERE NOT p.is_added;
END
$$;
REVOKE ALL ON FUNCTION benefit.post FROM PUBLIC;
GRANT EXECUTE ON FUNCTION benefit.post TO huitou_app;
