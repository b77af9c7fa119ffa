-- The contact policy, every version of it; the last one holds.
CREATE TABLE reach.policy (
    merchant_id uuid NOT NULL,
    version int NOT NULL CHECK (version > 0),
    document jsonb NOT NULL,
    at timestamptz NOT NULL,
    by text NOT NULL,
    PRIMARY KEY (merchant_id, version)
);
SELECT base.protect('reach.policy', 'SELECT, INSERT');

-- What the two settings said that were there before.
INSERT INTO reach.policy (merchant_id, version, document, at, by)
SELECT merchant_id, 1,
    jsonb_build_object(
        'caps', jsonb_build_array(jsonb_build_object(
            'window', jsonb_build_object('kind', 'calendar', 'unit', 'day'),
            'limit', coalesce(max(value::text) FILTER (WHERE key = 'reach.daily_cap'), '1')::int)),
        'repeat_days', coalesce(max(value::text) FILTER (WHERE key = 'reach.repeat_days'), '7')::int),
    max(changed_at), 'setting'
FROM merchant.setting
WHERE key IN ('reach.daily_cap', 'reach.repeat_days') AND unit_id IS NULL
GROUP BY merchant_id;
DELETE FROM merchant.setting WHERE key IN ('reach.daily_cap', 'reach.repeat_days');

-- What caps count a message under; and until when quiet hours hold it back.
ALTER TABLE reach.message ADD category text NOT NULL DEFAULT 'promotion', ADD not_before timestamptz;
