-- What publishing a draft would do, counted in the background. tally: [kind of bar, code, customers]; loads: how many
-- tasks each associate would have so far, which decides who covers for somebody away.
CREATE TABLE campaign.estimate (
    merchant_id uuid NOT NULL,
    id uuid NOT NULL,
    campaign_id uuid NOT NULL,
    version int NOT NULL,
    state text NOT NULL CHECK (state IN ('running', 'done', 'cancelled')),
    candidates int NOT NULL,
    decided int NOT NULL DEFAULT 0,
    tally jsonb NOT NULL DEFAULT '[]',
    loads jsonb NOT NULL DEFAULT '{}',
    begun_by text NOT NULL,
    begun_at timestamptz NOT NULL,
    ended_at timestamptz,
    PRIMARY KEY (merchant_id, id),
    FOREIGN KEY (merchant_id, campaign_id) REFERENCES campaign.campaign (merchant_id, id)
) WITH (fillfactor = 50);
CREATE INDEX estimate_campaign ON campaign.estimate (merchant_id, campaign_id, id);
CREATE INDEX estimate_running ON campaign.estimate (merchant_id) WHERE state = 'running';
SELECT base.protect('campaign.estimate');

-- Whom an estimate still has to decide about; empty once it is over.
CREATE TABLE campaign.estimated (
    merchant_id uuid NOT NULL,
    estimate_id uuid NOT NULL,
    no int NOT NULL,
    customer_id uuid NOT NULL,
    opportunity_id uuid,
    PRIMARY KEY (merchant_id, estimate_id, no),
    FOREIGN KEY (merchant_id, estimate_id) REFERENCES campaign.estimate (merchant_id, id)
);
SELECT base.protect('campaign.estimated');
