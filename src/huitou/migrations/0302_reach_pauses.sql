-- A paused campaign holds its messages as a stop does, without being an emergency.
ALTER TABLE reach.stop ADD kind text NOT NULL DEFAULT 'emergency' CHECK (kind IN ('emergency', 'pause'));
DROP INDEX reach.stop_in_force;
CREATE UNIQUE INDEX stop_in_force
    ON reach.stop (merchant_id, kind, scope, coalesce(channel, ''), coalesce(campaign_id, merchant_id))
    WHERE lifted_at IS NULL;
