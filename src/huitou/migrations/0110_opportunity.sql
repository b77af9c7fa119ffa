-- Why to contact a customer now.
SELECT base.open_schema('opportunity');

-- What is usual in a category, over all customers: how long between purchases, what sells, and what
-- is bought with it.
CREATE TABLE opportunity.prior (
    merchant_id uuid NOT NULL,
    category_code text NOT NULL,
    cycle_days double precision NOT NULL CHECK (cycle_days > 0),
    customer_count int NOT NULL,
    popular_skus text[] NOT NULL,
    complement_sku text,
    computed_at timestamptz NOT NULL,
    PRIMARY KEY (merchant_id, category_code)
);
SELECT base.protect('opportunity.prior');

-- How far the log's orders went when everything was last looked at.
CREATE TABLE opportunity.refreshed (
    merchant_id uuid PRIMARY KEY,
    position bigint NOT NULL,
    at timestamptz NOT NULL
);
SELECT base.protect('opportunity.refreshed');

-- open: may be acted on; taken: an associate has it as a task; won: bought after; expired: too late.
CREATE TABLE opportunity.opportunity (
    merchant_id uuid NOT NULL,
    id uuid NOT NULL,
    kind text NOT NULL CHECK (kind IN ('repurchase_due')),
    customer_id uuid NOT NULL,
    category_code text NOT NULL,
    score_bp int NOT NULL CHECK (score_bp BETWEEN 0 AND 10000),
    best_bp int NOT NULL CHECK (best_bp BETWEEN 0 AND 10000),
    expected_fen bigint NOT NULL CHECK (expected_fen >= 0),
    reason jsonb NOT NULL,
    skus text[] NOT NULL DEFAULT '{}',
    opened_at timestamptz NOT NULL,
    due_from timestamptz NOT NULL,
    due_to timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    state text NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'taken', 'won', 'expired')),
    closed_at timestamptz,
    won_order_id uuid,
    refresh_id uuid NOT NULL,
    PRIMARY KEY (merchant_id, id),
    FOREIGN KEY (merchant_id, customer_id) REFERENCES identity.customer (merchant_id, id)
) WITH (fillfactor = 80);
CREATE UNIQUE INDEX opportunity_live
    ON opportunity.opportunity (merchant_id, customer_id, kind, category_code)
    WHERE state IN ('open', 'taken');
CREATE INDEX opportunity_score
    ON opportunity.opportunity (merchant_id, score_bp DESC, id) WHERE state = 'open';
CREATE INDEX opportunity_best
    ON opportunity.opportunity (merchant_id, best_bp DESC, id) WHERE state = 'open';
CREATE INDEX opportunity_customer ON opportunity.opportunity (merchant_id, customer_id);
SELECT base.protect('opportunity.opportunity');
