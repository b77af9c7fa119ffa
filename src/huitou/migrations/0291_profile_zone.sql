-- Where a customer's clock is, as an IANA name; NULL: where the merchant's is. `zone_at`: said, or taken back, then;
-- of customers who are one the latest word counts.
ALTER TABLE profile.description ADD COLUMN zone text, ADD COLUMN zone_at timestamptz;
ALTER TABLE profile.awaited ADD COLUMN zone text;
ALTER TABLE profile.customer ADD COLUMN zone text;
