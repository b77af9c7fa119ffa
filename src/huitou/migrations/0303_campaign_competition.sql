-- Campaigns compete for their customers' places: what each is worth, and what it may spend.
ALTER TABLE campaign.campaign
    ADD priority int NOT NULL DEFAULT 3 CHECK (priority BETWEEN 1 AND 5),
    ADD budget_fen bigint CHECK (budget_fen >= 0),
    ADD share_bp int NOT NULL DEFAULT 100 CHECK (share_bp BETWEEN 0 AND 10000),
    ADD holds_ahead boolean NOT NULL DEFAULT false,
    ADD per_hour int CHECK (per_hour >= 60),
    ADD next_chunk_at timestamptz;

-- Mailings that are decided about together: all of one round have its id.
ALTER TABLE reach.mailing ADD round_id uuid;
