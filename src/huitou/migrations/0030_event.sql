SELECT base.open_schema('event');

-- The vault: the only place where the value of an identifier lives. Everything else keeps its id,
-- so that erasing a row here makes every trace of it elsewhere meaningless.
CREATE TABLE event.identifier (
    merchant_id uuid NOT NULL,
    id bigint GENERATED ALWAYS AS IDENTITY,
    kind text NOT NULL,
    scope text NOT NULL DEFAULT '',
    blind bytea NOT NULL,
    sealed bytea NOT NULL,
    tail text,
    PRIMARY KEY (merchant_id, id),
    UNIQUE (merchant_id, blind)
);
CREATE INDEX identifier_tail ON event.identifier (merchant_id, tail) WHERE tail IS NOT NULL;
SELECT base.protect('event.identifier');

-- The last position given. Its row lock makes the order of commits the order of positions.
CREATE TABLE event.head (
    merchant_id uuid PRIMARY KEY,
    position bigint NOT NULL
) WITH (fillfactor = 20);
SELECT base.protect('event.head');

CREATE TABLE event.log (
    merchant_id uuid NOT NULL,
    position bigint NOT NULL,
    id text NOT NULL,
    source text NOT NULL,
    type text NOT NULL,
    type_version smallint NOT NULL DEFAULT 1,
    occurred_at timestamptz NOT NULL,
    received_at timestamptz NOT NULL,
    unit_id uuid,
    identifier_ids bigint[] NOT NULL,
    verified boolean[] NOT NULL,
    properties jsonb NOT NULL,
    PRIMARY KEY (merchant_id, position, received_at)
) PARTITION BY RANGE (received_at);
-- Conditions on behaviour ask for a type in a window.
CREATE INDEX log_type ON event.log (merchant_id, type, occurred_at) INCLUDE (position);
SELECT base.protect('event.log', 'SELECT, INSERT');

-- Duplicates are recognised for ever, also after old partitions are gone.
CREATE TABLE event.seen (
    merchant_id uuid NOT NULL,
    source text NOT NULL,
    id text NOT NULL,
    body_hash bytea NOT NULL,
    position bigint NOT NULL,
    PRIMARY KEY (merchant_id, source, id)
);
SELECT base.protect('event.seen', 'SELECT, INSERT');

CREATE TABLE event.set_aside (
    merchant_id uuid NOT NULL,
    stream text NOT NULL,
    position bigint NOT NULL,
    reason text NOT NULL,
    at timestamptz NOT NULL,
    resolved_at timestamptz,
    PRIMARY KEY (merchant_id, stream, position)
);
SELECT base.protect('event.set_aside');

CREATE TABLE event.import (
    merchant_id uuid NOT NULL,
    id uuid NOT NULL,
    kind text NOT NULL,
    file_name text NOT NULL,
    path text NOT NULL,
    mapping jsonb NOT NULL,
    is_dry_run boolean NOT NULL,
    state text NOT NULL CHECK (state IN ('waiting', 'running', 'done', 'failed', 'cancelled')),
    total int,
    done int NOT NULL DEFAULT 0,
    accepted int NOT NULL DEFAULT 0,
    duplicates int NOT NULL DEFAULT 0,
    failed int NOT NULL DEFAULT 0,
    reason text,
    created_by text NOT NULL,
    created_at timestamptz NOT NULL,
    finished_at timestamptz,
    PRIMARY KEY (merchant_id, id)
);
SELECT base.protect('event.import');

CREATE TABLE event.import_failure (
    merchant_id uuid NOT NULL,
    import_id uuid NOT NULL,
    row_no int NOT NULL,
    code text NOT NULL,
    detail text NOT NULL,
    PRIMARY KEY (merchant_id, import_id, row_no),
    FOREIGN KEY (merchant_id, import_id) REFERENCES event.import (merchant_id, id)
);
SELECT base.protect('event.import_failure');

-- One partition a month; made ahead by the owner (`event.make_partition` is called at start-up and daily).
CREATE FUNCTION event.make_partition(moment timestamptz) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
    first timestamptz := date_trunc('month', moment AT TIME ZONE 'UTC') AT TIME ZONE 'UTC';
    after timestamptz := (date_trunc('month', moment AT TIME ZONE 'UTC') + interval '1 month') AT TIME ZONE 'UTC';
    name text := 'log_' || to_char(first AT TIME ZONE 'UTC', 'YYYYMM');
BEGIN
    IF to_regclass('event.' || name) IS NULL THEN
        EXECUTE format('CREATE TABLE event.%I PARTITION OF event.log FOR VALUES FROM (%L) TO (%L)', name, first, after);
        PERFORM base.protect(('event.' || quote_ident(name))::regclass, 'SELECT, INSERT');
    END IF;
END
$$;
CREATE TABLE event.log_other PARTITION OF event.log DEFAULT;
SELECT base.protect('event.log_other', 'SELECT, INSERT');
