-- What every room stands on: schemas and row-level security, notices, jobs, cursors, idempotency.

CREATE SCHEMA base;

DO $$
BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'huitou_app') THEN
        CREATE ROLE huitou_app NOLOGIN NOSUPERUSER NOBYPASSRLS;
        EXECUTE format('GRANT huitou_app TO %I', current_user);
    END IF;
END
$$;

GRANT USAGE ON SCHEMA base TO huitou_app;

-- The merchant of the running transaction; NULL outside one, so that nothing matches.
CREATE FUNCTION base.merchant() RETURNS uuid
LANGUAGE sql STABLE PARALLEL SAFE
RETURN nullif(current_setting('huitou.merchant', true), '')::uuid;

-- Is a unit inside a scope? Paths end with '/', so a prefix is a subtree. NULL is the whole merchant.
CREATE FUNCTION base.in_scope(path text, scope text) RETURNS boolean
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN scope IS NULL OR starts_with(path, scope);

CREATE FUNCTION base.open_schema(name text) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('CREATE SCHEMA %I', name);
    EXECUTE format('GRANT USAGE ON SCHEMA %I TO huitou_app', name);
    EXECUTE format('ALTER DEFAULT PRIVILEGES IN SCHEMA %I GRANT USAGE, SELECT ON SEQUENCES TO huitou_app', name);
END
$$;

-- Isolation of merchants: forced for everyone. The application role sees its transaction's
-- merchant only; the owner (migrations, log-in look-ups, backup) sees all.
CREATE FUNCTION base.protect(target regclass, privileges text DEFAULT 'SELECT, INSERT, UPDATE, DELETE')
RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY', target);
    EXECUTE format('ALTER TABLE %s FORCE ROW LEVEL SECURITY', target);
    EXECUTE format('CREATE POLICY of_merchant ON %s TO huitou_app '
                   'USING (merchant_id = (SELECT base.merchant())) '
                   'WITH CHECK (merchant_id = (SELECT base.merchant()))', target);
    EXECUTE format('CREATE POLICY of_owner ON %s TO %I USING (true) WITH CHECK (true)', target, current_user);
    EXECUTE format('GRANT %s ON %s TO huitou_app', privileges, target);
END
$$;

CREATE TABLE base.migration (
    number int PRIMARY KEY,
    name text NOT NULL,
    checksum text NOT NULL,
    applied_at timestamptz NOT NULL
);

CREATE TABLE base.notice (
    merchant_id uuid NOT NULL,
    id uuid NOT NULL,
    kind text NOT NULL,
    body jsonb NOT NULL,
    told_at timestamptz NOT NULL,
    PRIMARY KEY (merchant_id, id)
);
SELECT base.protect('base.notice');

CREATE TABLE base.notice_heard (
    merchant_id uuid NOT NULL,
    notice_id uuid NOT NULL,
    listener text NOT NULL,
    heard_at timestamptz NOT NULL,
    PRIMARY KEY (merchant_id, notice_id, listener)
);
SELECT base.protect('base.notice_heard');

CREATE TABLE base.cursor (
    merchant_id uuid NOT NULL,
    stream text NOT NULL,
    position bigint NOT NULL DEFAULT 0,
    moved_at timestamptz NOT NULL,
    PRIMARY KEY (merchant_id, stream)
) WITH (fillfactor = 50);
SELECT base.protect('base.cursor');

CREATE TABLE base.schedule (
    merchant_id uuid NOT NULL,
    name text NOT NULL,
    due_at timestamptz NOT NULL,
    PRIMARY KEY (merchant_id, name)
);
SELECT base.protect('base.schedule');

CREATE TABLE base.idempotency (
    merchant_id uuid NOT NULL,
    key text NOT NULL,
    request_hash bytea NOT NULL,
    status int NOT NULL,
    body bytea NOT NULL,
    at timestamptz NOT NULL,
    PRIMARY KEY (merchant_id, key)
);
CREATE INDEX idempotency_at ON base.idempotency (merchant_id, at);
SELECT base.protect('base.idempotency');
