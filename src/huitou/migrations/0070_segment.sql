-- Who: rules and their live members.
SELECT base.open_schema('segment');

CREATE TABLE segment.segment (
    merchant_id uuid NOT NULL,
    id uuid NOT NULL,
    name text NOT NULL,
    rule jsonb NOT NULL,
    version int NOT NULL DEFAULT 1,
    state text NOT NULL DEFAULT 'active' CHECK (state IN ('active', 'archived')),
    member_count int NOT NULL DEFAULT 0,
    refreshed_at timestamptz,
    created_by text NOT NULL,
    created_at timestamptz NOT NULL,
    PRIMARY KEY (merchant_id, id)
);
CREATE UNIQUE INDEX segment_name ON segment.segment (merchant_id, name) WHERE state = 'active';
SELECT base.protect('segment.segment');

CREATE TABLE segment.member (
    merchant_id uuid NOT NULL,
    segment_id uuid NOT NULL,
    customer_id uuid NOT NULL,
    entered_at timestamptz NOT NULL,
    PRIMARY KEY (merchant_id, segment_id, customer_id),
    FOREIGN KEY (merchant_id, segment_id) REFERENCES segment.segment (merchant_id, id)
);
CREATE INDEX member_customer ON segment.member (merchant_id, customer_id);
SELECT base.protect('segment.member');

CREATE TABLE segment.change (
    merchant_id uuid NOT NULL,
    id bigint GENERATED ALWAYS AS IDENTITY,
    segment_id uuid NOT NULL,
    customer_id uuid NOT NULL,
    kind text NOT NULL CHECK (kind IN ('entered', 'left')),
    at timestamptz NOT NULL,
    PRIMARY KEY (merchant_id, id),
    FOREIGN KEY (merchant_id, segment_id) REFERENCES segment.segment (merchant_id, id)
);
CREATE INDEX change_segment ON segment.change (merchant_id, segment_id, at);
CREATE INDEX change_customer ON segment.change (merchant_id, customer_id);
SELECT base.protect('segment.change');
