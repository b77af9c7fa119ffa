-- Lots with a life of their own, holds on them, and debts. What a customer has of an asset with lots is
-- the sum of what remains in the lots of their account, less what the account owes.

ALTER TABLE benefit.account ADD COLUMN owed bigint NOT NULL DEFAULT 0 CHECK (owed >= 0);

-- `held` is the part of `remaining` that open holds keep for themselves. No index holds a column that
-- changes, so that a payment rewrites no index (HOT).
CREATE TABLE benefit.lot (
    merchant_id uuid NOT NULL,
    id uuid NOT NULL,
    account_id uuid NOT NULL,
    asset text NOT NULL,
    quantity bigint NOT NULL,
    remaining bigint NOT NULL,
    held bigint NOT NULL DEFAULT 0,
    active_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    transaction_id uuid NOT NULL,
    PRIMARY KEY (merchant_id, id),
    CHECK (quantity > 0 AND remaining BETWEEN 0 AND quantity AND held BETWEEN 0 AND remaining)
) WITH (fillfactor = 70);
CREATE INDEX lot_account ON benefit.lot (merchant_id, account_id, expires_at);
CREATE INDEX lot_expiry ON benefit.lot (merchant_id, expires_at) WHERE expires_at < '9999-01-01+00';
SELECT base.protect('benefit.lot', 'SELECT');

CREATE TABLE benefit.hold (
    merchant_id uuid NOT NULL,
    id uuid NOT NULL,
    idempotency_key text NOT NULL,
    request_hash bytea NOT NULL,
    owner_id uuid NOT NULL,
    asset text NOT NULL,
    quantity bigint NOT NULL CHECK (quantity > 0),
    captured bigint NOT NULL DEFAULT 0 CHECK (captured BETWEEN 0 AND quantity),
    state text NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'captured', 'voided', 'expired')),
    ref_kind text NOT NULL,
    ref_id text NOT NULL,
    held_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    resolved_at timestamptz,
    PRIMARY KEY (merchant_id, id),
    UNIQUE (merchant_id, idempotency_key),
    CHECK ((state = 'open') = (resolved_at IS NULL))
);
CREATE INDEX hold_open ON benefit.hold (merchant_id, expires_at) WHERE state = 'open';
CREATE INDEX hold_owner ON benefit.hold (merchant_id, owner_id);
SELECT base.protect('benefit.hold', 'SELECT');

CREATE TABLE benefit.hold_lot (
    merchant_id uuid NOT NULL,
    hold_id uuid NOT NULL,
    lot_id uuid NOT NULL,
    quantity bigint NOT NULL CHECK (quantity > 0),
    PRIMARY KEY (merchant_id, hold_id, lot_id)
);
SELECT base.protect('benefit.hold_lot', 'SELECT');

-- Only benefit.post() writes entries; that each has its transaction and account is looked at by the
-- reconciliation, and not by two look-ups an entry.
ALTER TABLE benefit.entry
    DROP CONSTRAINT entry_merchant_id_transaction_id_fkey,
    DROP CONSTRAINT entry_merchant_id_account_id_fkey,
    ADD COLUMN lot_id uuid;
CREATE INDEX entry_lot ON benefit.entry (merchant_id, lot_id) WHERE lot_id IS NOT NULL;

-- As before, in one look at what was added.
CREATE OR REPLACE FUNCTION benefit.check_entries() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    is_unbalanced boolean;
    is_late boolean;
    is_back boolean;
    own uuid;
    originals uuid[];
BEGIN
    SELECT bool_or(t.is_unbalanced), bool_or(t.first > 1), bool_or(t.is_back)
    INTO is_unbalanced, is_late, is_back
    FROM (
        SELECT bool_or(a.total <> 0) AS is_unbalanced, min(a.first) AS first, bool_or(a.is_back) AS is_back
        FROM (
            SELECT merchant_id, transaction_id, sum(amount) AS total, min(seq) AS first, count(reverses) > 0 AS is_back
            FROM added GROUP BY merchant_id, transaction_id, asset
        ) a
        GROUP BY a.merchant_id, a.transaction_id
    ) t;
    IF is_unbalanced THEN
        RAISE EXCEPTION 'a transaction does not sum to zero' USING ERRCODE = 'HT002';
    END IF;
    IF is_late THEN
        RAISE EXCEPTION 'entries are added with their transaction only' USING ERRCODE = 'HT003';
    END IF;
    IF NOT is_back THEN
        RETURN NULL;
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

