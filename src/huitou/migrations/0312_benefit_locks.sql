-- As before, but only the accounts of postings that are new are locked. Those of a key that was known were
-- locked after the missing accounts of others had been made: out of order, and two calls waited for each other.
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
    ours uuid[] := leg_accounts || pool_accounts;
BEGIN
    IF false = ANY (is_added) THEN
        SELECT array_agg(o.account) INTO ours
        FROM (
            SELECT l.account FROM unnest(leg_postings, leg_accounts) AS l (posting, account)
            WHERE is_added[l.posting]
            UNION
            SELECT p.account FROM unnest(pool_legs, pool_accounts) AS p (leg, account)
            WHERE is_added[leg_postings[p.leg]]
        ) o;
    END IF;
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
            WHERE a.merchant_id = own AND a.owner_kind <> 'merchant' AND a.id = ANY (ours)
        ) l
        GROUP BY l.account
        ORDER BY l.account
        ON CONFLICT (merchant_id, id) DO UPDATE SET balance = a.balance;
    END IF;
    SELECT bool_or(a.owed > 0) INTO has_debt
    FROM (
        SELECT a.owed FROM benefit.account a
        WHERE a.merchant_id = own AND a.owner_kind <> 'merchant'
            AND a.id = ANY (ours)
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
