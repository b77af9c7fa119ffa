-- What a tier's privileges gave out: once a customer, gift and period, whatever comes twice.
CREATE TABLE benefit.tier_gift (
    merchant_id uuid NOT NULL,
    customer_id uuid NOT NULL,
    gift text NOT NULL,
    period text NOT NULL,
    tier text NOT NULL,
    outcome text NOT NULL,
    at timestamptz NOT NULL,
    PRIMARY KEY (merchant_id, customer_id, gift, period)
);
SELECT base.protect('benefit.tier_gift', 'SELECT, INSERT, UPDATE');