-- Hands lots out to needs, first come first served within a pool: both are laid on a line, and where
-- they overlap the lot serves the need. Lots and needs are given in their order; `nth` is the lot's.
CREATE FUNCTION benefit.share(
    need_legs int[], need_pools uuid[], needs bigint[], lot_pools uuid[], frees bigint[]
) RETURNS TABLE (leg int, nth bigint, amount bigint)
LANGUAGE sql IMMUTABLE AS $$
    SELECT w.leg, l.n, (least(w.upto, l.upto) - greatest(w.upto - w.need, l.upto - l.free))::bigint
    FROM (
        SELECT leg, pool, need, sum(need) OVER (PARTITION BY pool ORDER BY n) AS upto
        FROM unnest(need_legs, need_pools, needs) WITH ORDINALITY AS w (leg, pool, need, n)
    ) w
    JOIN (
        SELECT pool, free, n, sum(free) OVER (PARTITION BY pool ORDER BY n) AS upto
        FROM unnest(lot_pools, frees) WITH ORDINALITY AS l (pool, free, n)
    ) l ON l.pool = w.pool
    WHERE least(w.upto, l.upto) > greatest(w.upto - w.need, l.upto - l.free)
$$;

DROP FUNCTION benefit.post;

-- Posts many transactions in one call. Locks are taken in the order originals, keys, holds, accounts,
-- lots; the first four sorted, and lots only by who has their account, so that two calls never wait for each
-- other. A key that is known posts nothing and gives the first transaction; `is_same` says whether its
-- body was the same. Floors hold at the end of the call; a posting with `overdraw` may pass them.
--
-- A leg's mode: `plain` moves an account without lots; `give` makes a lot; `back` puts into a lot;
-- `take` takes from the lots of a pool of accounts, soonest to expire first; `claw` takes from the lot
-- named, then from others of the account, and what is missing is owed; `capture` takes what a hold
-- holds. Whatever comes in pays what the account owes first.
--
-- Tables are reached through indexes by lists and lists are joined by hashing: the cost does not hang on
-- statistics, which a growing ledger never has fresh.
CREATE FUNCTION benefit.post(
    moment timestamptz,
    ids uuid[], keys text[], hashes bytea[], kinds text[], ref_kinds text[], ref_ids text[],
    ats timestamptz[], originals uuid[], details jsonb[], overdraws boolean[],
    leg_postings int[], leg_modes text[], leg_accounts uuid[], leg_owner_kinds text[],
    leg_owners uuid[], leg_assets text[], leg_floors bigint[], leg_amounts bigint[],
    leg_lots uuid[], leg_actives timestamptz[], leg_expires timestamptz[], leg_holds uuid[],
    pool_legs int[], pool_accounts uuid[]
) RETURNS TABLE (ordinal int, transaction_id uuid, is_new boolean, is_same boolean)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
SET enable_nestloop = off SET enable_seqscan = off SET plan_cache_mode = force_generic_plan AS $$
#variable_conflict use_column
DECLARE
    own uuid := base.merchant();
    added uuid[];
    is_added boolean[];
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
        SELECT DISTINCT ON (l.account) own, l.account, l.owner_kind, l.owner, l.asset
        FROM unnest(leg_postings, leg_accounts, leg_owner_kinds, leg_owners, leg_assets)
            AS l (posting, account, owner_kind, owner, asset)
        WHERE is_added[l.posting] AND l.owner_kind = 'merchant'
        ORDER BY l.account
        ON CONFLICT (merchant_id, id) DO NOTHING;

        IF leg_modes && '{take,claw,capture}'::text[] THEN
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

        INSERT INTO benefit.entry (merchant_id, transaction_id, seq, account_id, asset, amount, at, reverses, lot_id)
        SELECT own, ids[m.posting], row_number() OVER (PARTITION BY m.posting ORDER BY m.leg, m.n),
            m.account, leg_assets[m.leg], m.amount, ats[m.posting], originals[m.posting], m.lot
        FROM (
            SELECT l.n AS leg, 0::bigint AS n, l.posting, l.account, l.amount, l.lot
            FROM unnest(leg_postings, leg_modes, leg_accounts, leg_amounts, leg_lots)
                WITH ORDINALITY AS l (posting, mode, account, amount, lot, n)
            WHERE is_added[l.posting] AND l.mode IN ('plain', 'give', 'back')
            UNION ALL
            SELECT d.leg, d.n, leg_postings[d.leg], d.account, d.amount, d.lot
            FROM unnest(drawn_legs, drawn_lots, drawn_accounts, drawn_amounts)
                WITH ORDINALITY AS d (leg, lot, account, amount, n)
        ) m;
    END IF;

    RETURN QUERY
    SELECT p.n::int, coalesce(t.id, p.id), t.id IS NULL, t.id IS NULL OR t.request_hash = p.hash
    FROM unnest(ids, keys, hashes, is_added) WITH ORDINALITY AS p (id, key, hash, is_added, n)
    LEFT JOIN (
        SELECT t.id, t.idempotency_key, t.request_hash FROM benefit.transaction t
        WHERE t.merchant_id = own AND t.idempotency_key = ANY (ARRAY(
            SELECT k.key FROM unnest(keys, is_added) AS k (key, is_added) WHERE NOT k.is_added))
    ) t ON t.idempotency_key = p.key AND NOT p.is_added
    ORDER BY p.n;
