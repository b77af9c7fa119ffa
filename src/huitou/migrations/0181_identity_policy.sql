-- Where a customer began: the event that made it. The same event makes the same customer again when
-- the log is resolved anew under another rule. NULL: made by a person's split.
ALTER TABLE identity.customer ADD COLUMN origin_position bigint;
UPDATE identity.customer c SET origin_position = r.position
FROM (SELECT merchant_id, customer_id, min(position) AS position
      FROM identity.resolved WHERE via_id IS NOT NULL GROUP BY merchant_id, customer_id) r
WHERE r.merchant_id = c.merchant_id AND r.customer_id = c.id;

-- When a phone was last seen, to the month: a number may have been given to somebody else since.
ALTER TABLE identity.link ADD COLUMN seen_at timestamptz;
UPDATE identity.link SET seen_at = linked_at WHERE kind = 'phone';
CREATE INDEX link_quarantine ON identity.link (merchant_id, identifier_id) WHERE quarantine IS NOT NULL;

-- The rule by which identifiers join customers, every one that was in force: the newest is.
CREATE TABLE identity.policy (
    merchant_id uuid NOT NULL,
    version int NOT NULL,
    policy jsonb NOT NULL,
    at timestamptz NOT NULL,
    by text NOT NULL,
    PRIMARY KEY (merchant_id, version)
);
SELECT base.protect('identity.policy', 'SELECT, INSERT');

-- What a person said of a quarantine: lifted (speaks for its customer again and stays so) or confirmed.
CREATE TABLE identity.verdict (
    merchant_id uuid NOT NULL,
    identifier_id bigint NOT NULL,
    verdict text NOT NULL CHECK (verdict IN ('lifted', 'confirmed')),
    at timestamptz NOT NULL,
    by text NOT NULL,
    PRIMARY KEY (merchant_id, identifier_id)
);
SELECT base.protect('identity.verdict');

