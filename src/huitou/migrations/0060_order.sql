-- Purchases, refunds and reviews of every channel in one shape, and running totals.
SELECT base.open_schema('order');

-- One paid order. paid_fen includes shipping; refunded_fen is what was given back so far.
-- A row is (unit, order_no) once for ever; `content` tells a repetition from a reused number.
CREATE TABLE "order".purchase (
    merchant_id uuid NOT NULL,
    id uuid NOT NULL,
    unit_id uuid NOT NULL,
    order_no text NOT NULL,
    source text NOT NULL,
    customer_id uuid,
    paid_at timestamptz NOT NULL,
    paid_fen bigint NOT NULL,
    shipping_fen bigint NOT NULL,
    refunded_fen bigint NOT NULL DEFAULT 0 CHECK (refunded_fen >= 0 AND refunded_fen <= paid_fen),
    line_count int NOT NULL,
    position bigint NOT NULL,
    content bytea NOT NULL,
    PRIMARY KEY (merchant_id, id),
    UNIQUE (merchant_id, unit_id, order_no)
) WITH (fillfactor = 90);
CREATE INDEX purchase_position ON "order".purchase (merchant_id, position);
CREATE INDEX purchase_customer ON "order".purchase (merchant_id, customer_id, paid_at);
CREATE INDEX purchase_paid_at ON "order".purchase (merchant_id, paid_at, unit_id);
SELECT base.protect('"order".purchase');

-- customer_id, unit_id, source and paid_at repeat the purchase's, so that whole-base questions read
-- one table. is_first_of_category marks one line per order and category: counting orders of a
-- category is counting flags.
CREATE TABLE "order".line (
    merchant_id uuid NOT NULL,
    order_id uuid NOT NULL,
    line_no int NOT NULL,
    sku text NOT NULL,
    category_code text NOT NULL,
    is_first_of_category boolean NOT NULL,
    quantity bigint NOT NULL,
    list_fen bigint NOT NULL,
    paid_fen bigint NOT NULL,
    refunded_quantity bigint NOT NULL DEFAULT 0,
    refunded_fen bigint NOT NULL DEFAULT 0,
    customer_id uuid,
    unit_id uuid NOT NULL,
    source text NOT NULL,
    paid_at timestamptz NOT NULL,
    PRIMARY KEY (merchant_id, order_id, line_no),
    FOREIGN KEY (merchant_id, order_id) REFERENCES "order".purchase (merchant_id, id),
    CHECK (refunded_fen >= 0 AND refunded_fen <= paid_fen),
    CHECK (refunded_quantity >= 0 AND refunded_quantity <= quantity)
) WITH (fillfactor = 90);
CREATE INDEX line_category ON "order".line (merchant_id, category_code, paid_at)
    INCLUDE (customer_id, order_id, is_first_of_category);
CREATE INDEX line_sku ON "order".line (merchant_id, sku, paid_at) INCLUDE (customer_id, order_id);
CREATE INDEX line_customer ON "order".line (merchant_id, customer_id, category_code, paid_at);
SELECT base.protect('"order".line');

CREATE TABLE "order".refund (
    merchant_id uuid NOT NULL,
    id uuid NOT NULL,
    order_id uuid NOT NULL,
    refund_no text NOT NULL,
    refund_fen bigint NOT NULL CHECK (refund_fen >= 0),
    refunded_at timestamptz NOT NULL,
    position bigint NOT NULL,
    lines jsonb NOT NULL,
    PRIMARY KEY (merchant_id, id),
    UNIQUE (merchant_id, order_id, refund_no),
    FOREIGN KEY (merchant_id, order_id) REFERENCES "order".purchase (merchant_id, id)
);
CREATE INDEX refund_position ON "order".refund (merchant_id, position);
CREATE INDEX refund_refunded_at ON "order".refund (merchant_id, refunded_at);
SELECT base.protect('"order".refund');

-- Refunds whose order has not come yet. Decided in the order of positions when it comes.
CREATE TABLE "order".waiting_refund (
    merchant_id uuid NOT NULL,
    unit_id uuid NOT NULL,
    order_no text NOT NULL,
    position bigint NOT NULL,
    refund_no text NOT NULL,
    refund_fen bigint NOT NULL,
    refunded_at timestamptz NOT NULL,
    lines jsonb NOT NULL,
    PRIMARY KEY (merchant_id, unit_id, order_no, position)
);
SELECT base.protect('"order".waiting_refund');

CREATE TABLE "order".review (
    merchant_id uuid NOT NULL,
    position bigint NOT NULL,
    unit_id uuid NOT NULL,
    order_no text,
    customer_id uuid,
    rating int,
    reviewed_at timestamptz NOT NULL,
    PRIMARY KEY (merchant_id, position)
);
CREATE INDEX review_customer ON "order".review (merchant_id, customer_id);
SELECT base.protect('"order".review');

-- Running totals of a customer. order_count counts paid orders (refunded ones too); paid_fen is net
-- of refunds. r, f, m are 1..5 (5 best). share_before_bp: what share of the merchant's net sales,
-- in basis points, the customers better than this one bring (below 8000: among those who bring 80%).
CREATE TABLE "order".total (
    merchant_id uuid NOT NULL,
    customer_id uuid NOT NULL,
    order_count int NOT NULL,
    paid_fen bigint NOT NULL,
    refunded_fen bigint NOT NULL,
    first_paid_at timestamptz NOT NULL,
    last_paid_at timestamptz NOT NULL,
    stage text NOT NULL,
    r smallint,
    f smallint,
    m smallint,
    share_before_bp int,
    PRIMARY KEY (merchant_id, customer_id)
) WITH (fillfactor = 70);
SELECT base.protect('"order".total');

CREATE TABLE "order".category_total (
    merchant_id uuid NOT NULL,
    customer_id uuid NOT NULL,
    category_code text NOT NULL,
    order_count int NOT NULL,
    quantity bigint NOT NULL,
    paid_fen bigint NOT NULL,
    first_paid_at timestamptz NOT NULL,
    last_paid_at timestamptz NOT NULL,
    PRIMARY KEY (merchant_id, customer_id, category_code)
) WITH (fillfactor = 70);
SELECT base.protect('"order".category_total');

-- The life-cycle stage, the same rule as huitou.order.rules.stage.
CREATE FUNCTION "order".stage(
    order_count bigint, last_paid_at timestamptz, at timestamptz,
    active_days int, lost_days int, loyal_orders int
) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE
    WHEN last_paid_at <= at - make_interval(hours => 24 * lost_days) THEN 'lost'
    WHEN last_paid_at <= at - make_interval(hours => 24 * active_days) THEN 'dormant'
    WHEN order_count >= loyal_orders THEN 'loyal'
    WHEN order_count >= 2 THEN 'growing'
    ELSE 'new'
END;
GRANT EXECUTE ON FUNCTION "order".stage TO huitou_app;
