-- A batch finds the accounts that each of its legs draws from by itself, and answers with what it did not
-- post: nearly always nothing.

DROP FUNCTION benefit.post;

-- Posts many transactions in one call. Locks are taken in the order originals, keys, holds, accounts,
-- lots; the first four sorted, and lots only by who has their account, so that two calls never wait for each
-- other. A key that is known posts nothing; the answer is the known ones alone, each with its first
-- transaction and whether its body was the same. Floors hold at the end of the call; a posting with
-- `overdraw` may pass them.
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
    leg_lots uuid[], leg_actives timestamptz[], leg_expires timestamptz[], leg_holds uuid[]
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
        SELECT DISTINCT ON (l.account) own, l.account, l.owner_kind, l.owner, l.asset
        FROM unnest(leg_postings, leg_accounts, leg_owner_kinds, leg_owners, leg_assets)
            AS l (posting, account, owner_kind, owner, asset)
        WHERE is_added[l.posting] AND l.owner_kind = 'merchant'
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

-- The accounts from which each leg that takes may be served: its own, and those of whoever was merged with
-- its owner, which nearly nobody was.
CREATE FUNCTION benefit.pools_of(
    own uuid, leg_modes text[], leg_accounts uuid[], leg_owners uuid[], leg_assets text[],
    OUT legs int[], OUT accounts uuid[]
)
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    takers uuid[];
    roots uuid[];
    are_merged boolean;
BEGIN
    SELECT array_agg(l.n::int), array_agg(l.account), array_agg(l.owner) INTO legs, accounts, takers
    FROM unnest(leg_modes, leg_accounts, leg_owners) WITH ORDINALITY AS l (mode, account, owner, n)
    WHERE l.mode = 'take';
    SELECT array_agg(c.root_id) INTO roots FROM identity.customer c
    WHERE c.merchant_id = own AND c.id = ANY (takers);
    SELECT bool_or(m.id <> m.root_id) INTO are_merged FROM identity.customer m
    WHERE m.merchant_id = own AND m.root_id = ANY (roots);
    IF are_merged THEN
        SELECT legs || array_agg(t.leg), accounts || array_agg(t.account) INTO legs, accounts
        FROM (
            SELECT l.n::int AS leg, a.id AS account
            FROM unnest(leg_modes, leg_owners, leg_assets) WITH ORDINALITY AS l (mode, owner, asset, n)
            JOIN (
                SELECT c.id, c.root_id FROM identity.customer c
                WHERE c.merchant_id = own AND c.id = ANY (takers)
            ) c ON c.id = l.owner
            JOIN (
                SELECT m.id, m.root_id FROM identity.customer m
                WHERE m.merchant_id = own AND m.root_id = ANY (roots)
            ) m ON m.root_id = c.root_id AND m.id <> c.id
            JOIN (
                SELECT a.id, a.owner_id, a.asset FROM benefit.account a
                WHERE a.merchant_id = own AND a.owner_kind = 'customer' AND a.owner_id = ANY (ARRAY(
                    SELECT m.id FROM identity.customer m
                    WHERE m.merchant_id = own AND m.root_id = ANY (roots)))
            ) a ON a.owner_id = m.id AND a.asset = l.asset
            WHERE l.mode = 'take'
        ) t;
    END IF;
END
$$;

-- As before, but whether there are legs of a kind is seen without making a list of them.
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
