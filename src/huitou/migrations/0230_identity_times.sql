-- Who was merged, set free or split lately.
CREATE INDEX merging_at ON identity.merging (merchant_id, at);
CREATE INDEX merging_undone ON identity.merging (merchant_id, undone_at) WHERE undone_at IS NOT NULL;
CREATE INDEX move_at ON identity.move (merchant_id, at);
