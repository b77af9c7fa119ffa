-- A movement between one lot of a customer and the merchant is one row: its transaction says whose account, which lot
-- and how much, and stands for both legs. All other transactions keep an entry for each leg, and whoever reads sees the
-- entries of both. Where a gift pays debts, that is entries beside the pair, which sum to zero by themselves.
ALTER TABLE benefit.transaction
    ADD account_id uuid, ADD contra_id uuid, ADD asset text, ADD amount bigint, ADD lot_id uuid;
DROP POLICY of_merchant ON benefit.transaction;
CREATE POLICY of_merchant ON benefit.transaction FOR SELECT TO huitou_app
    USING (merchant_id = (SELECT base.merchant()));
ALTER POLICY of_owner ON benefit.transaction
    WITH CHECK (CASE WHEN account_id IS NULL THEN amount IS NULL ELSE amount <> 0 END);
ALTER TABLE benefit.transaction DISABLE TRIGGER append_only;
UPDATE benefit.transaction t
SET account_id = p.account_id, contra_id = p.contra_id, asset = p.asset, amount = p.amount, lot_id = p.lot_id
FROM benefit.pair p WHERE p.merchant_id = t.merchant_id AND p.transaction_id = t.id;
ALTER TABLE benefit.transaction ENABLE TRIGGER append_only;
CREATE INDEX transaction_account ON benefit.transaction (merchant_id, account_id, at);
CREATE INDEX transaction_contra ON benefit.transaction (merchant_id, contra_id, at);
-- Nearly all of whom are the merchant's few accounts, but nearly nobody asks for those: who looks for a customer's
-- entries must not be led to read all transactions.
ALTER TABLE benefit.transaction ALTER COLUMN contra_id SET (n_distinct = -1);

-- To be asked by lists of transactions or accounts: there are statistics of its parts only, so that what is joined to it
-- is thought to meet many rows. What took back is in benefit.entry alone.
CREATE OR REPLACE VIEW benefit.every_entry WITH (security_invoker = true) AS
SELECT e.merchant_id, e.transaction_id, e.seq, e.account_id, e.asset, e.amount, e.at, e.reverses, e.lot_id
FROM benefit.entry e
UNION ALL
SELECT t.merchant_id, t.id, 0::smallint, t.account_id, t.asset, t.amount, t.at, NULL::uuid, t.lot_id
FROM benefit.transaction t WHERE t.account_id IS NOT NULL
UNION ALL
SELECT t.merchant_id, t.id, 32767::smallint, t.contra_id, t.asset, -t.amount, t.at, NULL::uuid, NULL::uuid
FROM benefit.transaction t WHERE t.account_id IS NOT NULL;
DROP TABLE benefit.pair;

-- Asked by `benefit.post` of those that take back alone, not by a trigger of all.
ALTER TABLE benefit.transaction DROP CONSTRAINT transaction_merchant_id_reverses_fkey;

-- What was drawn goes back to where it came from.
CREATE FUNCTION benefit.put_back(own uuid, accounts uuid[], lots uuid[], amounts bigint[]) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    PERFORM benefit.move_lots(own, lots, ARRAY(SELECT -d FROM unnest(amounts) AS d));
    UPDATE benefit.account a SET balance = a.balance - m.amount
    FROM (
        SELECT d.account, sum(d.amount) AS amount FROM unnest(accounts, amounts) AS d (account, amount)
        GROUP BY d.account
    ) m
    WHERE a.merchant_id = own AND a.id = ANY (accounts) AND a.id = m.account;
END
$$;
REVOKE ALL ON FUNCTION benefit.put_back FROM PUBLIC;

CREATE FUNCTION benefit.is_known(own uuid, key text) RETURNS boolean
LANGUAGE sql SET search_path = pg_catalog, pg_temp AS $$
    SELECT EXISTS (SELECT FROM benefit.transaction t WHERE t.merchant_id = own AND t.idempotency_key = key)
