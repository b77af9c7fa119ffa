-- Stored value: what was paid in. What is left is in the ledger (assets
-- `principal` and `bonus`).

CREATE TABLE benefit.recharge (
    merchant_id uuid NOT NULL,
    id uuid NOT NULL,
    payment_no text NOT NULL,
    customer_id uuid NOT NULL,
    unit_id uuid NOT NULL,
    plan_version int NOT NULL,
    paid_fen bigint NOT NULL CHECK (paid_fen > 0),
    bonus_fen bigint NOT NULL CHECK (bonus_fen >= 0),
    principal_transaction_id uuid NOT NULL,
    bonus_transaction_id uuid,
    coupons jsonb NOT NULL,
    state text NOT NULL DEFAULT 'done' CHECK (state IN ('done', 'undone')),
    at timestamptz NOT NULL,
    by text NOT NULL,
    undone_at timestamptz,
    PRIMARY KEY (merchant_id, id),
    UNIQUE (merchant_id, payment_no),
    CHECK ((state = 'undone') = (undone_at IS NOT NULL)),
    CHECK ((bonus_fen > 0) = (bonus_transaction_id IS NOT NULL))
);
CREATE INDEX recharge_customer ON benefit.recharge (merchant_id, customer_id);
CREATE INDEX recharge_at ON benefit.recharge (merchant_id, at);
CREATE INDEX recharge_principal ON benefit.recharge (merchant_id, principal_transaction_id);
SELECT base.protect('benefit.recharge', 'SELECT, INSERT, UPDATE');
