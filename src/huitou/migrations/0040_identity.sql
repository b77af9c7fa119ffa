SELECT base.open_schema('identity');

-- A customer and, when merged, under whom (merged_into) and who answers for it now (root_id: itself
-- when not merged). Links and events keep the customer they were first given to, so taking a merge
-- back is a change of these two columns.
CREATE TABLE identity.customer (
    merchant_id uuid NOT NULL,
    id uuid NOT NULL,
    ordinal int NOT NULL,
    created_at timestamptz NOT NULL,
    merged_into uuid,
    root_id uuid NOT NULL,
    is_strong boolean NOT NULL DEFAULT false,
    state text NOT NULL DEFAULT 'live' CHECK (state IN ('live', 'forgotten')),
    PRIMARY KEY (merchant_id, id),
    UNIQUE (merchant_id, ordinal),
    FOREIGN KEY (merchant_id, merged_into) REFERENCES identity.customer (merchant_id, id)
);
CREATE INDEX customer_root ON identity.customer (merchant_id, root_id);
CREATE INDEX customer_merged ON identity.customer (merchant_id, merged_into) WHERE merged_into IS NOT NULL;
SELECT base.protect('identity.customer', 'SELECT, INSERT, UPDATE');

-- The last ordinal given; ordinals are dense and never used again.
CREATE TABLE identity.ordinal (
    merchant_id uuid PRIMARY KEY,
    last int NOT NULL
) WITH (fillfactor = 20);
SELECT base.protect('identity.ordinal', 'SELECT, INSERT, UPDATE');

-- With a quarantine an identifier speaks for nobody; customer_id then is who held it last, if anyone.
CREATE TABLE identity.link (
    merchant_id uuid NOT NULL,
    identifier_id bigint NOT NULL,
    kind text NOT NULL,
    scope text NOT NULL,
    customer_id uuid,
    grade text NOT NULL CHECK (grade IN ('A', 'B', 'C')),
    is_verified boolean NOT NULL,
    source text NOT NULL,
    evidence_position bigint,
    linked_at timestamptz NOT NULL,
    quarantine text,
    PRIMARY KEY (merchant_id, identifier_id),
    CHECK (customer_id IS NOT NULL OR quarantine IS NOT NULL),
    FOREIGN KEY (merchant_id, customer_id) REFERENCES identity.customer (merchant_id, id)
);
CREATE INDEX link_customer ON identity.link (merchant_id, customer_id);
SELECT base.protect('identity.link');

-- Which customer an event is of, and the identifier that decided (NULL: our own record names it).
CREATE TABLE identity.resolved (
    merchant_id uuid NOT NULL,
    position bigint NOT NULL,
    customer_id uuid NOT NULL,
    via_id bigint,
    PRIMARY KEY (merchant_id, position)
);
CREATE INDEX resolved_customer ON identity.resolved (merchant_id, customer_id, position);
SELECT base.protect('identity.resolved');

-- The same with the customer who answers now.
CREATE VIEW identity.resolved_now WITH (security_invoker = true) AS
SELECT r.merchant_id, r.position, c.root_id AS customer_id, r.customer_id AS first_customer_id,
       r.via_id, c.state
FROM identity.resolved r
JOIN identity.customer c ON c.merchant_id = r.merchant_id AND c.id = r.customer_id;
GRANT SELECT ON identity.resolved_now TO huitou_app;

-- A phone given together with another identifier: many of one kind show a shared phone.
CREATE TABLE identity.phone_use (
    merchant_id uuid NOT NULL,
    phone_id bigint NOT NULL,
    other_id bigint NOT NULL,
    kind text NOT NULL,
    scope text NOT NULL,
    PRIMARY KEY (merchant_id, phone_id, other_id)
);
CREATE INDEX phone_use_other ON identity.phone_use (merchant_id, other_id);
SELECT base.protect('identity.phone_use');

-- Every merge with its evidence; undone_at when it was taken back.
CREATE TABLE identity.merging (
    merchant_id uuid NOT NULL,
    id uuid NOT NULL,
    winner_id uuid NOT NULL,
    loser_id uuid NOT NULL,
    reason text NOT NULL CHECK (reason IN ('together', 'phone_verified', 'by_hand')),
    position bigint,
    identifier_ids bigint[] NOT NULL,
    evidence jsonb NOT NULL,
    at timestamptz NOT NULL,
    by text NOT NULL,
    undone_at timestamptz,
    PRIMARY KEY (merchant_id, id),
    FOREIGN KEY (merchant_id, winner_id) REFERENCES identity.customer (merchant_id, id),
    FOREIGN KEY (merchant_id, loser_id) REFERENCES identity.customer (merchant_id, id)
);
CREATE INDEX merging_winner ON identity.merging (merchant_id, winner_id);
CREATE INDEX merging_loser ON identity.merging (merchant_id, loser_id);
SELECT base.protect('identity.merging', 'SELECT, INSERT, UPDATE');

-- A typed phone that went to the customer who verified it, and other moves of links.
CREATE TABLE identity.move (
    merchant_id uuid NOT NULL,
    id bigint GENERATED ALWAYS AS IDENTITY,
    identifier_id bigint NOT NULL,
    from_id uuid NOT NULL,
    to_id uuid NOT NULL,
    reason text NOT NULL CHECK (reason IN ('phone_verified', 'split')),
    position bigint,
    at timestamptz NOT NULL,
    PRIMARY KEY (merchant_id, id)
);
CREATE INDEX move_from ON identity.move (merchant_id, from_id);
CREATE INDEX move_to ON identity.move (merchant_id, to_id);
SELECT base.protect('identity.move', 'SELECT, INSERT');

-- What a person has split is not joined again by evidence alone.
CREATE TABLE identity.apart (
    merchant_id uuid NOT NULL,
    one_id uuid NOT NULL,
    other_id uuid NOT NULL,
    at timestamptz NOT NULL,
    by text NOT NULL,
    PRIMARY KEY (merchant_id, one_id, other_id)
);
CREATE INDEX apart_other ON identity.apart (merchant_id, other_id);
SELECT base.protect('identity.apart');

-- Re-applied after a restore from a backup.
CREATE TABLE identity.forgotten (
    merchant_id uuid NOT NULL,
    customer_id uuid NOT NULL,
    at timestamptz NOT NULL,
    by text NOT NULL,
    PRIMARY KEY (merchant_id, customer_id)
);
SELECT base.protect('identity.forgotten', 'SELECT, INSERT');
