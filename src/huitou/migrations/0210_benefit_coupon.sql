-- Coupons: templates, one row a coupon, and what happened to each. How many are in which state is
-- also in the ledger, in accounts of the merchant per template (asset `coupon:<template id>`).

-- `number` is the template's part in its coupons' codes. What was promised is never worse in a later
-- version, so coupons follow the latest.
CREATE TABLE benefit.coupon_template (
    merchant_id uuid NOT NULL,
    id uuid NOT NULL,
    number int NOT NULL CHECK (number BETWEEN 1 AND 1048575),
    state text NOT NULL CHECK (state IN ('draft', 'published', 'paused', 'ended')),
    promise jsonb NOT NULL,
    version int NOT NULL,
    created_at timestamptz NOT NULL,
    published_at timestamptz,
    PRIMARY KEY (merchant_id, id),
    UNIQUE (merchant_id, number)
);
SELECT base.protect('benefit.coupon_template', 'SELECT, INSERT, UPDATE');

CREATE TABLE benefit.coupon_template_version (
    merchant_id uuid NOT NULL,
    template_id uuid NOT NULL,
    version int NOT NULL,
    promise jsonb NOT NULL,
    at timestamptz NOT NULL,
    by text NOT NULL,
    PRIMARY KEY (merchant_id, template_id, version),
    FOREIGN KEY (merchant_id, template_id) REFERENCES benefit.coupon_template (merchant_id, id)
);
SELECT base.protect('benefit.coupon_template_version', 'SELECT, INSERT');

-- Who gives coupons of a template holds this row: limits are exact and serials dense. `issued` counts
-- those that came out of the stock, `serial` is the last serial (also of coupons that took the place
-- of one handed over).
CREATE TABLE benefit.coupon_stock (
    merchant_id uuid NOT NULL,
    template_id uuid NOT NULL,
    serial bigint NOT NULL DEFAULT 0,
    issued bigint NOT NULL DEFAULT 0,
    day date,
    day_issued bigint NOT NULL DEFAULT 0,
    PRIMARY KEY (merchant_id, template_id),
    FOREIGN KEY (merchant_id, template_id) REFERENCES benefit.coupon_template (merchant_id, id),
    CHECK (issued BETWEEN 0 AND serial)
) WITH (fillfactor = 20);
SELECT base.protect('benefit.coupon_stock', 'SELECT, INSERT, UPDATE');

-- Tens of thousands a second are written here: few indexes, no foreign keys. A coupon stays with the
-- customer it was given to, whoever answers for them; nobody's is a printed code not entered yet.
-- `nth` counts what a customer took from the stock, so that limits hold whatever happens; NULL for
-- one handed over. `claim` is the request it answers, so that a repeated one gives the same coupon.
-- `ref` is the order that holds or used it.
CREATE TABLE benefit.coupon (
    merchant_id uuid NOT NULL,
    template_id uuid NOT NULL,
    serial bigint NOT NULL,
    customer_id uuid,
    nth int,
    claim uuid,
    state text NOT NULL DEFAULT 'issued'
        CHECK (state IN ('printed', 'issued', 'held', 'used', 'expired', 'revoked', 'transferred')),
    issued_at timestamptz NOT NULL,
    active_at timestamptz,
    expires_at timestamptz,
    held_until timestamptz,
    ref text,
    transaction_id uuid NOT NULL,
    PRIMARY KEY (merchant_id, template_id, serial),
    CHECK ((active_at IS NULL) = (expires_at IS NULL)),
    CHECK ((state = 'held') = (held_until IS NOT NULL))
) WITH (fillfactor = 90);
CREATE UNIQUE INDEX coupon_customer ON benefit.coupon (merchant_id, customer_id, template_id, nth)
    WHERE customer_id IS NOT NULL;
CREATE INDEX coupon_expiry ON benefit.coupon (merchant_id, expires_at)
    WHERE state IN ('issued', 'printed');
CREATE INDEX coupon_held ON benefit.coupon (merchant_id, held_until) WHERE state = 'held';
CREATE INDEX coupon_ref ON benefit.coupon (merchant_id, ref) WHERE ref IS NOT NULL;
SELECT base.protect('benefit.coupon', 'SELECT, INSERT, UPDATE');

-- Of people who are asked about: what they (whoever of the merged it was given to) took of a template;
-- and a row of nothing for each who is not living or does not answer for themselves. Most who want a
-- coupon have none, and cost no row. Planned for growing tables: never by scanning.
CREATE FUNCTION benefit.coupons_had(template uuid, people uuid[])
RETURNS TABLE (root_id uuid, customer_id uuid, serial bigint, nth int, claim uuid)
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp
SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off AS $$
    SELECT a.id, k.customer_id, k.serial, k.nth, k.claim
    FROM unnest(people) AS a (id)
    LEFT JOIN identity.customer m ON m.merchant_id = (SELECT base.merchant())
        AND m.root_id = a.id AND m.state = 'live'
    LEFT JOIN benefit.coupon k ON k.merchant_id = (SELECT base.merchant())
        AND k.customer_id = m.id AND k.template_id = template AND k.nth IS NOT NULL
    WHERE m.id IS NULL OR k.serial IS NOT NULL
$$;
GRANT EXECUTE ON FUNCTION benefit.coupons_had TO huitou_app;

-- Every arc after the first, append only. `seq` is 1 for a coupon's first.
CREATE TABLE benefit.coupon_step (
    merchant_id uuid NOT NULL,
    template_id uuid NOT NULL,
    serial bigint NOT NULL,
    seq int NOT NULL,
    arc text NOT NULL,
    from_state text NOT NULL,
    to_state text NOT NULL,
    at timestamptz NOT NULL,
    ref_kind text NOT NULL,
    ref_id text NOT NULL,
    unit_id uuid,
    principal text NOT NULL,
    transaction_id uuid NOT NULL,
    PRIMARY KEY (merchant_id, template_id, serial, seq)
);
SELECT base.protect('benefit.coupon_step', 'SELECT, INSERT');
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON benefit.coupon_step
FOR EACH STATEMENT EXECUTE FUNCTION benefit.refuse_change();

-- A coupon presented: once for each `key`, which the till or the phone made. `nonce` is of the
-- one-time token that was scanned. One whose `outcome` is not 'used' was honoured without a network
-- and could not be booked: somebody has to look at it.
CREATE TABLE benefit.coupon_use (
    merchant_id uuid NOT NULL,
    id uuid NOT NULL,
    key text NOT NULL,
    template_id uuid NOT NULL,
    serial bigint NOT NULL,
    unit_id uuid NOT NULL,
    staff_id uuid,
    principal text NOT NULL,
    order_no text,
    amount_fen bigint,
    nonce text,
    is_offline boolean NOT NULL,
    used_at timestamptz NOT NULL,
    taken_at timestamptz NOT NULL,
    outcome text NOT NULL,
    returned_at timestamptz,
    PRIMARY KEY (merchant_id, id),
    UNIQUE (merchant_id, key)
);
CREATE INDEX use_coupon ON benefit.coupon_use (merchant_id, template_id, serial);
CREATE UNIQUE INDEX use_nonce ON benefit.coupon_use (merchant_id, nonce) WHERE outcome = 'used';
CREATE INDEX use_conflict ON benefit.coupon_use (merchant_id, taken_at) WHERE outcome <> 'used';
CREATE INDEX use_order ON benefit.coupon_use (merchant_id, unit_id, order_no) WHERE order_no IS NOT NULL;
SELECT base.protect('benefit.coupon_use', 'SELECT, INSERT, UPDATE');
