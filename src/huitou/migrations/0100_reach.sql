-- Messages to customers: whether they may be sent, what became of them, and why.
SELECT base.open_schema('reach');

-- One row for each customer who was ever considered: locked while a decision about them is taken,
-- so that no two decisions count the same day's messages at once.
CREATE TABLE reach.gate (
    merchant_id uuid NOT NULL,
    customer_id uuid NOT NULL,
    PRIMARY KEY (merchant_id, customer_id)
);
SELECT base.protect('reach.gate');

-- `body_sealed` holds text, parameters and link: they name the customer, and go when they are
-- forgotten. `first_customer_id` never changes, so that a merge can be taken back. `address_id`
-- names the identifier in the vault it went to; `next_ask_at` says when the channel is asked next.
CREATE TABLE reach.message (
    merchant_id uuid NOT NULL,
    id uuid NOT NULL,
    customer_id uuid,
    first_customer_id uuid,
    channel text NOT NULL,
    purpose text NOT NULL CHECK (purpose IN ('marketing', 'service')),
    staff_id uuid,
    unit_id uuid,
    campaign_id uuid,
    opportunity_id uuid,
    task_id uuid,
    content_key text NOT NULL,
    product_list_id uuid,
    link_id uuid,
    body_sealed bytea,
    address_id bigint,
    is_test boolean NOT NULL DEFAULT false,
    state text NOT NULL DEFAULT 'planned' CHECK (state IN (
        'planned', 'in_flight', 'unknown', 'submitted', 'waiting', 'cancelled', 'failed', 'delivered')),
    attempt int NOT NULL DEFAULT 1,
    ref text,
    failure text,
    planned_at timestamptz NOT NULL,
    submitted_at timestamptz,
    delivered_at timestamptz,
    opened_at timestamptz,
    next_ask_at timestamptz,
    version int NOT NULL DEFAULT 1,
    PRIMARY KEY (merchant_id, id),
    CHECK (is_test OR customer_id IS NOT NULL),
    FOREIGN KEY (merchant_id, staff_id) REFERENCES merchant.staff (merchant_id, id),
    FOREIGN KEY (merchant_id, unit_id) REFERENCES merchant.unit (merchant_id, id)
) WITH (fillfactor = 70);
CREATE INDEX message_customer ON reach.message (merchant_id, customer_id, planned_at DESC);
CREATE INDEX message_first_customer ON reach.message (merchant_id, first_customer_id);
CREATE INDEX message_recent ON reach.message (merchant_id, planned_at DESC, id DESC);
CREATE INDEX message_staff ON reach.message (merchant_id, staff_id, planned_at DESC);
CREATE INDEX message_campaign ON reach.message (merchant_id, campaign_id, planned_at DESC);
CREATE INDEX message_address ON reach.message (merchant_id, address_id) WHERE address_id IS NOT NULL;
CREATE INDEX message_due ON reach.message (merchant_id, next_ask_at) WHERE next_ask_at IS NOT NULL;
CREATE INDEX message_stuck ON reach.message (merchant_id, planned_at) WHERE state IN ('planned', 'in_flight');
SELECT base.protect('reach.message');

-- Every candidate that was ever considered, whether a message came of it or not, with every check.
CREATE TABLE reach.decision (
    merchant_id uuid NOT NULL,
    id uuid NOT NULL,
    customer_id uuid NOT NULL,
    first_customer_id uuid NOT NULL,
    channel text NOT NULL,
    purpose text NOT NULL,
    content_key text NOT NULL,
    campaign_id uuid,
    task_id uuid,
    message_id uuid,
    outcome text NOT NULL CHECK (outcome IN ('allowed', 'blocked')),
    code text,
    checks jsonb NOT NULL,
    at timestamptz NOT NULL,
    PRIMARY KEY (merchant_id, id)
);
CREATE INDEX decision_customer ON reach.decision (merchant_id, customer_id, at DESC);
CREATE INDEX decision_first_customer ON reach.decision (merchant_id, first_customer_id);
CREATE INDEX decision_campaign ON reach.decision (merchant_id, campaign_id);
CREATE INDEX decision_message ON reach.decision (merchant_id, message_id);
SELECT base.protect('reach.decision');

-- Who is not to be written to on which channel. It stands beside the consents because it works at
-- once, while they are read from the log. `restores`: an undo gives the consent back.
CREATE TABLE reach.suppression (
    merchant_id uuid NOT NULL,
    customer_id uuid NOT NULL,
    channel text NOT NULL,
    reason text NOT NULL CHECK (reason IN ('page', 'reply', 'log')),
    at timestamptz NOT NULL,
    restores boolean NOT NULL DEFAULT false,
    PRIMARY KEY (merchant_id, customer_id, channel)
);
SELECT base.protect('reach.suppression');

-- What channels pushed to us, by its own key: the same push twice is one.
CREATE TABLE reach.receipt (
    merchant_id uuid NOT NULL,
    channel text NOT NULL,
    key text NOT NULL,
    at timestamptz NOT NULL,
    PRIMARY KEY (merchant_id, channel, key)
);
SELECT base.protect('reach.receipt');

-- Cards to employees in the app they live in.
CREATE TABLE reach.staff_note (
    merchant_id uuid NOT NULL,
    id uuid NOT NULL,
    key text NOT NULL,
    staff_id uuid NOT NULL,
    title text NOT NULL,
    body text NOT NULL,
    path text NOT NULL,
    state text NOT NULL CHECK (state IN ('planned', 'in_flight', 'sent', 'failed', 'unknown')),
    failure text,
    at timestamptz NOT NULL,
    settled_at timestamptz,
    PRIMARY KEY (merchant_id, id),
    UNIQUE (merchant_id, key),
    FOREIGN KEY (merchant_id, staff_id) REFERENCES merchant.staff (merchant_id, id)
);
SELECT base.protect('reach.staff_note');
