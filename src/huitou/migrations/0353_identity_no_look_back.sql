-- Customers are never deleted, so whom they were merged into is there: to check it cost every new
-- customer a trigger.

ALTER TABLE identity.customer DROP CONSTRAINT customer_merchant_id_merged_into_fkey;
