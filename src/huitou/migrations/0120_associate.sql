-- Associates' work: tasks, urgings, monthly goals.
SELECT base.open_schema('associate');

-- first_customer_id never changes, so that a merge can be taken back; customer_id is who answers now.
-- closes_at is the deadline and its grace: until then an open task may still be sent.
CREATE TABLE associate.task (
    merchant_id uuid NOT NULL,
    id uuid NOT NULL,
    campaign_id uuid,
    opportunity_id uuid,
    customer_id uuid NOT NULL,
    first_customer_id uuid NOT NULL,
    staff_id uuid NOT NULL,
    unit_id uuid NOT NULL,
    state text NOT NULL DEFAULT 'open' CHECK (state IN (
        'open', 'awaiting_confirmation', 'sent', 'dismissed', 'blocked', 'failed', 'expired',
        'fallback', 'closed_by_purchase', 'cancelled')),
    title text NOT NULL,
    reason jsonb NOT NULL,
    copy text NOT NULL,
    skus text[] NOT NULL,
    categories text[] NOT NULL,
    product_list_id uuid,
    message_id uuid,
    code text,
    deadline timestamptz NOT NULL,
    closes_at timestamptz NOT NULL,
    created_at timestamptz NOT NULL,
    sent_at timestamptz,
    closed_at timestamptz,
    urged_at timestamptz,
    is_paused boolean NOT NULL DEFAULT false,
    version int NOT NULL DEFAULT 1,
    PRIMARY KEY (merchant_id, id),
    UNIQUE (merchant_id, campaign_id, first_customer_id),
    FOREIGN KEY (merchant_id, customer_id) REFERENCES identity.customer (merchant_id, id),
    FOREIGN KEY (merchant_id, staff_id) REFERENCES merchant.staff (merchant_id, id),
    FOREIGN KEY (merchant_id, unit_id) REFERENCES merchant.unit (merchant_id, id)
) WITH (fillfactor = 80);
CREATE INDEX task_staff ON associate.task (merchant_id, staff_id, state, id DESC);
CREATE INDEX task_unit ON associate.task (merchant_id, unit_id, state, id DESC);
CREATE INDEX task_customer ON associate.task (merchant_id, customer_id, id DESC);
CREATE INDEX task_first_customer ON associate.task (merchant_id, first_customer_id);
CREATE INDEX task_message ON associate.task (merchant_id, message_id) WHERE message_id IS NOT NULL;
CREATE INDEX task_closing ON associate.task (merchant_id, closes_at) WHERE state = 'open';
SELECT base.protect('associate.task');

CREATE TABLE associate.urging (
    merchant_id uuid NOT NULL,
    id uuid NOT NULL,
    staff_id uuid NOT NULL,
    at timestamptz NOT NULL,
    by text NOT NULL,
    task_count int NOT NULL,
    PRIMARY KEY (merchant_id, id),
    FOREIGN KEY (merchant_id, staff_id) REFERENCES merchant.staff (merchant_id, id)
);
CREATE INDEX urging_staff ON associate.urging (merchant_id, staff_id, at DESC);
SELECT base.protect('associate.urging', 'SELECT, INSERT');

-- `month` is the first day of a calendar month in the merchant's zone.
CREATE TABLE associate.goal (
    merchant_id uuid NOT NULL,
    staff_id uuid NOT NULL,
    month date NOT NULL CHECK (extract(day FROM month) = 1),
    target_fen bigint NOT NULL CHECK (target_fen >= 0),
    is_default boolean NOT NULL,
    PRIMARY KEY (merchant_id, staff_id, month),
    FOREIGN KEY (merchant_id, staff_id) REFERENCES merchant.staff (merchant_id, id)
);
SELECT base.protect('associate.goal');
