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
    CHECK ((balance IS NULL) = (owner_kind = 'merchant'))
) WITH (fillfactor = 50);
-- Not unique: the id is made of owner and asset, and a second unique index beside the one that
-- ON CONFLICT names would fail two first postings to one account at the same moment.
CREATE INDEX account_owner ON benefit.account (merchant_id, owner_kind, owner_id, asset);
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

-- at and reverses repeat the transaction's, so that balances and reversals are read without a join.
CREATE TABLE benefit.entry (
    merchant_id uuid NOT NULL,
    transaction_id uuid NOT NULL,
    seq smallint NOT NULL,
    account_id uuid NOT NULL,
    asset text NOT NULL,
    amount bigint NOT NULL CHECK (amount <> 0),
    at timestamptz NOT NULL,
    reverses uuid,
    PRIMARY KEY (merchant_id, transaction_id, seq),
    FOREIGN KEY (merchant_id, transaction_id) REFERENCES benefit.transaction (merchant_id, id),
    FOREIGN KEY (merchant_id, account_id) REFERENCES benefit.account (merchant_id, id)
);
CREATE INDEX entry_account ON benefit.entry (merchant_id, account_id, at);
CREATE INDEX entry_reverses ON benefit.entry (merchant_id, reverses) WHERE reverses IS NOT NULL;
SELECT base.protect('benefit.entry', 'SELECT');

-- Whatever writes entries: a transaction comes whole in one statement (its first entry is among
-- them), sums to zero per asset, and what is taken back of an original never turns its sign nor
-- exceeds it.
CREATE FUNCTION benefit.check_entries() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    own uuid;
    originals uuid[];
BEGIN
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

-- Of an account's part in an original: was more taken back than given, or in the same direction?
CREATE FUNCTION benefit.is_over_reversed(given numeric, back numeric) RETURNS boolean
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN back <> 0 AND (given = 0 OR sign(given) = sign(back) OR abs(back) > abs(given));
GRANT EXECUTE ON FUNCTION benefit.is_over_reversed TO huitou_app;

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
-- No statement joins a table, and lists are joined by hashing: the cost does not hang on statistics,
-- which a growing ledger never has fresh.
CREATE FUNCTION benefit.post(
    moment timestamptz,
    ids uuid[], keys text[], hashes bytea[], kinds text[], ref_kinds text[], ref_ids text[],
    ats timestamptz[], originals uuid[], details jsonb[], overdraws boolean[],
    leg_postings int[], leg_seqs int[], leg_accounts uuid[], leg_owner_kinds text[],
    leg_owners uuid[], leg_assets text[], leg_floors bigint[], leg_amounts bigint[]
) RETURNS TABLE (ordinal int, transaction_id uuid, is_new boolean, is_same boolean)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
SET enable_nestloop = off SET enable_seqscan = off AS $$
#variable_conflict use_column
DECLARE
    own uuid := base.merchant();
    added uuid[];
    is_added boolean[];
    low uuid[];
BEGIN
    IF own IS NULL THEN
        RAISE EXCEPTION 'no merchant is set';
    END IF;
    PERFORM benefit.hold(originals);

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

    SELECT array_agg(a.id IS NOT NULL ORDER BY p.n) INTO is_added
    FROM unnest(ids) WITH ORDINALITY AS p (id, n)
    LEFT JOIN unnest(added) AS a (id) ON a.id = p.id;

    INSERT INTO benefit.account (merchant_id, id, owner_kind, owner_id, asset)
    SELECT DISTINCT ON (l.account) own, l.account, l.owner_kind, l.owner, l.asset
    FROM unnest(leg_postings, leg_accounts, leg_owner_kinds, leg_owners, leg_assets)
        AS l (posting, account, owner_kind, owner, asset)
    WHERE is_added[l.posting] AND l.owner_kind = 'merchant'
    ORDER BY l.account
    ON CONFLICT (merchant_id, id) DO NOTHING;

    WITH moved AS (
        INSERT INTO benefit.account (merchant_id, id, owner_kind, owner_id, asset, floor, balance)
        SELECT own, l.account, min(l.owner_kind), l.owner, min(l.asset), min(l.floor), sum(l.amount)
        FROM unnest(leg_postings, leg_accounts, leg_owner_kinds, leg_owners, leg_assets, leg_floors, leg_amounts)
            AS l (posting, account, owner_kind, owner, asset, floor, amount)
        WHERE is_added[l.posting] AND l.owner_kind <> 'merchant'
        GROUP BY l.account, l.owner
        ORDER BY l.account
        ON CONFLICT (merchant_id, id) DO UPDATE SET balance = account.balance + excluded.balance
        RETURNING id, balance < floor AS is_low
    )
    SELECT array_agg(moved.id) INTO low FROM moved WHERE moved.is_low;
    IF low IS NOT NULL AND EXISTS (
        SELECT FROM unnest(leg_postings, leg_accounts, leg_amounts) AS l (posting, account, amount)
        WHERE is_added[l.posting] AND NOT overdraws[l.posting] AND l.account = ANY (low)
        GROUP BY l.account HAVING sum(l.amount) < 0
    ) THEN
        RAISE EXCEPTION 'a balance would fall below its floor' USING ERRCODE = 'HT001';
    END IF;

    INSERT INTO benefit.entry (merchant_id, transaction_id, seq, account_id, asset, amount, at, reverses)
    SELECT own, ids[l.posting], l.seq, l.account, l.asset, l.amount, ats[l.posting], originals[l.posting]
    FROM unnest(leg_postings, leg_seqs, leg_accounts, leg_assets, leg_amounts)
        AS l (posting, seq, account, asset, amount)
    WHERE is_added[l.posting];

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
