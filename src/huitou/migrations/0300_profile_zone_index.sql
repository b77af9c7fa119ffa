-- Customers with a clock of their own are few, and asked for together.
CREATE INDEX customer_zone ON profile.customer (merchant_id, customer_id) WHERE zone IS NOT NULL;
