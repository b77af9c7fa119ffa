-- How providers' calls went, by the hour: how many were taken, how many refused and why the last one was, and how long what they told of had been over by then.
CREATE TABLE reach.callback_hour (
    merchant_id uuid NOT NULL,
    carrier text NOT NULL,
    hour timestamptz NOT NULL,
    accepted bigint NOT NULL DEFAULT 0,
    refused bigint NOT NULL DEFAULT 0,
    accepted_at timestamptz,
    refused_at timestamptz,
    refusal text,
    refusal_zh text,
    refusal_en text,
    told bigint NOT NULL DEFAULT 0,
    lag_ms bigint NOT NULL DEFAULT 0,
    lag_ms_max bigint NOT NULL DEFAULT 0,
    PRIMARY KEY (merchant_id, carrier, hour)
) WITH (fillfactor = 50);
SELECT base.protect('reach.callback_hour');

-- What a provider has and has not told of yet.
CREATE INDEX message_awaited ON reach.message (merchant_id, carrier, submitted_at)
    WHERE state IN ('submitted', 'unknown');
