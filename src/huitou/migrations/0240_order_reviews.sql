-- A review may be of one line, tell of the service and why, and take the place of an earlier one.
ALTER TABLE "order".review
    ADD COLUMN line_no int,
    ADD COLUMN service_rating int,
    ADD COLUMN reasons text[] NOT NULL DEFAULT '{}',
    ADD COLUMN staff_id uuid;
CREATE INDEX review_order ON "order".review (merchant_id, unit_id, order_no, position);
CREATE INDEX review_newest ON "order".review (merchant_id, reviewed_at, position);
