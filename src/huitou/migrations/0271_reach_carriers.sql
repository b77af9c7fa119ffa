-- Several providers may serve one channel: which one a message went out through is asked about it
-- later. NULL where it has not gone out yet, and before there were several.
ALTER TABLE reach.message ADD COLUMN carrier text;
CREATE INDEX message_ref ON reach.message (merchant_id, carrier, ref)
    WHERE ref IS NOT NULL AND state <> 'delivered';

-- What a provider said of a message by its own reference before we had kept that reference.
CREATE TABLE reach.report (
    merchant_id uuid NOT NULL,
    carrier text NOT NULL,
    key text NOT NULL,
    ref text NOT NULL,
    failure text,
    at timestamptz NOT NULL,
    heard_at timestamptz NOT NULL,
    PRIMARY KEY (merchant_id, carrier, key)
);
CREATE INDEX report_heard ON reach.report (merchant_id, heard_at);
SELECT base.protect('reach.report');
