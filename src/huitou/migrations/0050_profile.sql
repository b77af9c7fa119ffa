SELECT base.open_schema('profile');

-- Facts are kept by the customer they were first given to (as identity does) and never change with a
-- merge. State is derived from the facts of everyone under a root, for the customer who answers now:
-- a merge or a split is nothing but deriving anew.

-- Facts. A name is sealed; its keyed hash finds the whole name and nothing less.

CREATE TABLE profile.seen (
    merchant_id uuid NOT NULL,
    customer_id uuid NOT NULL,
    source text NOT NULL,
    last_seen_at timestamptz NOT NULL,
    joined_at timestamptz,
    bought_at timestamptz,
    bought_unit_id uuid,
    bought_in_store boolean,
    PRIMARY KEY (merchant_id, customer_id, source),
    FOREIGN KEY (merchant_id, customer_id) REFERENCES identity.customer (merchant_id, id)
) WITH (fillfactor = 70);
SELECT base.protect('profile.seen');

CREATE TABLE profile.description (
    merchant_id uuid NOT NULL,
    customer_id uuid NOT NULL,
    name_sealed bytea,
    name_blind bytea,
    gender text CHECK (gender IN ('female', 'male')),
    birth_month smallint CHECK (birth_month BETWEEN 1 AND 12),
    home_unit_id uuid,
    owner_staff_id uuid,
    joined_on date,
    no_profiling boolean NOT NULL DEFAULT false,
    under_14 boolean NOT NULL DEFAULT false,
    at timestamptz NOT NULL,
    source text NOT NULL,
    PRIMARY KEY (merchant_id, customer_id),
    FOREIGN KEY (merchant_id, customer_id) REFERENCES identity.customer (merchant_id, id),
    FOREIGN KEY (merchant_id, home_unit_id) REFERENCES merchant.unit (merchant_id, id),
    FOREIGN KEY (merchant_id, owner_staff_id) REFERENCES merchant.staff (merchant_id, id)
);
SELECT base.protect('profile.description');

CREATE TABLE profile.contact_log (
    merchant_id uuid NOT NULL,
    position bigint NOT NULL,
    customer_id uuid NOT NULL,
    staff_id uuid NOT NULL,
    identifier_id bigint,
    is_added boolean NOT NULL,
    at timestamptz NOT NULL,
    PRIMARY KEY (merchant_id, position),
    FOREIGN KEY (merchant_id, staff_id) REFERENCES merchant.staff (merchant_id, id)
);
CREATE INDEX contact_log_customer ON profile.contact_log (merchant_id, customer_id);
SELECT base.protect('profile.contact_log');

-- Who agreed to what, when, and how we know: lines are added, never changed.
CREATE TABLE profile.consent_log (
    merchant_id uuid NOT NULL,
    id bigint GENERATED ALWAYS AS IDENTITY,
    customer_id uuid NOT NULL,
    channel text NOT NULL,
    purpose text NOT NULL,
    state text NOT NULL CHECK (state IN ('given', 'withdrawn')),
    at timestamptz NOT NULL,
    proof jsonb NOT NULL,
    position bigint,
    PRIMARY KEY (merchant_id, id),
    UNIQUE (merchant_id, position)
);
CREATE INDEX consent_log_customer ON profile.consent_log (merchant_id, customer_id);
SELECT base.protect('profile.consent_log');

CREATE TABLE profile.tag_log (
    merchant_id uuid NOT NULL,
    id bigint GENERATED ALWAYS AS IDENTITY,
    customer_id uuid NOT NULL,
    name text NOT NULL,
    is_on boolean NOT NULL,
    source text NOT NULL,
    at timestamptz NOT NULL,
    by text NOT NULL,
    PRIMARY KEY (merchant_id, id)
);
CREATE INDEX tag_log_customer ON profile.tag_log (merchant_id, customer_id);
SELECT base.protect('profile.tag_log');

CREATE TABLE profile.trait_said (
    merchant_id uuid NOT NULL,
    customer_id uuid NOT NULL,
    name text NOT NULL,
    value jsonb NOT NULL,
    at timestamptz NOT NULL,
    source text NOT NULL,
    PRIMARY KEY (merchant_id, customer_id, name)
);
SELECT base.protect('profile.trait_said');

-- State

CREATE TABLE profile.customer (
    merchant_id uuid NOT NULL,
    customer_id uuid NOT NULL,
    ordinal int NOT NULL,
    name_sealed bytea,
    name_blind bytea,
    gender text,
    birth_month smallint,
    home_unit_id uuid,
    owner_staff_id uuid,
    owned_since timestamptz,
    joined_on date,
    no_profiling boolean NOT NULL DEFAULT false,
    under_14 boolean NOT NULL DEFAULT false,
    source_channels text[] NOT NULL DEFAULT '{}',
    last_seen_at timestamptz NOT NULL,
    PRIMARY KEY (merchant_id, customer_id),
    FOREIGN KEY (merchant_id, customer_id) REFERENCES identity.customer (merchant_id, id)
) WITH (fillfactor = 70);
CREATE INDEX customer_recent ON profile.customer (merchant_id, last_seen_at DESC, customer_id DESC);
CREATE INDEX customer_home ON profile.customer (merchant_id, home_unit_id, last_seen_at DESC);
CREATE INDEX customer_owner ON profile.customer (merchant_id, owner_staff_id, last_seen_at DESC);
CREATE INDEX customer_name ON profile.customer (merchant_id, name_blind) WHERE name_blind IS NOT NULL;
SELECT base.protect('profile.customer');

CREATE TABLE profile.friendship (
    merchant_id uuid NOT NULL,
    customer_id uuid NOT NULL,
    staff_id uuid NOT NULL,
    identifier_id bigint,
    since timestamptz NOT NULL,
    ended_at timestamptz,
    PRIMARY KEY (merchant_id, customer_id, staff_id),
    FOREIGN KEY (merchant_id, staff_id) REFERENCES merchant.staff (merchant_id, id)
);
CREATE INDEX friendship_staff ON profile.friendship (merchant_id, staff_id);
SELECT base.protect('profile.friendship');

CREATE TABLE profile.trait (
    merchant_id uuid NOT NULL,
    customer_id uuid NOT NULL,
    name text NOT NULL,
    value jsonb NOT NULL,
    at timestamptz NOT NULL,
    source text NOT NULL,
    PRIMARY KEY (merchant_id, customer_id, name)
);
CREATE INDEX trait_name ON profile.trait (merchant_id, name);
SELECT base.protect('profile.trait');

CREATE TABLE profile.tag (
    merchant_id uuid NOT NULL,
    customer_id uuid NOT NULL,
    name text NOT NULL,
    source text NOT NULL,
    at timestamptz NOT NULL,
    PRIMARY KEY (merchant_id, customer_id, name)
);
CREATE INDEX tag_name ON profile.tag (merchant_id, name, customer_id);
SELECT base.protect('profile.tag');

-- One row per channel: consent to `all` is spread over the channels when it is derived.
CREATE TABLE profile.consent (
    merchant_id uuid NOT NULL,
    customer_id uuid NOT NULL,
    channel text NOT NULL,
    purpose text NOT NULL,
    state text NOT NULL CHECK (state IN ('given', 'withdrawn')),
    at timestamptz NOT NULL,
    proof jsonb NOT NULL,
    PRIMARY KEY (merchant_id, customer_id, channel, purpose)
);
CREATE INDEX consent_given ON profile.consent (merchant_id, channel, purpose, customer_id) WHERE state = 'given';
SELECT base.protect('profile.consent');
