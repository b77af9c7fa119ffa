-- The double-entry ledger. The application may read it; only benefit.post() writes.
SELECT base.open_schema('benefit');

-- The merchant's own (contra) accounts keep no balance, so that no posting waits for another.
CREATE TABLE benefit.account (
    merchant_id uuid NOT NULL,
    id uuid NOT NULL,
    owner_kind text NOT NULL CHECK (owner_kind IN ('staff', 'customer', 'merchant')),
    owner_id uuid NOT NULL,
    asset text NOT NULL,
    floor bigint,
    balance bigint,
    PRIMARY KEY (merchant_id, id),
    UNIQUE (merchant_id, owner_kind, owner_id, asset),
    CHECK ((balance IS NULL) = (owner_kind = 'merchant'))
) WITH (fillfactor = 50);
SELECT base.protect('benefit.account', 'SELECT');

CREATE TABLE benefit.transaction (
    merchant_id uuid NOT NULL,
    id uuid NOT NULL,
    idempotency_key text NOT NULL,
    request_hash bytea NOT NULL,
    kind text NOT NULL,
    ref_kind text NOT NULL,
    ref_id text NOT NULL,
    at timestamptz NOT NULL,
    posted_at timestamptz NOT NULL,
    reverses uuid,
    detail jsonb NOT NULL,
    PRIMARY KEY (merchant_id, id),
    UNIQUE (merchant_id, idempotency_key),
    FOREIGN KEY (merchant_id, reverses) REFERENCES benefit.transaction (merchant_id, id)
);
CREATE INDEX transaction_reverses ON benefit.transaction (merchant_id, reverses) WHERE reverses IS NOT NULL;
CREATE INDEX transaction_ref ON benefit.transaction (merchant_id, ref_kind, ref_id);
SELECT base.protect('benefit.transaction', 'SELECT');

CREATE TABLE benefit.entry (
    merchant_id uuid NOT NULL,
    transaction_id uuid NOT NULL,
    seq smallint NOT NULL,
    account_id uuid NOT NULL,
    asset text NOT NULL,
    amount bigint NOT NULL CHECK (amount <> 0),
    at timestamptz NOT NULL,
    PRIMARY KEY (merchant_id, transaction_id, seq),
    FOREIGN KEY (merchant_id, transaction_id) REFERENCES benefit.transaction (merchant_id, id),
    FOREIGN KEY (merchant_id, account_id) REFERENCES benefit.account (merchant_id, id)
);
CREATE INDEX entry_account ON benefit.entry (merchant_id, account_id, at);
SELECT base.protect('benefit.entry', 'SELECT');

-- Is `amount`, the sum of what was taken back from an account, more than the original gave it?
CREATE FUNCTION benefit.is_over_reversed(own uuid, original uuid, account uuid, kind text, amount numeric)
RETURNS boolean
LANGUAGE sql STABLE
RETURN amount <> 0 AND coalesce((
    SELECT sign(sum(e.amount)) = sign(is_over_reversed.amount)
        OR abs(is_over_reversed.amount) > abs(sum(e.amount))
    FROM benefit.entry e
    WHERE e.merchant_id = own AND e.transaction_id = original
        AND e.account_id = account AND e.asset = kind
), true);
GRANT EXECUTE ON FUNCTION benefit.is_over_reversed TO huitou_app;

-- Whatever writes entries: a transaction comes whole in one statement, sums to zero per asset, and
-- what is taken back of an original never turns its sign nor exceeds it.
CREATE FUNCTION benefit.check_entries() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    originals uuid[];
BEGIN
    IF (SELECT count(DISTINCT merchant_id) FROM added) > 1 THEN
        RAISE EXCEPTION 'entries are of one merchant' USING ERRCODE = 'HT003';
    END IF;
    IF EXISTS (
        SELECT FROM added GROUP BY merchant_id, transaction_id, asset HAVING sum(amount) <> 0
    ) THEN
        RAISE EXCEPTION 'a transaction does not sum to zero' USING ERRCODE = 'HT002';
    END IF;
    IF (SELECT count(*) FROM added) <> (
        SELECT count(*)
        FROM (SELECT DISTINCT merchant_id, transaction_id FROM added) t
        JOIN benefit.entry e USING (merchant_id, transaction_id)
    ) THEN
        RAISE EXCEPTION 'entries are added with their transaction only' USING ERRCODE = 'HT003';
    END IF;
    SELECT array_agg(DISTINCT t.reverses) INTO originals
    FROM (SELECT DISTINCT merchant_id, transaction_id FROM added) a
    JOIN benefit.transaction t ON t.merchant_id = a.merchant_id AND t.id = a.transaction_id
    WHERE t.reverses IS NOT NULL;
    IF originals IS NOT NULL AND EXISTS (
        SELECT
        FROM (
            SELECT t.merchant_id, t.reverses, e.account_id, e.asset, sum(e.amount) AS amount
            FROM benefit.transaction t
            JOIN benefit.entry e ON e.merchant_id = t.merchant_id AND e.transaction_id = t.id
            WHERE t.merchant_id = (SELECT merchant_id FROM added LIMIT 1) AND t.reverses = ANY (originals)
            GROUP BY t.merchant_id, t.reverses, e.account_id, e.asset
        ) back
        WHERE benefit.is_over_reversed(back.merchant_id, back.reverses, back.account_id, back.asset, back.amount)
    ) THEN
        RAISE EXCEPTION 'more is reversed than was posted' USING ERRCODE = 'HT004';
    END IF;
    RETURN NULL;
END
$$;

