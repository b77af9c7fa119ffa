-- What the merchant's own systems tell one customer: an order's state, a pick-up code. `ways_sealed` holds
-- the texts, which name the customer, and goes when they are forgotten or when it is too late; `tried` says of each
-- way so far its channel and either the message that it became or why not.
CREATE TABLE reach.notification (
    merchant_id uuid NOT NULL,
    id uuid NOT NULL,
    key text NOT NULL,
    body_hash bytea NOT NULL,
    customer_id uuid NOT NULL,
    purpose text NOT NULL CHECK (purpose IN ('service', 'transactional')),
    way_count smallint NOT NULL,
    ways_sealed bytea,
    tried jsonb NOT NULL,
    message_id uuid,
    made_at timestamptz NOT NULL,
    made_by text NOT NULL,
    expires_at timestamptz NOT NULL,
    PRIMARY KEY (merchant_id, id),
    UNIQUE (merchant_id, key)
) WITH (fillfactor = 80);
CREATE INDEX notification_message ON reach.notification (merchant_id, message_id) WHERE message_id IS NOT NULL;
CREATE INDEX notification_customer ON reach.notification (merchant_id, customer_id, made_at);
CREATE INDEX notification_over ON reach.notification (merchant_id, expires_at) WHERE ways_sealed IS NOT NULL;
SELECT base.protect('reach.notification');
