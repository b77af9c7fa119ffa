-- Notifications are listed without a customer too, the latest first.
CREATE INDEX notification_made ON reach.notification (merchant_id, made_at, id);
