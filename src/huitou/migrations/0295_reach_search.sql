-- Search of messages: what is rare is found by an index of its own, what is common is met soon among the recent ones.
-- None but the channel's is written when a wave of marketing is planned.
CREATE INDEX message_channel ON reach.message (merchant_id, channel, planned_at DESC, id DESC);
CREATE INDEX message_state ON reach.message (merchant_id, state, planned_at DESC, id DESC)
    WHERE state IN ('in_flight', 'unknown', 'submitted', 'waiting', 'cancelled', 'failed');
CREATE INDEX message_failure ON reach.message (merchant_id, failure, planned_at DESC, id DESC)
    WHERE failure IS NOT NULL;
CREATE INDEX message_category ON reach.message (merchant_id, category, planned_at DESC, id DESC)
    WHERE category <> 'promotion';
CREATE INDEX message_purpose ON reach.message (merchant_id, purpose, planned_at DESC, id DESC)
    WHERE purpose <> 'marketing';
