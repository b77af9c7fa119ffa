-- In which order candidates are decided about: whoever is worth most first, where associates have tasks enough.
ALTER TABLE campaign.candidate ADD place int NOT NULL DEFAULT 0;
CREATE INDEX candidate_pending ON campaign.candidate (merchant_id, campaign_id, place, first_customer_id)
    WHERE arm = 'pending';
