-- Plans in versions, what is earned by them, the points mall, and grants to a segment.

-- Plans of points, tiers and stored value, each in versions: a draft at most, and one in force.
CREATE TABLE benefit.plan (
    merchant_id uuid NOT NULL,
    kind text NOT NULL CHECK (kind IN ('points', 'tiers', 'stored')),
    version int NOT NULL,
    state text NOT NULL CHECK (state IN ('draft', 'published', 'retired')),
    revision int NOT NULL DEFAULT 1,
    document jsonb NOT NULL,
    created_at timestamptz NOT NULL,
    created_by text NOT NULL,
    published_at timestamptz,
    published_by text,
    PRIMARY KEY (merchant_id, kind, version),
    CHECK ((state = 'draft') = (published_at IS NULL))
);
CREATE UNIQUE INDEX plan_draft ON benefit.plan (merchant_id, kind) WHERE state = 'draft';
CREATE UNIQUE INDEX plan_published ON benefit.plan (merchant_id, kind) WHERE state = 'published';
SELECT base.protect('benefit.plan');

-- What earned an asset by a plan: `key` is the order or the event, once for ever. What was earned is in the
-- ledger, on the account of the customer that the event was first given to. `basis` is what of the plan is
-- needed to work out refunds; `forgiven` is what should have been taken back and was let go; with
-- `active_at` it makes a lot.
CREATE TABLE benefit.earned (
    merchant_id uuid NOT NULL,
    asset text NOT NULL,
    key text NOT NULL,
    customer_id uuid NOT NULL,
    position bigint NOT NULL,
    order_id uuid,
    amount bigint NOT NULL CHECK (amount >= 0),
    basis jsonb NOT NULL,
    reversed bigint NOT NULL DEFAULT 0,
    forgiven bigint NOT NULL DEFAULT 0,
    at timestamptz NOT NULL,
    active_at timestamptz,
    expires_at timestamptz,
    plan_version int NOT NULL,
    moves int NOT NULL DEFAULT 0,
    transaction_id uuid,
    PRIMARY KEY (merchant_id, asset, key),
    CHECK (reversed >= 0 AND forgiven >= 0 AND reversed + forgiven <= amount),
    CHECK ((active_at IS NULL) = (expires_at IS NULL))
) WITH (fillfactor = 80);
CREATE UNIQUE INDEX earned_order ON benefit.earned (merchant_id, asset, order_id) WHERE order_id IS NOT NULL;
CREATE INDEX earned_customer ON benefit.earned (merchant_id, customer_id);
SELECT base.protect('benefit.earned', 'SELECT, INSERT, UPDATE');

-- `added` is all that was ever put into stock, None without end; what is left is that less the exchanges.
CREATE TABLE benefit.mall_item (
    merchant_id uuid NOT NULL,
    id uuid NOT NULL,
    name text NOT NULL,
    kind text NOT NULL CHECK (kind IN ('goods', 'coupon')),
    points bigint NOT NULL CHECK (points > 0),
    template_id uuid,
    added bigint CHECK (added >= 0),
    taken bigint NOT NULL DEFAULT 0 CHECK (taken >= 0),
    each_max int CHECK (each_max > 0),
    opens_at timestamptz NOT NULL,
    closes_at timestamptz,
    state text NOT NULL CHECK (state IN ('open', 'closed')),
    picture_url text NOT NULL,
    version int NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL,
    PRIMARY KEY (merchant_id, id),
    CHECK (added IS NULL OR taken <= added),
    CHECK ((kind = 'coupon') = (template_id IS NOT NULL))
);
SELECT base.protect('benefit.mall_item', 'SELECT, INSERT, UPDATE');

CREATE TABLE benefit.mall_exchange (
    merchant_id uuid NOT NULL,
    id uuid NOT NULL,
    idempotency_key text NOT NULL,
    item_id uuid NOT NULL,
    customer_id uuid NOT NULL,
    quantity int NOT NULL CHECK (quantity > 0),
    points bigint NOT NULL,
    state text NOT NULL CHECK (state IN ('waiting', 'done', 'cancelled')),
    at timestamptz NOT NULL,
    transaction_id uuid NOT NULL,
    unit_id uuid,
    done_at timestamptz,
    done_by text,
    PRIMARY KEY (merchant_id, id),
    UNIQUE (merchant_id, idempotency_key),
    FOREIGN KEY (merchant_id, item_id) REFERENCES benefit.mall_item (merchant_id, id)
);
CREATE INDEX mall_exchange_customer ON benefit.mall_exchange (merchant_id, customer_id, at);
CREATE INDEX mall_exchange_item ON benefit.mall_exchange (merchant_id, item_id, customer_id);
CREATE INDEX mall_exchange_state ON benefit.mall_exchange (merchant_id, state, at);
SELECT base.protect('benefit.mall_exchange', 'SELECT, INSERT, UPDATE');

-- Something for everybody in a segment, block by block.
CREATE TABLE benefit.grant_run (
    merchant_id uuid NOT NULL,
    id uuid NOT NULL,
    name text NOT NULL,
    document jsonb NOT NULL,
    segment_id uuid NOT NULL,
    state text NOT NULL CHECK (state IN ('draft', 'running', 'paused', 'done', 'undoing', 'undone')),
    seed bytea NOT NULL,
    total int NOT NULL,
    seen int NOT NULL DEFAULT 0,
    given int NOT NULL DEFAULT 0,
    amount bigint NOT NULL DEFAULT 0,
    passed_over jsonb NOT NULL DEFAULT '{}',
    taken_back bigint NOT NULL DEFAULT 0,
    cursor uuid,
    created_at timestamptz NOT NULL,
    created_by text NOT NULL,
    started_at timestamptz,
    started_by text,
    ended_at timestamptz,
    PRIMARY KEY (merchant_id, id)
);
CREATE INDEX grant_run_created ON benefit.grant_run (merchant_id, created_at);
SELECT base.protect('benefit.grant_run', 'SELECT, INSERT, UPDATE');

-- `lot_id` of points and stored value, `serial` of a coupon.
CREATE TABLE benefit.grant_given (
    merchant_id uuid NOT NULL,
    grant_id uuid NOT NULL,
    customer_id uuid NOT NULL,
    amount bigint NOT NULL CHECK (amount > 0),
    transaction_id uuid,
    serial bigint,
    taken_back bigint NOT NULL DEFAULT 0,
    PRIMARY KEY (merchant_id, grant_id, customer_id),
    CHECK (taken_back BETWEEN 0 AND amount)
);
SELECT base.protect('benefit.grant_given');

-- What reconciliation looked at and what it found.
CREATE TABLE benefit.reconciliation (
    merchant_id uuid NOT NULL,
    id uuid NOT NULL,
    kind text NOT NULL CHECK (kind IN ('continuous', 'full')),
    at timestamptz NOT NULL,
    upto timestamptz NOT NULL,
    looked_at bigint NOT NULL,
    broken jsonb NOT NULL,
    PRIMARY KEY (merchant_id, id)
);
CREATE INDEX reconciliation_at ON benefit.reconciliation (merchant_id, at);
SELECT base.protect('benefit.reconciliation', 'SELECT, INSERT, DELETE');
CREATE INDEX transaction_posted ON benefit.transaction (merchant_id, posted_at);

-- Who has what from when on: lots come in the order of time, so that a range is a few blocks.
CREATE INDEX lot_active ON benefit.lot USING brin (merchant_id, active_at);
CREATE INDEX hold_held ON benefit.hold (merchant_id, held_at);
CREATE INDEX hold_resolved ON benefit.hold (merchant_id, resolved_at) WHERE resolved_at IS NOT NULL;
