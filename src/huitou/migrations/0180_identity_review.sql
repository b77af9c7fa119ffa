-- Two customers who may be one person, with the evidence in codes. `one_id` is the older. A decision
-- stays for ever; what is open is found anew by every comparison.
CREATE TABLE identity.suggestion (
    merchant_id uuid NOT NULL,
    id uuid NOT NULL,
    one_id uuid NOT NULL,
    other_id uuid NOT NULL,
    probability_bp int NOT NULL CHECK (probability_bp BETWEEN 0 AND 10000),
    weight int NOT NULL,
    evidence jsonb NOT NULL,
    state text NOT NULL CHECK (state IN ('open', 'accepted', 'rejected')),
    found_by uuid NOT NULL,
    found_at timestamptz NOT NULL,
    decided_at timestamptz,
    decided_by text,
    is_automatic boolean NOT NULL DEFAULT false,
    PRIMARY KEY (merchant_id, id),
    UNIQUE (merchant_id, one_id, other_id),
    CHECK ((state = 'open') = (decided_at IS NULL)),
    FOREIGN KEY (merchant_id, one_id) REFERENCES identity.customer (merchant_id, id),
    FOREIGN KEY (merchant_id, other_id) REFERENCES identity.customer (merchant_id, id)
);
CREATE INDEX suggestion_state ON identity.suggestion (merchant_id, state, weight DESC, id);
CREATE INDEX suggestion_other ON identity.suggestion (merchant_id, other_id);
SELECT base.protect('identity.suggestion');

-- Comparisons of the whole base, and re-resolutions of the log: one at a time, with how far they are.
CREATE TABLE identity.run (
    merchant_id uuid NOT NULL,
    id uuid NOT NULL,
    kind text NOT NULL CHECK (kind IN ('compare', 'apply')),
    state text NOT NULL CHECK (state IN ('queued', 'running', 'done', 'failed')),
    done int NOT NULL DEFAULT 0,
    total int NOT NULL DEFAULT 0,
    result jsonb NOT NULL DEFAULT '{}',
    queued_at timestamptz NOT NULL,
    ended_at timestamptz,
    by text NOT NULL,
    PRIMARY KEY (merchant_id, id)
);
CREATE INDEX run_recent ON identity.run (merchant_id, kind, queued_at DESC);
SELECT base.protect('identity.run');