CREATE TRIGGER check_entries AFTER INSERT ON benefit.entry
REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION benefit.check_entries();

-- Append-only, for the owner too.
CREATE FUNCTION benefit.refuse_change() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the ledger is append-only' USING ERRCODE = 'HT005';
END
$$;
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON benefit.entry
FOR EACH STATEMENT EXECUTE FUNCTION benefit.refuse_change();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON benefit.transaction
FOR EACH STATEMENT EXECUTE FUNCTION benefit.refuse_change();

-- Holds transactions until the end, so that what is left of them can be worked out.
CREATE FUNCTION benefit.hold(originals uuid[]) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT FROM benefit.transaction t
    WHERE t.merchant_id = base.merchant() AND t.id = ANY (originals)
    ORDER BY t.id FOR NO KEY UPDATE
$$;
REVOKE ALL ON FUNCTION benefit.hold FROM PUBLIC;
GRANT EXECUTE ON FUNCTION benefit.hold TO huitou_app;

-- Posts many transactions in one call. Locks are taken in the order originals, keys, accounts, each
-- sorted, so that two calls never wait for each other. A key that is known posts nothing and gives
-- the first transaction; `is_same` says whether its body was the same. Floors hold at the end of the
-- call; a posting with `overdraw` may pass them.
CREATE FUNCTION benefit.post(
    moment timestamptz,
    ids uuid[], keys text[], hashes bytea[], kinds text[], ref_kinds text[], ref_ids text[],
    ats timestamptz[], originals uuid[], details jsonb[], overdraws boolean[],
    leg_postings int[], leg_seqs int[], leg_accounts uuid[], leg_owner_kinds text[],
    leg_owners uuid[], leg_assets text[], leg_floors bigint[], leg_amounts bigint[]
) RETURNS TABLE (ordinal int, transaction_id uuid, is_new boolean, is_same boolean)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
#variable_conflict use_column
DECLARE
    own uuid := base.merchant();
    too_low uuid;
BEGIN
    IF own IS NULL THEN
        RAISE EXCEPTION 'no merchant is set';
    END IF;
    PERFORM benefit.hold(originals);

    INSERT INTO benefit.transaction
        (merchant_id, id, idempotency_key, request_hash, kind, ref_kind, ref_id, at, posted_at, reverses, detail)
    SELECT own, p.id, p.key, p.hash, p.kind, p.ref_kind, p.ref_id, p.at, moment, p.original, p.detail
    FROM unnest(ids, keys, hashes, kinds, ref_kinds, ref_ids, ats, originals, details)
        WITH ORDINALITY AS p (id, key, hash, kind, ref_kind, ref_id, at, original, detail, n)
    ORDER BY p.key, p.n
    ON CONFLICT (merchant_id, idempotency_key) DO NOTHING;

    INSERT INTO benefit.account (merchant_id, id, owner_kind, owner_id, asset, floor, balance)
    SELECT DISTINCT ON (l.account) own, l.account, l.owner_kind, l.owner, l.asset, l.floor,
        CASE WHEN l.owner_kind = 'merchant' THEN NULL ELSE 0 END
    FROM unnest(leg_accounts, leg_owner_kinds, leg_owners, leg_assets, leg_floors)
        AS l (account, owner_kind, owner, asset, floor)
    ORDER BY l.account
    ON CONFLICT (merchant_id, id) DO NOTHING;

    PERFORM FROM benefit.account a
    WHERE a.merchant_id = own AND a.id = ANY (leg_accounts) AND a.balance IS NOT NULL
    ORDER BY a.id FOR NO KEY UPDATE;

    INSERT INTO benefit.entry (merchant_id, transaction_id, seq, account_id, asset, amount, at)
    SELECT own, t.id, l.seq, l.account, l.asset, l.amount, t.at
    FROM unnest(leg_postings, leg_seqs, leg_accounts, leg_assets, leg_amounts)
        AS l (posting, seq, account, asset, amount)
    JOIN benefit.transaction t ON t.merchant_id = own AND t.id = ids[l.posting];

    WITH delta AS (
        SELECT l.account, sum(l.amount) AS net,
            coalesce(sum(l.amount) FILTER (WHERE NOT overdraws[l.posting]), 0) AS bound
        FROM unnest(leg_postings, leg_accounts, leg_amounts) AS l (posting, account, amount)
        JOIN benefit.transaction t ON t.merchant_id = own AND t.id = ids[l.posting]
        GROUP BY l.account
    ), moved AS (
        UPDATE benefit.account a SET balance = a.balance + d.net
        FROM delta d
        WHERE a.merchant_id = own AND a.id = d.account AND a.balance IS NOT NULL
        RETURNING a.id, a.balance < a.floor AND d.bound < 0 AS is_too_low
    )
    SELECT moved.id INTO too_low FROM moved WHERE moved.is_too_low LIMIT 1;
    IF too_low IS NOT NULL THEN
        RAISE EXCEPTION 'a balance would fall below its floor' USING ERRCODE = 'HT001';
    END IF;

    RETURN QUERY
    SELECT p.n::int, t.id, t.id = p.id, t.request_hash = p.hash
    FROM unnest(ids, keys, hashes) WITH ORDINALITY AS p (id, key, hash, n)
    JOIN benefit.transaction t ON t.merchant_id = own AND t.idempotency_key = p.key
    ORDER BY p.n;
END
$$;
REVOKE ALL ON FUNCTION benefit.post FROM PUBLIC;
GRANT EXECUTE ON FUNCTION benefit.post TO huitou_app;
