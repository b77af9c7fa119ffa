-- Lists of numbers that are not to be written to, as they were uploaded. `file_hash`: the same file is one list.
-- `next_part`: so many parts of it are taken in.
CREATE TABLE reach.list (
    merchant_id uuid NOT NULL,
    id uuid NOT NULL,
    file_name text NOT NULL,
    file_hash bytea NOT NULL,
    channel text NOT NULL,
    reason text NOT NULL CHECK (reason IN ('complaint', 'hard_bounce', 'risk', 'regulator', 'own')),
    state text NOT NULL CHECK (state IN ('running', 'done', 'undone')),
    total int NOT NULL,
    done int NOT NULL DEFAULT 0,
    added int NOT NULL DEFAULT 0,
    repeated int NOT NULL DEFAULT 0,
    failed int NOT NULL DEFAULT 0,
    next_part int NOT NULL DEFAULT 0,
    at timestamptz NOT NULL,
    by text NOT NULL,
    finished_at timestamptz,
    undone_at timestamptz,
    undone_by text,
    PRIMARY KEY (merchant_id, id)
);
CREATE UNIQUE INDEX list_file ON reach.list (merchant_id, file_hash, channel, reason) WHERE state <> 'undone';
CREATE INDEX list_at ON reach.list (merchant_id, at DESC, id);
SELECT base.protect('reach.list');

-- The rows of a file, sealed, until they are taken in; then those that failed, with why, are all that is left.
CREATE TABLE reach.list_part (
    merchant_id uuid NOT NULL,
    list_id uuid NOT NULL,
    part int NOT NULL,
    sealed bytea NOT NULL,
    PRIMARY KEY (merchant_id, list_id, part),
    FOREIGN KEY (merchant_id, list_id) REFERENCES reach.list (merchant_id, id)
);
SELECT base.protect('reach.list_part');

-- Who is on them, by the vault's keyed hash alone: it also finds whoever becomes a customer later, and says
-- nothing of anybody who is forgotten. `channel` is empty for all of them.
CREATE TABLE reach.listed (
    merchant_id uuid NOT NULL,
    blind bytea NOT NULL,
    list_id uuid NOT NULL,
    kind text NOT NULL,
    channel text NOT NULL,
    reason text NOT NULL,
    at timestamptz NOT NULL,
    PRIMARY KEY (merchant_id, blind, list_id),
    FOREIGN KEY (merchant_id, list_id) REFERENCES reach.list (merchant_id, id)
);
CREATE INDEX listed_list ON reach.listed (merchant_id, list_id);
SELECT base.protect('reach.listed');
