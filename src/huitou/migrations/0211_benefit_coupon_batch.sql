-- Codes made in one go for printing: what a file of codes holds.
CREATE TABLE benefit.coupon_batch (
    merchant_id uuid NOT NULL,
    id uuid NOT NULL,
    template_id uuid NOT NULL,
    first bigint NOT NULL,
    last bigint NOT NULL,
    made_at timestamptz NOT NULL,
    by text NOT NULL,
    PRIMARY KEY (merchant_id, id),
    CHECK (first BETWEEN 1 AND last),
    FOREIGN KEY (merchant_id, template_id) REFERENCES benefit.coupon_template (merchant_id, id)
);
CREATE INDEX batch_template ON benefit.coupon_batch (merchant_id, template_id, first);
SELECT base.protect('benefit.coupon_batch', 'SELECT, INSERT');
