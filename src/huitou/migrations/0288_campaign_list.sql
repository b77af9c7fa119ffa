-- Customers named by a file: whom the lines led to, and sealed the lines that led nowhere (kept 30 days). A member stays
-- with the customer it was found for; who answers for them is asked when it is used.
CREATE TABLE campaign.list (
    merchant_id uuid NOT NULL,
    id uuid NOT NULL,
    name text NOT NULL,
    lines int NOT NULL,
    found int NOT NULL,
    unknown int NOT NULL,
    repeated int NOT NULL,
    quarantined int NOT NULL,
    errors_sealed bytea,
    created_by text NOT NULL,
    created_at timestamptz NOT NULL,
    PRIMARY KEY (merchant_id, id),
    CHECK (lines = found + unknown + repeated + quarantined)
);
SELECT base.protect('campaign.list');

CREATE TABLE campaign.list_member (
    merchant_id uuid NOT NULL,
    list_id uuid NOT NULL,
    customer_id uuid NOT NULL,
    PRIMARY KEY (merchant_id, list_id, customer_id),
    FOREIGN KEY (merchant_id, list_id) REFERENCES campaign.list (merchant_id, id),
    FOREIGN KEY (merchant_id, customer_id) REFERENCES identity.customer (merchant_id, id)
);
CREATE INDEX list_member_customer ON campaign.list_member (merchant_id, customer_id);
SELECT base.protect('campaign.list_member');
