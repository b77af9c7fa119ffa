SELECT base.open_schema('commission');

-- What a credited order earns an associate. Money itself is in the ledger: transaction_id gave it,
-- reversals of that transaction took reversed_fen back.
CREATE TABLE commission.line (
    merchant_id uuid NOT NULL,
    id uuid NOT NULL,
    credit_id uuid NOT NULL,
    staff_id uuid NOT NULL,
    order_id uuid NOT NULL,
    customer_id uuid,
    unit_id uuid NOT NULL,
    campaign_id uuid,
    rate_bp int NOT NULL,
    base_fen bigint NOT NULL,
    amount_fen bigint NOT NULL,
    reversed_fen bigint NOT NULL DEFAULT 0,
    state text NOT NULL DEFAULT 'pending' CHECK (state IN ('pending', 'settleable', 'reversed')),
    at timestamptz NOT NULL,
    transaction_id uuid,
    PRIMARY KEY (merchant_id, id),
    UNIQUE (merchant_id, credit_id),
    CHECK (reversed_fen BETWEEN 0 AND amount_fen),
    FOREIGN KEY (merchant_id, credit_id) REFERENCES attribution.credit (merchant_id, id),
    FOREIGN KEY (merchant_id, transaction_id) REFERENCES benefit.transaction (merchant_id, id)
) WITH (fillfactor = 80);
CREATE INDEX line_at ON commission.line (merchant_id, at DESC, id);
CREATE INDEX line_staff ON commission.line (merchant_id, staff_id, at);
CREATE INDEX line_customer ON commission.line (merchant_id, customer_id);
CREATE INDEX line_pending ON commission.line (merchant_id, at) WHERE state = 'pending';
SELECT base.protect('commission.line', 'SELECT, INSERT, UPDATE');
