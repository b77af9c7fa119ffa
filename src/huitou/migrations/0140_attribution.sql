SELECT base.open_schema('attribution');

-- An order belongs to at most one message at a time; a withdrawn credit stays as history.
-- amount_fen is what was paid for goods (no shipping); position is the order's in the log.
-- unit_id is where it was bought; credited_unit_id is the store that sent the message (or unit_id).
CREATE TABLE attribution.credit (
    merchant_id uuid NOT NULL,
    id uuid NOT NULL,
    order_id uuid NOT NULL,
    order_no text NOT NULL,
    customer_id uuid,
    unit_id uuid NOT NULL,
    credited_unit_id uuid NOT NULL,
    campaign_id uuid,
    opportunity_id uuid,
    task_id uuid,
    message_id uuid NOT NULL,
    staff_id uuid,
    channel text NOT NULL,
    model text NOT NULL,
    window_days int NOT NULL,
    amount_fen bigint NOT NULL CHECK (amount_fen >= 0),
    refunded_fen bigint NOT NULL DEFAULT 0 CHECK (refunded_fen BETWEEN 0 AND amount_fen),
    paid_at timestamptz NOT NULL,
    position bigint NOT NULL,
    evidence jsonb NOT NULL,
    at timestamptz NOT NULL,
    withdrawn_at timestamptz,
    version int NOT NULL DEFAULT 1,
    PRIMARY KEY (merchant_id, id)
) WITH (fillfactor = 80);
CREATE UNIQUE INDEX credit_order ON attribution.credit (merchant_id, order_id) WHERE withdrawn_at IS NULL;
CREATE INDEX credit_paid_at ON attribution.credit (merchant_id, paid_at DESC, id);
CREATE INDEX credit_customer ON attribution.credit (merchant_id, customer_id, paid_at);
CREATE INDEX credit_staff ON attribution.credit (merchant_id, staff_id, paid_at) WHERE staff_id IS NOT NULL;
CREATE INDEX credit_message ON attribution.credit (merchant_id, message_id);
CREATE INDEX credit_campaign ON attribution.credit (merchant_id, campaign_id, paid_at) WHERE campaign_id IS NOT NULL;
SELECT base.protect('attribution.credit', 'SELECT, INSERT, UPDATE');

-- Orders that belong to nobody, and why; judged again when a message turns out to be delivered.
CREATE TABLE attribution.uncredited (
    merchant_id uuid NOT NULL,
    order_id uuid NOT NULL,
    order_no text NOT NULL,
    customer_id uuid,
    unit_id uuid NOT NULL,
    amount_fen bigint NOT NULL,
    paid_at timestamptz NOT NULL,
    position bigint NOT NULL,
    reason text NOT NULL,
    at timestamptz NOT NULL,
    PRIMARY KEY (merchant_id, order_id)
);
CREATE INDEX uncredited_customer ON attribution.uncredited (merchant_id, customer_id, paid_at);
SELECT base.protect('attribution.uncredited');
