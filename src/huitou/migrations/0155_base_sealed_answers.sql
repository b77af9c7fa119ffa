-- Answers kept for Idempotency-Keys are sealed from here on; those kept before are not.
DELETE FROM base.idempotency;
