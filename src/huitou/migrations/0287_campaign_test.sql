-- Tests of a campaign's words: who sent one over which channel, and the message or card it became. To whom is sealed
-- in the message alone.
CREATE TABLE campaign.test (
    merchant_id uuid NOT NULL,
    id uuid NOT NULL,
    campaign_id uuid NOT NULL,
    channel text NOT NULL,
    sent_by text NOT NULL,
    sent_at timestamptz NOT NULL,
    PRIMARY KEY (merchant_id, id),
    FOREIGN KEY (merchant_id, campaign_id) REFERENCES campaign.campaign (merchant_id, id)
);
CREATE INDEX test_campaign ON campaign.test (merchant_id, campaign_id, id);
CREATE INDEX test_sender ON campaign.test (merchant_id, sent_by, sent_at);
SELECT base.protect('campaign.test');
