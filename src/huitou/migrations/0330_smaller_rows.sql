-- What a customer takes on the disk (decision 27). Indexes find; what is found is few enough to be sorted.
-- Where an index has no other column than those sought, PostgreSQL writes equal keys once.

-- One statement writes an order with its lines, and the order is there once: a line is too.
ALTER TABLE "order".line DROP CONSTRAINT line_pkey;
CREATE INDEX line_order ON "order".line (merchant_id, order_id);
ALTER TABLE "order".line SET (fillfactor = 100);

DROP INDEX "order".purchase_customer, "order".purchase_paid_at;
CREATE INDEX purchase_customer ON "order".purchase (merchant_id, customer_id);
CREATE INDEX purchase_paid_at ON "order".purchase (merchant_id, paid_at);

-- Three indexes that each held the last sight were written anew whenever somebody was seen: one is.
DROP INDEX profile.customer_home, profile.customer_owner, profile.customer_recent;
CREATE INDEX customer_home ON profile.customer (merchant_id, home_unit_id);
CREATE INDEX customer_owner ON profile.customer (merchant_id, owner_staff_id);
CREATE INDEX customer_recent ON profile.customer (merchant_id, last_seen_at);

ALTER TABLE profile.tag DROP CONSTRAINT tag_pkey;
DROP INDEX profile.tag_name;
ALTER TABLE profile.tag ADD PRIMARY KEY (merchant_id, name, customer_id);
CREATE INDEX tag_customer ON profile.tag (merchant_id, customer_id);

-- Room for one more version of a few rows a page, not of a third of them.
ALTER TABLE profile.customer SET (fillfactor = 90);
ALTER TABLE profile.seen SET (fillfactor = 95);
ALTER TABLE "order".purchase SET (fillfactor = 95);
ALTER TABLE "order".total SET (fillfactor = 95);
ALTER TABLE "order".category_total SET (fillfactor = 95);
