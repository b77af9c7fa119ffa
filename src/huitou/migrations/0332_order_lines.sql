-- Of all rows lines are the most. Where and through what channel one was bought its order says; and no
-- column waits for the next multiple of eight (decision 28).
CREATE TABLE "order".line_anew (
    merchant_id uuid NOT NULL,
    order_id uuid NOT NULL,
    customer_id uuid,
    paid_at timestamptz NOT NULL,
    list_fen bigint NOT NULL,
    paid_fen bigint NOT NULL,
    refunded_fen bigint NOT NULL DEFAULT 0,
    quantity bigint NOT NULL,
    refunded_quantity bigint NOT NULL DEFAULT 0,
    line_no int NOT NULL,
    is_first_of_category boolean NOT NULL,
    sku text NOT NULL,
    category_code text NOT NULL
) WITH (fillfactor = 100);
INSERT INTO "order".line_anew
SELECT merchant_id, order_id, customer_id, paid_at, list_fen, paid_fen, refunded_fen, quantity,
       refunded_quantity, line_no, is_first_of_category, sku, category_code
FROM "order".line;
DROP TABLE "order".line;
ALTER TABLE "order".line_anew RENAME TO line;
ALTER TABLE "order".line
    ADD CONSTRAINT line_refunded_fen CHECK (refunded_fen >= 0 AND refunded_fen <= paid_fen),
    ADD CONSTRAINT line_refunded_quantity
        CHECK (refunded_quantity >= 0 AND refunded_quantity <= quantity);
CREATE INDEX line_order ON "order".line (merchant_id, order_id);
CREATE INDEX line_customer ON "order".line (merchant_id, customer_id);
CREATE INDEX line_sku ON "order".line (merchant_id, sku);
SELECT base.protect('"order".line');
SELECT base.feed('"order".line', 'order.order', 'order_id', '{update,delete}');
ANALYZE "order".line;
