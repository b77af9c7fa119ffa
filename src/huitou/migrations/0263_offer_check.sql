-- What an offer would do, looked at before it is published. `document` is the offer as it was in `version`, `others`
-- are the offers and versions that were in force then, `own` is the offer's own. The work goes on from `stage` and
-- `cursor`; `found` is what it found. A sample is chosen once and kept, so that a check goes on after a crash.
CREATE TABLE offer.check (
    merchant_id uuid NOT NULL,
    id uuid NOT NULL,
    offer_id uuid NOT NULL,
    version int NOT NULL,
    document jsonb NOT NULL,
    own int,
    other_ids uuid[] NOT NULL,
    other_versions int[] NOT NULL,
    skus text[] NOT NULL,
    sku_count int NOT NULL,
    state text NOT NULL DEFAULT 'queued' CHECK (state IN ('queued', 'running', 'done', 'cancelled')),
    stage text NOT NULL DEFAULT 'prices' CHECK (stage IN ('prices', 'carts')),
    cursor int NOT NULL DEFAULT 0,
    seed int NOT NULL,
    since timestamptz NOT NULL,
    until timestamptz NOT NULL,
    order_count int NOT NULL,
    cart_count int NOT NULL,
    budget_ms int NOT NULL,
    found jsonb NOT NULL DEFAULT '{}',
    exposure_high_fen bigint,
    blocking int NOT NULL DEFAULT 0,
    queued_at timestamptz NOT NULL,
    ended_at timestamptz,
    by text NOT NULL,
    PRIMARY KEY (merchant_id, id),
    FOREIGN KEY (merchant_id, offer_id) REFERENCES offer.offer (merchant_id, id),
    CHECK ((state IN ('done', 'cancelled')) = (ended_at IS NOT NULL))
);
-- One at a time of an offer, whoever starts it twice.
CREATE UNIQUE INDEX check_going ON offer.check (merchant_id, offer_id) WHERE state IN ('queued', 'running');
CREATE INDEX check_offer ON offer.check (merchant_id, offer_id, queued_at);
SELECT base.protect('offer.check', 'SELECT, INSERT, UPDATE');

-- The orders it replays, in the order in which they were paid. Who bought is known by the order alone.
CREATE TABLE offer.check_cart (
    merchant_id uuid NOT NULL,
    check_id uuid NOT NULL,
    place int NOT NULL,
    order_id uuid NOT NULL,
    state text NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'compared', 'left_out')),
    before_fen bigint NOT NULL DEFAULT 0,
    after_fen bigint NOT NULL DEFAULT 0,
    cost_fen bigint NOT NULL DEFAULT 0,
    pieces int NOT NULL DEFAULT 0,
    is_used boolean NOT NULL DEFAULT false,
    is_proven boolean NOT NULL DEFAULT false,
    PRIMARY KEY (merchant_id, check_id, place),
    FOREIGN KEY (merchant_id, check_id) REFERENCES offer.check (merchant_id, id)
);
SELECT base.protect('offer.check_cart', 'SELECT, INSERT, UPDATE');
