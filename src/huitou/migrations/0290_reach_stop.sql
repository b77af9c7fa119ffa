-- Emergency stops: from the commit on nothing in their scope is handed to a channel. `is_total` holds transactional
-- messages as well; `take_back`: what associates have not confirmed is asked back.
CREATE TABLE reach.stop (
    merchant_id uuid NOT NULL,
    id uuid NOT NULL,
    scope text NOT NULL CHECK (scope IN ('everything', 'channel', 'campaign')),
    channel text CHECK ((channel IS NOT NULL) = (scope = 'channel')),
    campaign_id uuid CHECK ((campaign_id IS NOT NULL) = (scope = 'campaign')),
    is_total boolean NOT NULL CHECK (NOT is_total OR scope = 'everything'),
    take_back boolean NOT NULL,
    reason text NOT NULL,
    since timestamptz NOT NULL,
    by text NOT NULL,
    lifted_at timestamptz,
    lifted_by text,
    PRIMARY KEY (merchant_id, id)
);
CREATE UNIQUE INDEX stop_in_force
    ON reach.stop (merchant_id, scope, coalesce(channel, ''), coalesce(campaign_id, merchant_id))
    WHERE lifted_at IS NULL;
SELECT base.protect('reach.stop');

-- `held_by`: the stop that a claim came upon; it waits until that one is lifted, and no sooner is it looked after.
-- `expires_at`: then it is too late to send it.
ALTER TABLE reach.message
    ADD COLUMN held_by uuid,
    ADD COLUMN IF NOT EXISTS expires_at timestamptz;
CREATE INDEX message_flying ON reach.message (merchant_id, submitted_at) WHERE state = 'in_flight';
CREATE INDEX message_held ON reach.message (merchant_id, held_by, planned_at) WHERE held_by IS NOT NULL;
DROP INDEX reach.message_stuck;
CREATE INDEX message_stuck ON reach.message (merchant_id, planned_at)
    WHERE state IN ('planned', 'in_flight') AND held_by IS NULL;

-- Order state, pick-up codes, verification: what a customer has asked for by what they did.
ALTER TABLE reach.message DROP CONSTRAINT message_purpose_check,
    ADD CONSTRAINT message_purpose_check CHECK (purpose IN ('marketing', 'service', 'transactional'));