$$;
REVOKE ALL ON FUNCTION benefit.is_known FROM PUBLIC;

-- As before, but what was moved is told of last, because its row says from where: under the lock of its account, for
-- which whoever tells of it twice waits. Where its key is known by then, what was moved goes back.
CREATE OR REPLACE FUNCTION benefit.move(
    own uuid, moment timestamptz, id uuid, key text, hash bytea, kind text, ref_kind text, ref_id text, at timestamptz,
    detail jsonb, account uuid, owner uuid, what text, amount bigint, contra uuid, contra_owner uuid,
    lot uuid, active timestamptz, expires timestamptz
) RETURNS uuid
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
SET enable_seqscan = off SET plan_cache_mode = force_generic_plan AS $$
#variable_conflict use_variable
DECLARE
    -- One lot is moved; otherwise entries tell of several.
    is_pair boolean := true;
    debt bigint;
    need bigint := -amount;
    part bigint;
    pool uuid[];
    accounts uuid[];
    lots uuid[];
    amounts bigint[];
BEGIN
    IF own IS NULL OR current_setting('role') <> 'none' AND own IS DISTINCT FROM base.merchant() THEN
        RAISE EXCEPTION 'not the merchant of this transaction';
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
    ELSE
        -- Who answers for themselves and for nobody else is the one member of their own group.
        UPDATE benefit.account a SET balance = a.balance + amount
        WHERE a.merchant_id = own AND a.id = account AND a.owed = 0 AND ARRAY[owner] = ARRAY(
            SELECT m.id FROM identity.customer m WHERE m.merchant_id = own AND m.root_id = owner);
        IF FOUND THEN
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
                EXIT WHEN part = -amount;
                IF NOT FOUND THEN
                    IF NOT benefit.is_known(own, key) THEN
                        PERFORM benefit.refuse_short();
                    END IF;
                    part := need;
                END IF;
                is_pair := false;
                accounts := accounts || account;
                lots := lots || lot;
                amounts := amounts || -part;
                need := need - part;
                EXIT WHEN need = 0;
            END LOOP;
        ELSE
            is_pair := false;
            accounts := '{}';
            pool := benefit.pool_of(own, owner, what);
            PERFORM FROM benefit.account a
            WHERE a.merchant_id = own AND a.id = ANY (pool) ORDER BY a.id FOR NO KEY UPDATE;
            IF NOT benefit.is_known(own, key) THEN
                SELECT d.accounts, d.lots, d.amounts INTO accounts, lots, amounts
                FROM benefit.draw_pool(own, moment, pool, need) d;
            END IF;
        END IF;
    END IF;

    IF is_pair THEN
        INSERT INTO benefit.transaction
            (merchant_id, id, idempotency_key, request_hash, kind, ref_kind, ref_id, at, posted_at, detail,
            account_id, contra_id, asset, amount, lot_id)
        VALUES (own, id, key, hash, kind, ref_kind, ref_id, at, moment, detail, account, contra, what, amount, lot)
        ON CONFLICT (merchant_id, idempotency_key) DO NOTHING;
    ELSE
        INSERT INTO benefit.transaction
            (merchant_id, id, idempotency_key, request_hash, kind, ref_kind, ref_id, at, posted_at, detail)
        VALUES (own, id, key, hash, kind, ref_kind, ref_id, at, moment, detail)
        ON CONFLICT (merchant_id, idempotency_key) DO NOTHING;
    END IF;
    IF NOT FOUND THEN
        PERFORM benefit.put_back(
            own, coalesce(accounts, ARRAY[account]), coalesce(lots, ARRAY[lot]), coalesce(amounts, ARRAY[amount]));
        RETURN (SELECT t.id FROM benefit.transaction t
            WHERE t.merchant_id = own AND t.idempotency_key = key AND t.request_hash = hash);
    END IF;

    IF amount > 0 THEN
        INSERT INTO benefit.lot
            (merchant_id, id, account_id, asset, quantity, remaining, active_at, expires_at, transaction_id)
        VALUES (own, lot, account, what, amount, amount, active, expires, id);
        IF debt > 0 THEN
            PERFORM benefit.add_entries(own, id, at, what, d.accounts, d.lots, d.amounts)
            FROM benefit.settle_debts(
                own, ARRAY[account], ARRAY[true], ARRAY[1], ARRAY['give'], ARRAY[account], ARRAY[amount],
                ARRAY[lot]) d;
        END IF;
    ELSIF NOT is_pair THEN
        PERFORM benefit.add_entries(own, id, at, what, accounts || contra, lots, amounts || -amount);
    END IF;
    RETURN id;
