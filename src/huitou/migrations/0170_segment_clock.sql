-- Time moves members: how far the clock has been followed, and who waits to be judged again.
CREATE TABLE segment.clock (
    merchant_id uuid PRIMARY KEY,
    swept_upto timestamptz NOT NULL,
    checked_at timestamptz,
    corrected_count bigint NOT NULL DEFAULT 0
) WITH (fillfactor = 20);
SELECT base.protect('segment.clock');

CREATE TABLE segment.due (
    merchant_id uuid NOT NULL,
    customer_id uuid NOT NULL,
    PRIMARY KEY (merchant_id, customer_id)
);
SELECT base.protect('segment.due');

-- Who has a fact of some age: purchases, events and the last sight are found by indexes there are.
-- Joining and birth are looked up in the facts: the state made of them changes with every event.
CREATE INDEX customer_created ON identity.customer (merchant_id, created_at);
CREATE INDEX seen_joined ON profile.seen (merchant_id, joined_at) WHERE joined_at IS NOT NULL;
CREATE INDEX description_joined ON profile.description (merchant_id, joined_on) WHERE joined_on IS NOT NULL;
CREATE INDEX description_birth ON profile.description (merchant_id, birth_month) WHERE birth_month IS NOT NULL;
