-- What customers pay orders with: points and stored value. One payment of an order holds at a time;
-- an order that was given up may be paid anew.

CREATE TABLE benefit.payment (
    merchant_id uuid NOT NULL,
    id uuid NOT NULL,
    unit_id uuid NOT NULL,
    order_no text NOT NULL,
    customer_id uuid,
    order_fen bigint NOT NULL CHECK (order_fen > 0),
    points_per_yuan int NOT NULL CHECK (points_per_yuan > 0),
    state text NOT NULL CHECK (state IN ('held', 'paid', 'voided', 'lapsed')),
    held_at timestamptz NOT NULL,
    expires_at timestamptz,
    ended_at timestamptz,
    by text NOT NULL,
    PRIMARY KEY (merchant_id, id),
    CHECK ((state = 'held') = (ended_at IS NULL))
);
CREATE INDEX payment_order ON benefit.payment (merchant_id, unit_id, order_no);
CREATE UNIQUE INDEX payment_active ON benefit.payment (merchant_id, unit_id, order_no)
    WHERE state IN ('held', 'paid');
CREATE INDEX payment_held ON benefit.payment (merchant_id, expires_at) WHERE state = 'held';
CREATE INDEX payment_recent ON benefit.payment (merchant_id, ended_at) WHERE state = 'paid';
CREATE INDEX payment_customer ON benefit.payment (merchant_id, customer_id);
SELECT base.protect('benefit.payment', 'SELECT, INSERT, UPDATE');

-- `amount` in the asset's smallest part, worth `fen`; `back` is what refunds gave back of it.
CREATE TABLE benefit.payment_part (
    merchant_id uuid NOT NULL,
    payment_id uuid NOT NULL,
    asset text NOT NULL CHECK (asset IN ('points', 'principal', 'bonus')),
    amount bigint NOT NULL CHECK (amount > 0),
    fen bigint NOT NULL CHECK (fen > 0),
    hold_id uuid,
    transaction_id uuid,
    back bigint NOT NULL DEFAULT 0,
    PRIMARY KEY (merchant_id, payment_id, asset),
    FOREIGN KEY (merchant_id, payment_id) REFERENCES benefit.payment (merchant_id, id),
    CHECK (back BETWEEN 0 AND amount)
);
SELECT base.protect('benefit.payment_part', 'SELECT, INSERT, UPDATE');

-- Refunds that were asked for here; those that events tell are the order room's. One number is one
-- refund, wherever it was told.
CREATE TABLE benefit.payment_refund (
    merchant_id uuid NOT NULL,
    unit_id uuid NOT NULL,
    order_no text NOT NULL,
    refund_no text NOT NULL,
    refund_fen bigint NOT NULL CHECK (refund_fen > 0),
    at timestamptz NOT NULL,
    by text NOT NULL,
    PRIMARY KEY (merchant_id, unit_id, order_no, refund_no)
);
SELECT base.protect('benefit.payment_refund', 'SELECT, INSERT');
