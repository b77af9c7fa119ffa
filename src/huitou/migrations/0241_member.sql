-- What the member page keeps of its own.
SELECT base.open_schema('member');

-- How a bill was rated by whom it belongs to: the order room says whose it is, so merges move nothing.
-- The log has each change as `order.reviewed`; this is what the page shows at once.
CREATE TABLE member.rating (
    merchant_id uuid NOT NULL,
    order_id uuid NOT NULL,
    rating int NOT NULL CHECK (rating BETWEEN 1 AND 5),
    service_rating int CHECK (service_rating BETWEEN 1 AND 5),
    reasons text[] NOT NULL,
    staff_id uuid,
    rated_at timestamptz NOT NULL,
    change_count int NOT NULL DEFAULT 0,
    PRIMARY KEY (merchant_id, order_id)
);
SELECT base.protect('member.rating');

-- Codes shown at a counter: each is taken by one principal, and what they then did has its proof.
-- Rows go after a day.
CREATE TABLE member.visit (
    merchant_id uuid NOT NULL,
    id uuid NOT NULL,
    code_hash bytea NOT NULL,
    customer_id uuid NOT NULL,
    principal text NOT NULL,
    unit_id uuid,
    began_at timestamptz NOT NULL,
    PRIMARY KEY (merchant_id, id),
    UNIQUE (merchant_id, code_hash)
);
CREATE INDEX visit_began ON member.visit (merchant_id, began_at);
SELECT base.protect('member.visit');