END
$$;

-- The accounts that postings which draw move, made where they are missing and locked in their order; is anything owed
-- by one of them? It was the first part of `benefit.draw`.
CREATE FUNCTION benefit.lock_legs(
    own uuid, is_added boolean[],
    leg_postings int[], leg_modes text[], leg_accounts uuid[], leg_owner_kinds text[], leg_owners uuid[],
    leg_assets text[], leg_floors bigint[], leg_holds uuid[], pool_legs int[], pool_accounts uuid[],
    OUT has_debt boolean
)
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    ours uuid[] := ARRAY(
        SELECT l.account FROM unnest(leg_postings, leg_accounts, leg_owner_kinds) AS l (posting, account, owner_kind)
        WHERE is_added[l.posting] AND l.owner_kind <> 'merchant'
        UNION
        SELECT p.account FROM unnest(pool_legs, pool_accounts) AS p (leg, account)
        WHERE is_added[leg_postings[p.leg]]);
BEGIN
    IF 'capture' = ANY (leg_modes) THEN
        PERFORM FROM benefit.hold h
        WHERE h.merchant_id = own AND h.id = ANY (leg_holds) ORDER BY h.id FOR UPDATE;
    END IF;
    IF cardinality(ours) > (
        SELECT count(*) FROM benefit.account a WHERE a.merchant_id = own AND a.id = ANY (ours)
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
            WHERE a.merchant_id = own AND a.id = ANY (ours)
        ) l
        GROUP BY l.account
        ORDER BY l.account
        ON CONFLICT (merchant_id, id) DO UPDATE SET balance = a.balance;
    END IF;
    SELECT bool_or(a.owed > 0) INTO has_debt
    FROM (
        SELECT a.owed FROM benefit.account a
        WHERE a.merchant_id = own AND a.id = ANY (ours) ORDER BY a.id FOR NO KEY UPDATE
    ) a;
END
$$;
REVOKE ALL ON FUNCTION benefit.lock_legs FROM PUBLIC;

-- As before, under those locks.
DROP FUNCTION benefit.draw;
CREATE FUNCTION benefit.draw(
    own uuid, moment timestamptz, is_added boolean[], overdraws boolean[],
    leg_postings int[], leg_modes text[], leg_accounts uuid[], leg_owner_kinds text[], leg_owners uuid[],
    leg_assets text[], leg_floors bigint[], leg_amounts bigint[], leg_lots uuid[], leg_holds uuid[],
    pool_legs int[], pool_accounts uuid[], has_debt boolean,
    OUT legs int[], OUT lots uuid[], OUT accounts uuid[], OUT amounts bigint[]
)
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    fresh_legs int[];
    fresh_lots uuid[];
    fresh_accounts uuid[];
    fresh_amounts bigint[];
    is_short boolean;
    step text;
BEGIN
    FOREACH step IN ARRAY '{capture,claw,claw_more,take}'::text[] LOOP
        CONTINUE WHEN replace(step, '_more', '') <> ALL (leg_modes);
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
REVOKE ALL ON FUNCTION benefit.draw FROM PUBLIC;

