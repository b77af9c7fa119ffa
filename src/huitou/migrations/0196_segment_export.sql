-- Members of a segment written to a file: who asked, what for, in whose scope, how far it is. Its blocks
-- lie sealed in a file of `place` bytes; `last_id` is the last customer in them.
CREATE TABLE segment.export (
    merchant_id uuid NOT NULL,
    id uuid NOT NULL,
    segment_id uuid NOT NULL,
    format text NOT NULL CHECK (format IN ('csv', 'xlsx')),
    fields text[] NOT NULL,
    is_revealed boolean NOT NULL,
    reason text NOT NULL,
    scope_path text,
    scope_staff uuid,
    language text NOT NULL,
    path text NOT NULL,
    state text NOT NULL CHECK (state IN ('waiting', 'running', 'done', 'failed', 'cancelled')),
    total int NOT NULL,
    done int NOT NULL DEFAULT 0,
    place bigint NOT NULL DEFAULT 0,
    last_id uuid,
    created_by text NOT NULL,
    created_at timestamptz NOT NULL,
    finished_at timestamptz,
    PRIMARY KEY (merchant_id, id),
    FOREIGN KEY (merchant_id, segment_id) REFERENCES segment.segment (merchant_id, id)
);
SELECT base.protect('segment.export');
