-- What is put before a customer: product lists and the tracked links that lead to them.
SELECT base.open_schema('content');

CREATE TABLE content.product_list (
    merchant_id uuid NOT NULL,
    id uuid NOT NULL,
    title text NOT NULL,
    note text NOT NULL DEFAULT '',
    created_by text NOT NULL,
    created_at timestamptz NOT NULL,
    version int NOT NULL DEFAULT 1,
    PRIMARY KEY (merchant_id, id)
);
SELECT base.protect('content.product_list');

-- `reason` tells the customer why: it may speak of their own habits and goes when they are forgotten.
CREATE TABLE content.list_item (
    merchant_id uuid NOT NULL,
    product_list_id uuid NOT NULL,
    rank int NOT NULL,
    sku text NOT NULL,
    reason text NOT NULL DEFAULT '',
    PRIMARY KEY (merchant_id, product_list_id, rank),
    FOREIGN KEY (merchant_id, product_list_id) REFERENCES content.product_list (merchant_id, id)
);
SELECT base.protect('content.list_item');

-- One link for each message. The token alone opens the page, so it is as long as a key and appears
-- nowhere else; events name the link by its id. `first_customer_id` never changes, so that a merge
-- can be taken back.
CREATE TABLE content.link (
    merchant_id uuid NOT NULL,
    id uuid NOT NULL,
    token text NOT NULL,
    product_list_id uuid NOT NULL,
    customer_id uuid NOT NULL,
    first_customer_id uuid NOT NULL,
    message_id uuid,
    campaign_id uuid,
    opportunity_id uuid,
    task_id uuid,
    staff_id uuid,
    unit_id uuid,
    channel text NOT NULL,
    created_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    first_opened_at timestamptz,
    last_opened_at timestamptz,
    open_count int NOT NULL DEFAULT 0,
    opted_out_at timestamptz,
    PRIMARY KEY (merchant_id, id),
    UNIQUE (token),
    FOREIGN KEY (merchant_id, product_list_id) REFERENCES content.product_list (merchant_id, id)
);
CREATE INDEX link_customer ON content.link (merchant_id, customer_id);
CREATE INDEX link_first_customer ON content.link (merchant_id, first_customer_id);
SELECT base.protect('content.link');
