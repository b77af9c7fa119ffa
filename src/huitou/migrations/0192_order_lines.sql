-- Lines are the most rows there are, and are written once: no query a row to see that their purchase
-- is there (one statement writes both), and indexes that only find. Questions over the whole base are
-- answered from the columnar copy.
ALTER TABLE "order".line DROP CONSTRAINT line_merchant_id_order_id_fkey;
DROP INDEX "order".line_category, "order".line_sku, "order".line_customer;
CREATE INDEX line_sku ON "order".line (merchant_id, sku);
CREATE INDEX line_customer ON "order".line (merchant_id, customer_id);