END
$$;
REVOKE ALL ON FUNCTION benefit.post FROM PUBLIC;
GRANT EXECUTE ON FUNCTION benefit.post TO huitou_app;

-- The accounts of everybody who was merged into a customer: what they have together can be spent.
CREATE FUNCTION benefit.pool_of(own uuid, owner uuid, what text) RETURNS uuid[]
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    members uuid[];
BEGIN
    SELECT array_agg(m.id) INTO members FROM identity.customer m
    WHERE m.merchant_id = own AND m.root_id = (
        SELECT c.root_id FROM identity.customer c WHERE c.merchant_id = own AND c.id = owner);
    RETURN ARRAY(
        SELECT a.id FROM benefit.account a
        WHERE a.merchant_id = own AND a.owner_kind = 'customer' AND a.asset = what
            AND a.owner_id = ANY (coalesce(members, ARRAY[owner])));
END
$$;

-- The same for the commonest posting, alone: one customer's lots against one account of the merchant.
-- Less work, because nothing has to be sorted into lists first.
CREATE FUNCTION benefit.move(
    moment timestamptz, id uuid, key text, hash bytea, kind text, ref_kind text, ref_id text, at timestamptz,
    detail jsonb, account uuid, owner uuid, what text, amount bigint, contra uuid, contra_owner uuid,
    lot uuid, active timestamptz, expires timestamptz
) RETURNS TABLE (ordinal int, transaction_id uuid, is_new boolean, is_same boolean)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
SET enable_seqscan = off SET plan_cache_mode = force_generic_plan AS $$
#variable_conflict use_variable
DECLARE
    own uuid := base.merchant();
    debt bigint;
    need bigint := -amount;
    part bigint;
    open record;
    accounts uuid[];
    lots uuid[];
    parts bigint[];
    pool uuid[];
