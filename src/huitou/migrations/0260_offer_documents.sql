-- Offers: what people wrote, what was published of it, what orders took of it, and what every order cost.
SELECT base.open_schema('offer');

-- `document` is as it was last written, in `version`; what holds is the version `in_force`.
CREATE TABLE offer.offer (
    merchant_id uuid NOT NULL,
    id uuid NOT NULL,
    number int NOT NULL CHECK (number > 0),
    state text NOT NULL CHECK (state IN ('draft', 'published', 'paused', 'ended')),
    document jsonb NOT NULL,
    version int NOT NULL,
    in_force int,
    created_at timestamptz NOT NULL,
    published_at timestamptz,
    PRIMARY KEY (merchant_id, id),
    UNIQUE (merchant_id, number),
    CHECK ((in_force IS NULL) = (published_at IS NULL))
);
CREATE INDEX offer_published ON offer.offer (merchant_id, number) WHERE state = 'published';
SELECT base.protect('offer.offer', 'SELECT, INSERT, UPDATE');

-- What was published, never changed: proofs name versions. `until_at` is the document's, to leave out what is over.
CREATE TABLE offer.version (
    merchant_id uuid NOT NULL,
    offer_id uuid NOT NULL,
    version int NOT NULL,
    document jsonb NOT NULL,
    until_at timestamptz,
    at timestamptz NOT NULL,
    by text NOT NULL,
    PRIMARY KEY (merchant_id, offer_id, version),
    FOREIGN KEY (merchant_id, offer_id) REFERENCES offer.offer (merchant_id, id)
);
SELECT base.protect('offer.version', 'SELECT, INSERT');

-- The sum of an offer's uses that were not given back, in parts (`slot`, by the order's proof), so that orders
-- with one offer do not wait for each other. Only where there is a budget they do, by a lock of their own.
CREATE TABLE offer.tally (
    merchant_id uuid NOT NULL,
    offer_id uuid NOT NULL,
    slot int NOT NULL CHECK (slot BETWEEN 0 AND 15),
    orders bigint NOT NULL CHECK (orders >= 0),
    cost_fen bigint NOT NULL CHECK (cost_fen >= 0),
    PRIMARY KEY (merchant_id, offer_id, slot),
    FOREIGN KEY (merchant_id, offer_id) REFERENCES offer.offer (merchant_id, id)
) WITH (fillfactor = 20);
SELECT base.protect('offer.tally', 'SELECT, INSERT, UPDATE');

-- What an order cost and how that came about: cart, rules, decision and steps, with the hash of the rules and
-- the version of the arithmetic. `request` is the hash of what was asked, so that a repetition is told from
-- another order of the same number. Only whether it was cancelled, and who it was for, is ever changed.
CREATE TABLE offer.proof (
    merchant_id uuid NOT NULL,
    id uuid NOT NULL,
    unit_id uuid NOT NULL,
    order_no text NOT NULL,
    customer_id uuid,
    state text NOT NULL DEFAULT 'placed' CHECK (state IN ('placed', 'cancelled')),
    request bytea NOT NULL,
    rules_hash text NOT NULL,
    engine int NOT NULL,
    payable_fen bigint NOT NULL CHECK (payable_fen >= 0),
    document jsonb NOT NULL,
    placed_at timestamptz NOT NULL,
    cancelled_at timestamptz,
    by text NOT NULL,
    PRIMARY KEY (merchant_id, id),
    CHECK ((state = 'cancelled') = (cancelled_at IS NOT NULL))
);
CREATE UNIQUE INDEX proof_placed ON offer.proof (merchant_id, unit_id, order_no) WHERE state = 'placed';
CREATE INDEX proof_order ON offer.proof (merchant_id, unit_id, order_no, placed_at);
CREATE INDEX proof_customer ON offer.proof (merchant_id, customer_id) WHERE customer_id IS NOT NULL;
SELECT base.protect('offer.proof', 'SELECT, INSERT');
GRANT UPDATE (state, cancelled_at, customer_id) ON offer.proof TO huitou_app;

-- What an order took of an offer. It stays with the customer it was placed for; limits are counted over
-- whoever was merged.
CREATE TABLE offer.use (
    merchant_id uuid NOT NULL,
    proof_id uuid NOT NULL,
    offer_id uuid NOT NULL,
    version int NOT NULL,
    customer_id uuid,
    pieces int NOT NULL CHECK (pieces >= 0),
    cost_fen bigint NOT NULL CHECK (cost_fen >= 0),
    at timestamptz NOT NULL,
    given_back_at timestamptz,
    PRIMARY KEY (merchant_id, proof_id, offer_id),
    FOREIGN KEY (merchant_id, proof_id) REFERENCES offer.proof (merchant_id, id),
    FOREIGN KEY (merchant_id, offer_id, version) REFERENCES offer.version (merchant_id, offer_id, version)
);
CREATE INDEX use_customer ON offer.use (merchant_id, customer_id, offer_id) WHERE given_back_at IS NULL;
SELECT base.protect('offer.use', 'SELECT, INSERT, UPDATE');
