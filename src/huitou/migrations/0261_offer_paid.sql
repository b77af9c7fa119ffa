-- An order with a proof is paid when the order room has it; what is neither paid nor cancelled is given up after
-- some days, so that limits and budgets do not wait for ever.
ALTER TABLE offer.proof DROP CONSTRAINT proof_state_check;
ALTER TABLE offer.proof ADD CONSTRAINT proof_state_check CHECK (state IN ('placed', 'paid', 'cancelled'));
DROP INDEX offer.proof_placed;
CREATE UNIQUE INDEX proof_standing ON offer.proof (merchant_id, unit_id, order_no) WHERE state <> 'cancelled';
CREATE INDEX proof_unpaid ON offer.proof (merchant_id, placed_at) WHERE state = 'placed';
