-- One-off work: whom, with what, until when, and what if nobody does it.
SELECT base.open_schema('campaign');

-- copy, sms_copy: templates. skus: the fixed product list. counts: what publishing decided, by arm.
CREATE TABLE campaign.campaign (
    merchant_id uuid NOT NULL,
    id uuid NOT NULL,
    name text NOT NULL,
    kind text NOT NULL CHECK (kind IN ('care')),
    source jsonb NOT NULL,
    goal text NOT NULL,
    copy text NOT NULL,
    product_mode text NOT NULL CHECK (product_mode IN ('personal', 'fixed', 'none')),
    skus text[] NOT NULL,
    deadline timestamptz NOT NULL,
    fallback jsonb,
    holdout_bp int NOT NULL CHECK (holdout_bp BETWEEN 0 AND 5000),
    salt text NOT NULL,
    state text NOT NULL DEFAULT 'draft'
        CHECK (state IN ('draft', 'publishing', 'live', 'paused', 'ended')),
    version int NOT NULL DEFAULT 1,
    created_by text NOT NULL,
    created_at timestamptz NOT NULL,
    published_at timestamptz,
    ended_at timestamptz,
    urged_at timestamptz,
    fell_back_at timestamptz,
    PRIMARY KEY (merchant_id, id)
) WITH (fillfactor = 80);
CREATE INDEX campaign_state ON campaign.campaign (merchant_id, state, deadline);
SELECT base.protect('campaign.campaign');

-- Everyone the source named at publishing, also who was held out or left out, with the reason.
-- first_customer_id never changes, so that a merge can be taken back.
CREATE TABLE campaign.candidate (
    merchant_id uuid NOT NULL,
    campaign_id uuid NOT NULL,
    first_customer_id uuid NOT NULL,
    customer_id uuid NOT NULL,
    arm text NOT NULL CHECK (arm IN ('pending', 'treated', 'holdout', 'excluded')),
    reason text,
    staff_id uuid,
    opportunity_id uuid,
    task_id uuid,
    message_id uuid,
    fallback_code text,
    at timestamptz NOT NULL,
    PRIMARY KEY (merchant_id, campaign_id, first_customer_id),
    FOREIGN KEY (merchant_id, campaign_id) REFERENCES campaign.campaign (merchant_id, id),
    FOREIGN KEY (merchant_id, customer_id) REFERENCES identity.customer (merchant_id, id)
) WITH (fillfactor = 80);
CREATE INDEX candidate_arm
    ON campaign.candidate (merchant_id, campaign_id, arm, reason, first_customer_id);
CREATE INDEX candidate_customer ON campaign.candidate (merchant_id, customer_id, campaign_id);
CREATE INDEX candidate_first_customer ON campaign.candidate (merchant_id, first_customer_id);
SELECT base.protect('campaign.candidate');
