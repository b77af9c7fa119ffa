-- Tiers: the stored standing of each customer, every change with its evidence.

-- Of customers who answer for themselves and have a history. What it says follows from orders, the
-- ledger and the plan in force; due_at is when time alone may change it.
CREATE TABLE benefit.membership (
    merchant_id uuid NOT NULL,
    customer_id uuid NOT NULL,
    tier text NOT NULL,
    earned text NOT NULL,
    since timestamptz,
    valid_until timestamptz,
    grace_until timestamptz,
    due_at timestamptz,
    plan_version int NOT NULL,
    evidence jsonb NOT NULL,
    PRIMARY KEY (merchant_id, customer_id)
) WITH (fillfactor = 80);
CREATE INDEX membership_due ON benefit.membership (merchant_id, due_at) WHERE due_at IS NOT NULL;
CREATE INDEX membership_tier ON benefit.membership (merchant_id, tier);
SELECT base.protect('benefit.membership');

CREATE TABLE benefit.tier_change (
    merchant_id uuid NOT NULL,
    id uuid NOT NULL,
    customer_id uuid NOT NULL,
    from_tier text,
    to_tier text NOT NULL,
    at timestamptz NOT NULL,
    plan_version int NOT NULL,
    evidence jsonb NOT NULL,
    PRIMARY KEY (merchant_id, id)
);
CREATE INDEX tier_change_customer ON benefit.tier_change (merchant_id, customer_id, at, id);
SELECT base.protect('benefit.tier_change', 'SELECT, INSERT');

-- Tiers that were paid for. They stay with whom they were sold to; a merged customer has all of them.
CREATE TABLE benefit.tier_purchase (
    merchant_id uuid NOT NULL,
    id uuid NOT NULL,
    customer_id uuid NOT NULL,
    offer text NOT NULL,
    tier text NOT NULL,
    since timestamptz NOT NULL,
    until timestamptz NOT NULL CHECK (until > since),
    price_fen bigint NOT NULL,
    ref text NOT NULL,
    at timestamptz NOT NULL,
    by text NOT NULL,
    PRIMARY KEY (merchant_id, id),
    UNIQUE (merchant_id, ref)
);
CREATE INDEX tier_purchase_customer ON benefit.tier_purchase (merchant_id, customer_id);
SELECT base.protect('benefit.tier_purchase', 'SELECT, INSERT');

-- A plan looked at with everybody, block by block.
CREATE TABLE benefit.tier_run (
    merchant_id uuid NOT NULL,
    id uuid NOT NULL,
    kind text NOT NULL CHECK (kind IN ('preview', 'apply')),
    plan_version int NOT NULL,
    revision int NOT NULL,
    state text NOT NULL CHECK (state IN ('queued', 'running', 'done', 'superseded')),
    cursor uuid,
    done int NOT NULL DEFAULT 0,
    total int NOT NULL,
    up int NOT NULL DEFAULT 0,
    down int NOT NULL DEFAULT 0,
    counts jsonb NOT NULL DEFAULT '{}',
    examples jsonb NOT NULL DEFAULT '[]',
    queued_at timestamptz NOT NULL,
    ended_at timestamptz,
    by text NOT NULL,
    PRIMARY KEY (merchant_id, id)
);
CREATE INDEX tier_run_plan ON benefit.tier_run (merchant_id, plan_version, queued_at);
SELECT base.protect('benefit.tier_run');