BEGIN
    IF own IS NULL THEN
        RAISE EXCEPTION 'no merchant is set';
    END IF;
    INSERT INTO benefit.transaction
        (merchant_id, id, idempotency_key, request_hash, kind, ref_kind, ref_id, at, posted_at, detail)
    VALUES (own, id, key, hash, kind, ref_kind, ref_id, at, moment, detail)
    ON CONFLICT (merchant_id, idempotency_key) DO NOTHING;
    IF NOT FOUND THEN
        RETURN QUERY SELECT 1, t.id, false, t.request_hash = hash FROM benefit.transaction t
        WHERE t.merchant_id = own AND t.idempotency_key = key;
        RETURN;
    END IF;
    IF NOT EXISTS (SELECT FROM benefit.account a WHERE a.merchant_id = own AND a.id = contra) THEN
        INSERT INTO benefit.account (merchant_id, id, owner_kind, owner_id, asset)
        VALUES (own, contra, 'merchant', contra_owner, what)
        ON CONFLICT ON CONSTRAINT account_pkey DO NOTHING;
    END IF;

    IF amount > 0 THEN
        INSERT INTO benefit.account AS a (merchant_id, id, owner_kind, owner_id, asset, balance)
        VALUES (own, account, 'customer', owner, what, amount)
        ON CONFLICT ON CONSTRAINT account_pkey DO UPDATE SET balance = a.balance + excluded.balance
        RETURNING a.owed INTO debt;
        INSERT INTO benefit.lot
            (merchant_id, id, account_id, asset, quantity, remaining, active_at, expires_at, transaction_id)
        VALUES (own, lot, account, what, amount, amount, active, expires, id);
        accounts := ARRAY[account];
        lots := ARRAY[lot];
        parts := ARRAY[amount];
        IF debt > 0 THEN
            SELECT accounts || d.accounts, lots || d.lots, parts || d.amounts INTO accounts, lots, parts
            FROM benefit.settle_debts(
                own, accounts, ARRAY[true], ARRAY[1], ARRAY['give'], accounts, parts, lots) d;
        END IF;
    ELSE
        pool := benefit.pool_of(own, owner, what);
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
            parts := parts || -part;
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
        IF accounts[1] = ALL (accounts) THEN
            UPDATE benefit.account a SET balance = a.balance + amount
            WHERE a.merchant_id = own AND a.id = accounts[1];
        ELSE
            UPDATE benefit.account a SET balance = a.balance + m.amount
            FROM (
                SELECT p.account, sum(p.amount) AS amount FROM unnest(accounts, parts) AS p (account, amount)
                GROUP BY p.account
            ) m
            WHERE a.merchant_id = own AND a.id = ANY (pool) AND a.id = m.account;
        END IF;
    END IF;

    INSERT INTO benefit.entry (merchant_id, transaction_id, seq, account_id, asset, amount, at, lot_id)
    SELECT own, id, e.n, e.account, what, e.amount, at, e.lot
    FROM unnest(accounts || contra, parts || -amount, lots) WITH ORDINALITY AS e (account, amount, lot, n);
    RETURN QUERY SELECT 1, id, true, true;
END
$$;
REVOKE ALL ON FUNCTION benefit.move FROM PUBLIC;
GRANT EXECUTE ON FUNCTION benefit.move TO huitou_app;

-- What `lots` hold changes by `amounts`; a lot may be named several times.
CREATE FUNCTION benefit.move_lots(own uuid, lots uuid[], amounts bigint[]) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    UPDATE benefit.lot t SET remaining = t.remaining + m.amount
    FROM (
        SELECT l.id, sum(l.amount) AS amount FROM unnest(lots, amounts) AS l (id, amount) GROUP BY l.id
    ) m
    WHERE t.merchant_id = own AND t.id = ANY (lots) AND t.id = m.id;
END
$$;

