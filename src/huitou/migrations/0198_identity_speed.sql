-- Customers are never deleted (nobody is granted it), and whoever writes a link takes its customer from
-- this table in the same transaction. Looking it up again for every row, and locking it, cost more than
-- writing the link.
ALTER TABLE identity.link DROP CONSTRAINT link_merchant_id_customer_id_fkey;