-- Which postings are of keys that nobody has used, each key once.
CREATE FUNCTION benefit.are_new(own uuid, keys text[]) RETURNS boolean[]
LANGUAGE sql SET search_path = pg_catalog, pg_temp AS $$
    SELECT array_agg(k.nth = 1 AND t.idempotency_key IS NULL ORDER BY k.n)
    FROM (
        SELECT k.key, k.n, row_number() OVER (PARTITION BY k.key ORDER BY k.n) AS nth
        FROM unnest(keys) WITH ORDINALITY AS k (key, n)
    ) k
    LEFT JOIN (
        SELECT t.idempotency_key FROM benefit.transaction t
        WHERE t.merchant_id = own AND t.idempotency_key = ANY (keys)
    ) t ON t.idempotency_key = k.key
$$;
REVOKE ALL ON FUNCTION benefit.are_new FROM PUBLIC;

-- As before, but what was moved is told of last here, too.
CREATE OR REPLACE FUNCTION benefit.post(
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
    is_kept boolean[];
    has_debt boolean;
    pair_legs int[];
    pair_accounts uuid[];
    pair_lots uuid[];
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
        IF EXISTS (
            SELECT FROM unnest(originals) AS o (id)
            LEFT JOIN benefit.transaction t ON t.merchant_id = own AND t.id = o.id
            WHERE o.id IS NOT NULL AND t.id IS NULL
        ) THEN
            RAISE EXCEPTION 'what is to be taken back was never posted' USING ERRCODE = 'foreign_key_violation';
        END IF;
    END IF;

    is_added := benefit.are_new(own, keys);
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
        has_debt := benefit.lock_legs(
            own, is_added, leg_postings, leg_modes, leg_accounts, leg_owner_kinds, leg_owners, leg_assets,
            leg_floors, leg_holds, pool_legs, pool_accounts);
        -- Whoever had the accounts may have told of the same.
        is_added := benefit.are_new(own, keys);
    END IF;

    IF true = ANY (is_added) THEN
        IF leg_modes && '{take,claw,capture}'::text[] THEN
            SELECT d.legs, d.lots, d.accounts, d.amounts
            INTO drawn_legs, drawn_lots, drawn_accounts, drawn_amounts
            FROM benefit.draw(
                own, moment, is_added, overdraws, leg_postings, leg_modes, leg_accounts, leg_owner_kinds,
                leg_owners, leg_assets, leg_floors, leg_amounts, leg_lots, leg_holds, pool_legs, pool_accounts,
                has_debt) d;
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

        -- What each posting moved out of or into one lot, if it did nothing else.
        IF leg_contras IS NOT NULL THEN
            SELECT array_agg(m.leg ORDER BY p.n), array_agg(m.account ORDER BY p.n), array_agg(m.lot ORDER BY p.n)
            INTO pair_legs, pair_accounts, pair_lots
            FROM generate_series(1, array_length(ids, 1)) AS p (n)
            LEFT JOIN (
                SELECT l.posting, l.n::int AS leg, l.account, l.lot
                FROM unnest(leg_postings, leg_modes, leg_accounts, leg_lots, leg_contras)
                    WITH ORDINALITY AS l (posting, mode, account, lot, contra, n)
                WHERE l.contra IS NOT NULL AND l.mode = 'give'
                UNION ALL
                SELECT leg_postings[d.leg], d.leg, (array_agg(d.account))[1], (array_agg(d.lot))[1]
                FROM unnest(drawn_legs, drawn_accounts, drawn_lots) AS d (leg, account, lot)
                WHERE leg_contras[d.leg] IS NOT NULL
                GROUP BY d.leg HAVING count(*) = 1
            ) m ON m.posting = p.n;
        END IF;

        WITH kept AS (
            INSERT INTO benefit.transaction
                (merchant_id, id, idempotency_key, request_hash, kind, ref_kind, ref_id, at, posted_at, reverses, detail,
                account_id, contra_id, asset, amount, lot_id)
            SELECT own, p.id, p.key, p.hash, p.kind, p.ref_kind, p.ref_id, p.at, moment, p.original, p.detail,
                p.account, leg_contras[p.leg], leg_assets[p.leg], leg_amounts[p.leg], p.lot
            FROM unnest(
                    ids, keys, hashes, kinds, ref_kinds, ref_ids, ats, originals, details, is_added,
                    pair_legs, pair_accounts, pair_lots)
                WITH ORDINALITY AS p (
                    id, key, hash, kind, ref_kind, ref_id, at, original, detail, is_added, leg, account, lot, n)
            WHERE p.is_added
            ORDER BY p.key, p.n
            ON CONFLICT (merchant_id, idempotency_key) DO NOTHING
            RETURNING id
        )
        SELECT array_agg(kept.id) INTO added FROM kept;
        IF coalesce(array_length(added, 1), 0) < array_length(array_positions(is_added, true), 1) THEN
            SELECT array_agg(a.id IS NOT NULL ORDER BY p.n) INTO is_kept
            FROM unnest(ids) WITH ORDINALITY AS p (id, n)
            LEFT JOIN unnest(added) AS a (id) ON a.id = p.id;
            IF EXISTS (SELECT FROM unnest(drawn_legs) AS d (leg) WHERE NOT is_kept[leg_postings[d.leg]]) THEN
                -- Of other accounts, or of accounts that were made at the same moment.
                RAISE EXCEPTION 'an idempotency key was used meanwhile' USING ERRCODE = 'serialization_failure';
            END IF;
            PERFORM benefit.put_back(own, array_agg(l.account), array_agg(NULL::uuid), array_agg(l.amount))
            FROM unnest(leg_postings, leg_accounts, leg_owner_kinds, leg_amounts)
                AS l (posting, account, owner_kind, amount)
            WHERE is_added[l.posting] AND NOT is_kept[l.posting] AND l.owner_kind <> 'merchant';
            is_added := is_kept;
            SELECT array_agg(a.id) INTO low FROM benefit.account a
            WHERE a.merchant_id = own AND a.id = ANY (low) AND a.balance < a.floor;
        END IF;
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

        WITH part AS (
            SELECT l.n AS leg, 0::bigint AS n, l.posting, l.account, l.amount, l.lot
            FROM unnest(leg_postings, leg_modes, leg_accounts, leg_amounts, leg_lots)
                WITH ORDINALITY AS l (posting, mode, account, amount, lot, n)
            WHERE is_added[l.posting] AND pair_legs[l.posting] IS NULL AND l.mode IN ('plain', 'give', 'back')
            UNION ALL
            -- Of a pair's, what pays debts.
            SELECT d.leg, d.n, leg_postings[d.leg], d.account, d.amount, d.lot
            FROM unnest(drawn_legs, drawn_lots, drawn_accounts, drawn_amounts)
                WITH ORDINALITY AS d (leg, lot, account, amount, n)
            WHERE pair_legs[leg_postings[d.leg]] IS NULL OR leg_modes[d.leg] = 'give'
            UNION ALL
            SELECT l.n, 32767, l.posting, l.contra, -l.amount, NULL
            FROM unnest(leg_postings, leg_contras, leg_amounts) WITH ORDINALITY AS l (posting, contra, amount, n)
            WHERE is_added[l.posting] AND pair_legs[l.posting] IS NULL AND l.contra IS NOT NULL
        )
        INSERT INTO benefit.entry (merchant_id, transaction_id, seq, account_id, asset, amount, at, reverses, lot_id)
        SELECT own, ids[p.posting], row_number() OVER (PARTITION BY p.posting ORDER BY p.leg, p.n),
            p.account, leg_assets[p.leg], p.amount, ats[p.posting], originals[p.posting], p.lot
        FROM part p;
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
