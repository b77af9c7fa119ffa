-- Campaigns that begin at a moment of their own, and those that wait for a second person. Who decides is in
-- `benefit.approval`; approval_id stays after the decision. approved_count: so many candidates were approved.
-- not_started: why a campaign that was to begin by itself is a draft again.
ALTER TABLE campaign.campaign DROP CONSTRAINT campaign_state_check;
ALTER TABLE campaign.campaign ADD CONSTRAINT campaign_state_check
    CHECK (state IN ('draft', 'waiting', 'scheduled', 'publishing', 'live', 'paused', 'ended'));
ALTER TABLE campaign.campaign
    ADD COLUMN starts_at timestamptz,
    ADD COLUMN approval_id uuid,
    ADD COLUMN approved_count int,
    ADD COLUMN not_started jsonb;
CREATE INDEX campaign_starts ON campaign.campaign (merchant_id, starts_at) WHERE state = 'scheduled';
