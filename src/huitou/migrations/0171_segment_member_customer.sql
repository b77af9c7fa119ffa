-- Who was a member of what is asked by customer, for all segments at once.
DROP INDEX segment.member_customer;
CREATE INDEX member_customer ON segment.member (merchant_id, customer_id, segment_id);
