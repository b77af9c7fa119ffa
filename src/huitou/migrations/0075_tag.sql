-- What customers' purchases show beside everybody's, and the tags recommended because of it.
SELECT base.open_schema('tag');

-- In `hits` of `total` orders (lines, where money or novelty is asked) this customer does what all
-- customers do in base_bp of theirs. `value` is a category, a part of the day, or empty.
CREATE TABLE tag.finding (
    merchant_id uuid NOT NULL,
    customer_id uuid NOT NULL,
    kind text NOT NULL,
    value text NOT NULL,
    hits int NOT NULL,
    total int NOT NULL,
    base_bp int NOT NULL,
    confidence_bp int NOT NULL,
    PRIMARY KEY (merchant_id, customer_id, kind, value)
);
CREATE INDEX finding_kind ON tag.finding (merchant_id, kind, value);
SELECT base.protect('tag.finding');

-- Customers whose findings changed and whose trait was not told yet.
CREATE TABLE tag.changed (
    merchant_id uuid NOT NULL,
    customer_id uuid NOT NULL,
    PRIMARY KEY (merchant_id, customer_id)
);
SELECT base.protect('tag.changed');

CREATE TABLE tag.recommendation (
    merchant_id uuid NOT NULL,
    id uuid NOT NULL,
    kind text NOT NULL,
    value text NOT NULL,
    state text NOT NULL CHECK (state IN ('open', 'accepted', 'dismissed')),
    customer_count int NOT NULL,
    hits bigint NOT NULL,
    total bigint NOT NULL,
    base_bp int NOT NULL,
    confidence_bp int NOT NULL,
    found_at timestamptz NOT NULL,
    tag_id uuid,
    decided_by text,
    decided_at timestamptz,
    PRIMARY KEY (merchant_id, id),
    UNIQUE (merchant_id, kind, value)
);
SELECT base.protect('tag.recommendation');
