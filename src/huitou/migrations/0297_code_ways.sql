-- QR codes by which customers become friends of staff in WeCom, each with a source of its own.
SELECT base.open_schema('code');

-- Copies of one code for many stores, made in one go. `refused` lists the stores that got none:
-- [{"unit_id": …, "reason": …}].
CREATE TABLE code.batch (
    merchant_id uuid NOT NULL,
    id uuid NOT NULL,
    name text NOT NULL,
    refused jsonb NOT NULL DEFAULT '[]',
    created_by text NOT NULL,
    created_at timestamptz NOT NULL,
    PRIMARY KEY (merchant_id, id)
);
SELECT base.protect('code.batch');

-- The first part is what the merchant says, the second how far WeCom knows it. `state` comes back with
-- everybody who scans the code, and opens its public page. `told` is what WeCom confirmed last: NULL
-- when it has to be told (again). `calling` names a call under way, or an `add` whose end is unknown:
-- since WeCom recognises no repeat, it is looked for by its state (from `added_at` on) before another
-- is made. `next_at`: when to try again; with a failure and without it nothing is tried by itself.
CREATE TABLE code.code (
    merchant_id uuid NOT NULL,
    id uuid NOT NULL,
    state text NOT NULL,
    name text NOT NULL,
    kind text NOT NULL CHECK (kind IN ('staff', 'store', 'material', 'product')),
    unit_id uuid NOT NULL,
    staff_ids uuid[] NOT NULL DEFAULT '{}',
    fallback_staff_id uuid,
    sku text,
    product_list_id uuid,
    source text NOT NULL,
    tags text[] NOT NULL DEFAULT '{}',
    welcome jsonb NOT NULL,
    from_minute int CHECK (from_minute BETWEEN 0 AND 1440),
    until_minute int CHECK (until_minute BETWEEN 0 AND 1440),
    asks_first boolean NOT NULL,
    day_limit int CHECK (day_limit > 0),
    batch_id uuid,
    created_by text NOT NULL,
    created_at timestamptz NOT NULL,
    stopped_at timestamptz,
    version int NOT NULL DEFAULT 1,
    config_id text,
    picture_url text,
    picture bytea,
    told jsonb,
    calling text CHECK (calling IN ('add', 'find', 'change', 'remove', 'unknown')),
    called_at timestamptz,
    added_at timestamptz,
    attempt int NOT NULL DEFAULT 0,
    tries int NOT NULL DEFAULT 0,
    next_at timestamptz,
    failure text,
    failure_detail text,
    PRIMARY KEY (merchant_id, id),
    UNIQUE (state),
    FOREIGN KEY (merchant_id, unit_id) REFERENCES merchant.unit (merchant_id, id),
    FOREIGN KEY (merchant_id, fallback_staff_id) REFERENCES merchant.staff (merchant_id, id),
    FOREIGN KEY (merchant_id, batch_id) REFERENCES code.batch (merchant_id, id)
) WITH (fillfactor = 70);
CREATE INDEX code_recent ON code.code (merchant_id, created_at DESC, id DESC);
CREATE INDEX code_unit ON code.code (merchant_id, unit_id);
CREATE INDEX code_batch ON code.code (merchant_id, batch_id) WHERE batch_id IS NOT NULL;
SELECT base.protect('code.code');

-- Who came by a code: the event of the log says who, so that merges, splits and forgetting need no
-- work here.
CREATE TABLE code.arrival (
    merchant_id uuid NOT NULL,
    position bigint NOT NULL,
    code_id uuid NOT NULL,
    staff_id uuid,
    at timestamptz NOT NULL,
    PRIMARY KEY (merchant_id, position),
    FOREIGN KEY (merchant_id, code_id) REFERENCES code.code (merchant_id, id)
);
CREATE INDEX arrival_code ON code.arrival (merchant_id, code_id, at);
SELECT base.protect('code.arrival');
