SELECT base.open_schema('merchant');

CREATE TABLE merchant.merchant (
    id uuid PRIMARY KEY,
    merchant_id uuid NOT NULL GENERATED ALWAYS AS (id) STORED,
    name text NOT NULL,
    zone text NOT NULL DEFAULT 'Asia/Shanghai',
    is_demo boolean NOT NULL DEFAULT false,
    wrapped_key bytea NOT NULL,
    created_at timestamptz NOT NULL
);
SELECT base.protect('merchant.merchant', 'SELECT, UPDATE');

-- Units form a tree; the path 'hq/region-1/store-0401/' makes a subtree a prefix.
CREATE TABLE merchant.unit (
    merchant_id uuid NOT NULL REFERENCES merchant.merchant (id),
    id uuid NOT NULL,
    code text NOT NULL,
    name text NOT NULL,
    kind text NOT NULL CHECK (kind IN ('headquarters', 'brand', 'region', 'dealer', 'store', 'online')),
    parent_id uuid,
    path text COLLATE "C" NOT NULL,
    phone_blind bytea,
    PRIMARY KEY (merchant_id, id),
    UNIQUE (merchant_id, code),
    UNIQUE (merchant_id, path),
    FOREIGN KEY (merchant_id, parent_id) REFERENCES merchant.unit (merchant_id, id)
);
SELECT base.protect('merchant.unit');

CREATE TABLE merchant.staff (
    merchant_id uuid NOT NULL,
    id uuid NOT NULL,
    code text NOT NULL,
    name text NOT NULL,
    role text NOT NULL CHECK (role IN ('headquarters', 'region', 'manager', 'associate')),
    unit_id uuid NOT NULL,
    wecom_user text,
    phone_blind bytea,
    login text,
    password_hash text,
    is_active boolean NOT NULL DEFAULT true,
    is_away boolean NOT NULL DEFAULT false,
    created_at timestamptz NOT NULL,
    PRIMARY KEY (merchant_id, id),
    UNIQUE (merchant_id, code),
    UNIQUE (merchant_id, wecom_user),
    FOREIGN KEY (merchant_id, unit_id) REFERENCES merchant.unit (merchant_id, id)
);
CREATE UNIQUE INDEX staff_login ON merchant.staff (login) WHERE login IS NOT NULL;
SELECT base.protect('merchant.staff');

CREATE TABLE merchant.session (
    merchant_id uuid NOT NULL,
    id uuid NOT NULL,
    staff_id uuid NOT NULL,
    surface text NOT NULL CHECK (surface IN ('console', 'phone')),
    token_hash bytea NOT NULL UNIQUE,
    created_at timestamptz NOT NULL,
    seen_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    PRIMARY KEY (merchant_id, id),
    FOREIGN KEY (merchant_id, staff_id) REFERENCES merchant.staff (merchant_id, id)
);
SELECT base.protect('merchant.session');

CREATE TABLE merchant.api_key (
    merchant_id uuid NOT NULL,
    id uuid NOT NULL,
    name text NOT NULL,
    prefix text NOT NULL,
    key_hash bytea NOT NULL UNIQUE,
    permissions text[] NOT NULL,
    created_at timestamptz NOT NULL,
    expires_at timestamptz,
    revoked_at timestamptz,
    PRIMARY KEY (merchant_id, id)
);
SELECT base.protect('merchant.api_key');

-- unit_id NULL is the whole merchant; a locked value cannot be overridden below.
CREATE TABLE merchant.setting (
    merchant_id uuid NOT NULL,
    unit_id uuid,
    key text NOT NULL,
    value jsonb NOT NULL,
    is_locked boolean NOT NULL DEFAULT false,
    version int NOT NULL DEFAULT 1,
    changed_at timestamptz NOT NULL,
    UNIQUE NULLS NOT DISTINCT (merchant_id, unit_id, key),
    FOREIGN KEY (merchant_id, unit_id) REFERENCES merchant.unit (merchant_id, id)
);
SELECT base.protect('merchant.setting');

CREATE TABLE merchant.channel (
    merchant_id uuid NOT NULL,
    kind text NOT NULL,
    config_sealed bytea NOT NULL,
    is_simulated boolean NOT NULL,
    version int NOT NULL DEFAULT 1,
    changed_at timestamptz NOT NULL,
    PRIMARY KEY (merchant_id, kind)
);
SELECT base.protect('merchant.channel');

-- What sends events: only registered names are accepted as an event's source.
CREATE TABLE merchant.connector (
    merchant_id uuid NOT NULL,
    name text NOT NULL,
    title text NOT NULL,
    created_at timestamptz NOT NULL,
    PRIMARY KEY (merchant_id, name)
);
SELECT base.protect('merchant.connector');

CREATE TABLE merchant.audit (
    merchant_id uuid NOT NULL,
    id uuid NOT NULL,
    at timestamptz NOT NULL,
    principal text NOT NULL,
    verb text NOT NULL,
    subject text NOT NULL,
    detail jsonb NOT NULL,
    PRIMARY KEY (merchant_id, id)
);
CREATE INDEX audit_at ON merchant.audit (merchant_id, at DESC, id);
SELECT base.protect('merchant.audit', 'SELECT, INSERT');
