-- Decisions that take two people, and what was given or taken by hand.

CREATE TABLE benefit.approval (
    merchant_id uuid NOT NULL,
    id uuid NOT NULL,
    kind text NOT NULL,
    body jsonb NOT NULL,
    customer_id uuid,
    state text NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'approved', 'refused', 'withdrawn', 'lapsed')),
    asked_by text NOT NULL,
    asked_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    decided_by text,
    decided_at timestamptz,
    reason text NOT NULL DEFAULT '',
    PRIMARY KEY (merchant_id, id),
    CHECK ((state = 'open') = (decided_at IS NULL)),
    CHECK (state <> 'approved' OR decided_by <> asked_by)
);
CREATE INDEX approval_open ON benefit.approval (merchant_id, expires_at) WHERE state = 'open';
CREATE INDEX approval_customer ON benefit.approval (merchant_id, customer_id);
SELECT base.protect('benefit.approval', 'SELECT, INSERT, UPDATE');

CREATE TABLE benefit.adjustment (
    merchant_id uuid NOT NULL,
    id uuid NOT NULL,
    customer_id uuid NOT NULL,
    asset text NOT NULL,
    amount bigint NOT NULL CHECK (amount <> 0),
    reason text NOT NULL,
    expires_at timestamptz,
    asked_by text NOT NULL,
    asked_at timestamptz NOT NULL,
    approval_id uuid,
    transaction_id uuid,
    PRIMARY KEY (merchant_id, id),
    FOREIGN KEY (merchant_id, approval_id) REFERENCES benefit.approval (merchant_id, id),
    CHECK (approval_id IS NOT NULL OR transaction_id IS NOT NULL)
);
CREATE INDEX adjustment_asked ON benefit.adjustment (merchant_id, asked_at);
CREATE INDEX adjustment_customer ON benefit.adjustment (merchant_id, customer_id);
SELECT base.protect('benefit.adjustment', 'SELECT, INSERT, UPDATE');
