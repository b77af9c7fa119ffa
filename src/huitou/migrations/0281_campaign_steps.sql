-- A campaign is a chain of steps, and everybody's way through it is kept.

-- `steps`: as of `campaign.types.plans.Step`. `deadline`: of the associates; a draft that says it in minutes, and a
-- campaign without them, has none.
ALTER TABLE campaign.campaign
    ADD steps jsonb,
    ADD copies text NOT NULL DEFAULT 'one' CHECK (copies IN ('one', 'all')),
    ALTER deadline DROP NOT NULL;

-- What was a text for associates until a deadline, and perhaps an SMS after a grace, is two steps. The SMS was followed
-- for two days.
UPDATE campaign.campaign SET steps =
    jsonb_build_array(jsonb_build_object(
        'channel', 'wecom', 'text', copy, 'until', 'delivered', 'within_minutes', NULL,
        'deadline', to_char(deadline AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
        'grace_minutes', fallback -> 'grace_minutes', 'template', NULL, 'params', '{}'::jsonb))
    || CASE WHEN fallback IS NULL OR jsonb_typeof(fallback) = 'null' THEN '[]'::jsonb
       ELSE jsonb_build_array(jsonb_build_object(
        'channel', 'sms', 'text', fallback -> 'text', 'until', 'delivered', 'within_minutes', 2880,
        'deadline', NULL, 'grace_minutes', NULL, 'template', fallback -> 'template',
        'params', '{}'::jsonb)) END;

-- A customer's way through a step. They are in it while `outcome` is empty; `due_at` is when its time is over, `look_at`
-- when it is looked at next. `first_customer_id` as in campaign.candidate.
CREATE TABLE campaign.passage (
    merchant_id uuid NOT NULL,
    campaign_id uuid NOT NULL,
    first_customer_id uuid NOT NULL,
    step smallint NOT NULL CHECK (step BETWEEN 0 AND 5),
    message_id uuid,
    since timestamptz NOT NULL,
    due_at timestamptz NOT NULL,
    look_at timestamptz NOT NULL,
    left_at timestamptz,
    outcome text CHECK (outcome IN ('succeeded', 'blocked', 'failed', 'late', 'stopped')),
    code text,
    PRIMARY KEY (merchant_id, campaign_id, first_customer_id, step),
    CHECK ((outcome IS NULL) = (left_at IS NULL)),
    FOREIGN KEY (merchant_id, campaign_id, first_customer_id)
        REFERENCES campaign.candidate (merchant_id, campaign_id, first_customer_id)
) WITH (fillfactor = 80);
CREATE INDEX passage_look ON campaign.passage (merchant_id, campaign_id, look_at) WHERE outcome IS NULL;
CREATE INDEX passage_message ON campaign.passage (merchant_id, message_id) WHERE message_id IS NOT NULL;
SELECT base.protect('campaign.passage');

-- The associates' step of everyone who was treated.
INSERT INTO campaign.passage (merchant_id, campaign_id, first_customer_id, step, message_id, since, due_at, look_at,
    left_at, outcome, code)
SELECT c.merchant_id, c.campaign_id, c.first_customer_id, 0, t.message_id, c.at, e.closes_at, e.closes_at,
    CASE WHEN o.outcome IS NOT NULL THEN coalesce(t.sent_at, k.fell_back_at, k.ended_at, c.at) END, o.outcome,
    CASE WHEN o.outcome = 'stopped' THEN
            CASE WHEN t.state IN ('dismissed', 'cancelled') THEN coalesce(t.code, t.state)
                 WHEN t.state = 'closed_by_purchase' THEN 'bought' ELSE 'campaign_ended' END
         WHEN o.outcome IN ('late', 'blocked') THEN coalesce(c.reason, t.code, 'not_sent')
         WHEN o.outcome IS NULL THEN c.reason END
FROM campaign.candidate c
JOIN campaign.campaign k ON k.merchant_id = c.merchant_id AND k.id = c.campaign_id
LEFT JOIN associate.task t ON t.merchant_id = c.merchant_id AND t.id = c.task_id
LEFT JOIN merchant.setting s ON s.merchant_id = c.merchant_id AND s.unit_id IS NULL
    AND s.key = 'campaign.grace_minutes'
CROSS JOIN LATERAL (SELECT k.deadline + make_interval(mins =>
    coalesce((k.fallback ->> 'grace_minutes')::int, (s.value #>> '{}')::int, 60)) AS closes_at) e
CROSS JOIN LATERAL (SELECT CASE
    WHEN t.state = 'sent' THEN 'succeeded'
    WHEN c.message_id IS NOT NULL OR c.fallback_code IS NOT NULL
        THEN CASE WHEN t.id IS NULL OR t.state = 'blocked' THEN 'blocked' ELSE 'late' END
    WHEN t.state IN ('dismissed', 'closed_by_purchase') OR k.state = 'ended' THEN 'stopped'
    END AS outcome) o
WHERE c.arm = 'treated';

-- The SMS of those whom it took over.
INSERT INTO campaign.passage (merchant_id, campaign_id, first_customer_id, step, message_id, since, due_at, look_at,
    left_at, outcome, code)
SELECT c.merchant_id, c.campaign_id, c.first_customer_id, 1, c.message_id, e.at, e.at + interval '2 days',
    e.at + interval '2 days', CASE WHEN o.outcome IS NOT NULL THEN coalesce(m.delivered_at, e.at) END, o.outcome,
    CASE WHEN o.outcome = 'blocked' THEN c.fallback_code
         WHEN o.outcome = 'failed' THEN coalesce(m.failure, m.state)
         WHEN o.outcome = 'stopped' THEN 'campaign_ended' END
FROM campaign.candidate c
JOIN campaign.campaign k ON k.merchant_id = c.merchant_id AND k.id = c.campaign_id
LEFT JOIN reach.message m ON m.merchant_id = c.merchant_id AND m.id = c.message_id
CROSS JOIN LATERAL (SELECT coalesce(m.planned_at, k.fell_back_at, k.ended_at, c.at) AS at) e
CROSS JOIN LATERAL (SELECT CASE
    WHEN c.message_id IS NULL THEN 'blocked'
    WHEN m.state = 'delivered' THEN 'succeeded'
    WHEN m.state IN ('failed', 'cancelled') THEN 'failed'
    WHEN k.state = 'ended' THEN 'stopped'
    END AS outcome) o
WHERE c.arm = 'treated' AND k.fallback IS NOT NULL AND (c.message_id IS NOT NULL OR c.fallback_code IS NOT NULL);

ALTER TABLE campaign.campaign ALTER steps SET NOT NULL, DROP copy, DROP fallback, DROP fell_back_at;
ALTER TABLE campaign.candidate DROP message_id, DROP fallback_code;