-- From which lots the legs that take are served, taken out of lots, holds, balances and debts at once.
-- A row without a lot is what is owed. Raises when a pool has less than is to be taken from it.
CREATE FUNCTION benefit.draw(
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
    step text;
BEGIN
    IF 'capture' = ANY (leg_modes) THEN
        PERFORM FROM benefit.hold h
        WHERE h.merchant_id = own AND h.id = ANY (leg_holds) ORDER BY h.id FOR UPDATE;
    END IF;
    INSERT INTO benefit.account (merchant_id, id, owner_kind, owner_id, asset, floor, balance)
    SELECT DISTINCT ON (l.account) own, l.account, l.owner_kind, l.owner, l.asset, l.floor, 0
    FROM unnest(leg_postings, leg_accounts, leg_owner_kinds, leg_owners, leg_assets, leg_floors)
        AS l (posting, account, owner_kind, owner, asset, floor)
    WHERE is_added[l.posting] AND l.owner_kind <> 'merchant'
        AND NOT EXISTS (
            SELECT FROM benefit.account a WHERE a.merchant_id = own AND a.id = l.account)
    ORDER BY l.account
    ON CONFLICT (merchant_id, id) DO NOTHING;
    PERFORM FROM benefit.account a
    WHERE a.merchant_id = own AND a.owner_kind <> 'merchant'
        AND a.id = ANY (leg_accounts || pool_accounts)
    ORDER BY a.id FOR NO KEY UPDATE;

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
    IF 'take' = ANY (leg_modes) AND EXISTS (
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

CREATE FUNCTION benefit.refuse_short() RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RAISE EXCEPTION 'a balance would fall below its floor' USING ERRCODE = 'HT001';
END
$$;

-- One step of drawing: `capture` from what holds hold, `claw` from the lot named, `claw_more` from any of
-- the account, usable ones first, `take` from usable ones of the pool. `legs` and `amounts` are what was
-- drawn before.
CREATE FUNCTION benefit.draw_step(
    step text, own uuid, moment timestamptz, is_added boolean[],
    leg_postings int[], leg_modes text[], leg_accounts uuid[], leg_amounts bigint[], leg_lots uuid[],
    leg_holds uuid[], pool_legs int[], pool_accounts uuid[], legs int[], amounts bigint[]
) RETURNS TABLE (leg int, lot uuid, account uuid, amount bigint)
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
#variable_conflict use_column
DECLARE
    need_legs int[];
    need_pools uuid[];
    needs bigint[];
    lot_pools uuid[];
    lot_ids uuid[];
    lot_accounts uuid[];
    frees bigint[];
BEGIN
    SELECT array_agg(w.leg ORDER BY w.leg), array_agg(w.pool ORDER BY w.leg), array_agg(w.need ORDER BY w.leg)
    INTO need_legs, need_pools, needs
    FROM (
        SELECT l.n::int AS leg, -l.amount - coalesce(d.amount, 0) AS need,
            CASE step WHEN 'capture' THEN l.hold WHEN 'claw' THEN l.lot WHEN 'claw_more' THEN l.account
                ELSE k.pool END AS pool
        FROM unnest(leg_postings, leg_modes, leg_accounts, leg_amounts, leg_lots, leg_holds)
            WITH ORDINALITY AS l (posting, mode, account, amount, lot, hold, n)
        LEFT JOIN (
            SELECT d.leg, -sum(d.amount) AS amount FROM unnest(legs, amounts) AS d (leg, amount) GROUP BY d.leg
        ) d ON d.leg = l.n
        -- The accounts of one customer are one pool, by whichever of them it is asked for.
        LEFT JOIN (
            SELECT p.leg, (array_agg(p.account ORDER BY p.account))[1] AS pool
            FROM unnest(pool_legs, pool_accounts) AS p (leg, account) GROUP BY p.leg
        ) k ON k.leg = l.n
        WHERE is_added[l.posting] AND l.mode = CASE step WHEN 'claw_more' THEN 'claw' ELSE step END
    ) w
    WHERE w.need > 0;
    IF need_legs IS NULL THEN
        RETURN;
    END IF;

    IF step = 'capture' THEN
        SELECT array_agg(t.pool ORDER BY t.expires_at, t.id), array_agg(t.id ORDER BY t.expires_at, t.id),
            array_agg(t.account_id ORDER BY t.expires_at, t.id), array_agg(t.quantity ORDER BY t.expires_at, t.id)
        INTO lot_pools, lot_ids, lot_accounts, frees
        FROM (
            SELECT h.hold_id AS pool, t.id, t.account_id, h.quantity, t.expires_at
            FROM benefit.lot t
            JOIN (
                SELECT h.hold_id, h.lot_id, h.quantity FROM benefit.hold_lot h
                WHERE h.merchant_id = own AND h.hold_id = ANY (need_pools)
            ) h ON h.lot_id = t.id
            WHERE t.merchant_id = own AND t.id = ANY (ARRAY(
                SELECT h.lot_id FROM benefit.hold_lot h
                WHERE h.merchant_id = own AND h.hold_id = ANY (need_pools)))
        ) t;
    ELSIF step = 'claw' THEN
        SELECT array_agg(t.id), array_agg(t.id), array_agg(t.account_id), array_agg(t.remaining - t.held)
        INTO lot_pools, lot_ids, lot_accounts, frees
        FROM benefit.lot t
        WHERE t.merchant_id = own AND t.id = ANY (need_pools) AND t.remaining > t.held;
    ELSIF step = 'claw_more' THEN
        SELECT array_agg(t.account_id), array_agg(t.id), array_agg(t.account_id), array_agg(t.free)
        INTO lot_pools, lot_ids, lot_accounts, frees
        FROM (
            SELECT t.account_id, t.id, t.remaining - t.held AS free FROM benefit.lot t
            WHERE t.merchant_id = own AND t.account_id = ANY (need_pools)
                AND t.remaining > t.held AND t.expires_at > moment
            ORDER BY t.active_at > moment, t.expires_at, t.id
        ) t;
    ELSE
        SELECT array_agg(t.pool), array_agg(t.id), array_agg(t.account_id), array_agg(t.free)
        INTO lot_pools, lot_ids, lot_accounts, frees
        FROM (
            SELECT p.pool, t.id, t.account_id, t.remaining - t.held AS free
            FROM (
                SELECT DISTINCT k.pool, p.account
                FROM unnest(pool_legs, pool_accounts) AS p (leg, account)
                JOIN unnest(need_legs, need_pools) AS k (leg, pool) ON k.leg = p.leg
            ) p
            JOIN benefit.lot t ON t.account_id = p.account
            WHERE t.merchant_id = own AND t.account_id = ANY (pool_accounts)
                AND t.remaining > t.held AND t.active_at <= moment AND t.expires_at > moment
            ORDER BY t.expires_at, t.id
        ) t;
    END IF;
    RETURN QUERY
    SELECT s.leg, lot_ids[s.nth], lot_accounts[s.nth], s.amount
    FROM benefit.share(need_legs, need_pools, needs, lot_pools, frees) s;
END
$$;

-- What came into accounts that owe pays it at once.
CREATE FUNCTION benefit.settle_debts(
    own uuid, debtors uuid[], is_added boolean[],
    leg_postings int[], leg_modes text[], leg_accounts uuid[], leg_amounts bigint[], leg_lots uuid[],
    OUT legs int[], OUT lots uuid[], OUT accounts uuid[], OUT amounts bigint[]
)
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    paid_legs int[];
    paid_lots uuid[];
    paid_accounts uuid[];
    paid bigint[];
BEGIN
    SELECT array_agg(i.legs[s.nth]), array_agg(i.lots[s.nth]), array_agg(i.pools[s.nth]), array_agg(s.amount)
    INTO paid_legs, paid_lots, paid_accounts, paid
    FROM (
        SELECT array_agg(a.id) AS ids, array_agg(a.owed) AS owed, array_agg(0) AS zeros
        FROM benefit.account a WHERE a.merchant_id = own AND a.id = ANY (debtors)
    ) a
    CROSS JOIN LATERAL (
        SELECT array_agg(l.account ORDER BY l.n) AS pools, array_agg(l.lot ORDER BY l.n) AS lots,
            array_agg(l.amount ORDER BY l.n) AS amounts, array_agg(l.n::int ORDER BY l.n) AS legs
        FROM unnest(leg_postings, leg_modes, leg_accounts, leg_amounts, leg_lots)
            WITH ORDINALITY AS l (posting, mode, account, amount, lot, n)
        WHERE is_added[l.posting] AND l.mode IN ('give', 'back') AND l.account = ANY (debtors)
    ) i
    CROSS JOIN LATERAL benefit.share(a.zeros, a.ids, a.owed, i.pools, i.amounts) s;
    IF paid IS NULL THEN
        RETURN;
    END IF;
    PERFORM benefit.move_lots(own, paid_lots, ARRAY(SELECT -p FROM unnest(paid) AS p));
    UPDATE benefit.account a SET owed = a.owed - m.amount
    FROM (
        SELECT p.account, sum(p.amount) AS amount FROM unnest(paid_accounts, paid) AS p (account, amount)
        GROUP BY p.account
    ) m
    WHERE a.merchant_id = own AND a.id = ANY (debtors) AND a.id = m.account;
    legs := paid_legs || paid_legs;
    lots := paid_lots || array_fill(NULL::uuid, ARRAY[array_length(paid, 1)]);
    accounts := paid_accounts || paid_accounts;
    amounts := ARRAY(SELECT -p FROM unnest(paid) AS p) || paid;
END
$$;

-- Ends holds: what they held is free again, of captured ones less what was captured. The caller has
-- locked the holds and then the accounts of their lots.
CREATE FUNCTION benefit.resolve(own uuid, moment timestamptz, outcome text, ids uuid[], takes bigint[])
RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF EXISTS (
        SELECT FROM unnest(ids, takes) AS w (id, amount)
        LEFT JOIN (
            SELECT h.id, h.state, h.quantity FROM benefit.hold h
            WHERE h.merchant_id = own AND h.id = ANY (ids)
        ) h ON h.id = w.id
        WHERE h.state IS DISTINCT FROM 'open'
    ) OR (SELECT count(*) <> count(DISTINCT w.id) FROM unnest(ids) AS w (id)) THEN
        RAISE EXCEPTION 'a hold is not open any more' USING ERRCODE = 'HT006';
    END IF;
    IF EXISTS (
        SELECT FROM unnest(ids, takes) AS w (id, amount)
        JOIN (
            SELECT h.id, h.quantity FROM benefit.hold h WHERE h.merchant_id = own AND h.id = ANY (ids)
        ) h ON h.id = w.id
        WHERE w.amount > h.quantity
    ) THEN
        RAISE EXCEPTION 'more is captured than was held' USING ERRCODE = 'HT007';
    END IF;
    UPDATE benefit.lot t SET held = t.held - m.quantity
    FROM (
        SELECT h.lot_id, sum(h.quantity) AS quantity FROM benefit.hold_lot h
        WHERE h.merchant_id = own AND h.hold_id = ANY (ids) GROUP BY h.lot_id
    ) m
    WHERE t.merchant_id = own AND t.id = m.lot_id AND t.id = ANY (ARRAY(
        SELECT h.lot_id FROM benefit.hold_lot h WHERE h.merchant_id = own AND h.hold_id = ANY (ids)));
    UPDATE benefit.hold h SET state = outcome, resolved_at = moment, captured = coalesce(w.amount, 0)
    FROM unnest(ids, takes) AS w (id, amount)
    WHERE h.merchant_id = own AND h.id = ANY (ids) AND h.id = w.id;
END
$$;

-- Holds a part of a customer's usable lots, soonest to expire first. Raises when there is less.
CREATE FUNCTION benefit.reserve(
    moment timestamptz, hold uuid, key text, hash bytea, owner uuid, what text, amount bigint,
    until timestamptz, about_kind text, about_id text
) RETURNS TABLE (hold_id uuid, is_new boolean, is_same boolean)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
SET enable_nestloop = off SET enable_seqscan = off SET plan_cache_mode = force_generic_plan AS $$
#variable_conflict use_column
DECLARE
    own uuid := base.merchant();
    pool_accounts uuid[] := benefit.pool_of(own, owner, what);
    lots uuid[];
    parts bigint[];
BEGIN
    IF own IS NULL THEN
        RAISE EXCEPTION 'no merchant is set';
    END IF;
    INSERT INTO benefit.hold
        (merchant_id, id, idempotency_key, request_hash, owner_id, asset, quantity, ref_kind, ref_id, held_at, expires_at)
    VALUES (own, hold, key, hash, owner, what, amount, about_kind, about_id, moment, until)
    ON CONFLICT (merchant_id, idempotency_key) DO NOTHING;
    IF NOT FOUND THEN
        RETURN QUERY SELECT h.id, false, h.request_hash = hash FROM benefit.hold h
        WHERE h.merchant_id = own AND h.idempotency_key = key;
        RETURN;
    END IF;
    PERFORM FROM benefit.account a
    WHERE a.merchant_id = own AND a.id = ANY (pool_accounts) ORDER BY a.id FOR NO KEY UPDATE;
    SELECT array_agg(t.ids[s.nth]), array_agg(s.amount) INTO lots, parts
    FROM (
        SELECT array_agg(own) AS pools, array_agg(t.id) AS ids, array_agg(t.free) AS frees
        FROM (
            SELECT t.id, t.remaining - t.held AS free FROM benefit.lot t
            WHERE t.merchant_id = own AND t.account_id = ANY (pool_accounts)
                AND t.remaining > t.held AND t.active_at <= moment AND t.expires_at > moment
            ORDER BY t.expires_at, t.id
        ) t
    ) t
    CROSS JOIN LATERAL benefit.share(ARRAY[1], ARRAY[own], ARRAY[amount], t.pools, t.frees) s;
    IF coalesce((SELECT sum(p) FROM unnest(parts) AS p), 0) < amount OR (
        SELECT coalesce(sum(a.owed), 0) > 0 AND coalesce(sum(a.owed), 0) + amount > (
            SELECT coalesce(sum(t.remaining - t.held), 0) FROM benefit.lot t
            WHERE t.merchant_id = own AND t.account_id = ANY (pool_accounts)
                AND t.active_at <= moment AND t.expires_at > moment)
        FROM benefit.account a WHERE a.merchant_id = own AND a.id = ANY (pool_accounts)
    ) THEN
        PERFORM benefit.refuse_short();
    END IF;
    INSERT INTO benefit.hold_lot SELECT own, hold, p.lot, p.part FROM unnest(lots, parts) AS p (lot, part);
    UPDATE benefit.lot t SET held = t.held + p.part
    FROM unnest(lots, parts) AS p (lot, part)
    WHERE t.merchant_id = own AND t.id = ANY (lots) AND t.id = p.lot;
    RETURN QUERY SELECT hold, true, true;
END
$$;
REVOKE ALL ON FUNCTION benefit.reserve FROM PUBLIC;
GRANT EXECUTE ON FUNCTION benefit.reserve TO huitou_app;

-- Lets holds go that are still open, as `voided` or `expired`; returns those it let go.
CREATE FUNCTION benefit.release(moment timestamptz, outcome text, ids uuid[]) RETURNS SETOF uuid
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
SET enable_nestloop = off SET enable_seqscan = off SET plan_cache_mode = force_generic_plan AS $$
DECLARE
    own uuid := base.merchant();
    open uuid[];
BEGIN
    SELECT array_agg(h.id) INTO open
    FROM (
        SELECT h.id FROM benefit.hold h
        WHERE h.merchant_id = own AND h.id = ANY (ids) AND h.state = 'open'
        ORDER BY h.id FOR UPDATE
    ) h;
    IF open IS NULL THEN
        RETURN;
    END IF;
    PERFORM FROM benefit.account a
    WHERE a.merchant_id = own AND a.id = ANY (ARRAY(
        SELECT t.account_id FROM benefit.lot t
        WHERE t.merchant_id = own AND t.id = ANY (ARRAY(
            SELECT l.lot_id FROM benefit.hold_lot l WHERE l.merchant_id = own AND l.hold_id = ANY (open)))))
    ORDER BY a.id FOR NO KEY UPDATE;
    PERFORM benefit.resolve(own, moment, outcome, open, array_fill(0::bigint, ARRAY[array_length(open, 1)]));
    RETURN QUERY SELECT unnest(open);
END
$$;
REVOKE ALL ON FUNCTION benefit.release FROM PUBLIC;
GRANT EXECUTE ON FUNCTION benefit.release TO huitou_app;

-- Holds accounts until the end, so that what is worked out from their lots stays true.
CREATE FUNCTION benefit.lock_accounts(accounts uuid[]) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT FROM benefit.account a
    WHERE a.merchant_id = base.merchant() AND a.id = ANY (accounts)
    ORDER BY a.id FOR NO KEY UPDATE
$$;
REVOKE ALL ON FUNCTION benefit.lock_accounts FROM PUBLIC;
GRANT EXECUTE ON FUNCTION benefit.lock_accounts TO huitou_app;

-- Up to when periodic work has gone.
CREATE TABLE benefit.watermark (
    merchant_id uuid NOT NULL,
    name text NOT NULL,
    at timestamptz NOT NULL,
    PRIMARY KEY (merchant_id, name)
);
SELECT base.protect('benefit.watermark');
