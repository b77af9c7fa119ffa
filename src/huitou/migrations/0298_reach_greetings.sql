-- The greeting of a new friend: its code lives 20 seconds and works once, so it is tried once, and
-- what came of it is kept. `key` is that of the callback. `code_id`: the contact-way code they came by.
CREATE TABLE reach.greeting (
    merchant_id uuid NOT NULL,
    key text NOT NULL,
    code_id uuid,
    staff_id uuid,
    at timestamptz NOT NULL,
    state text NOT NULL CHECK (state IN ('sending', 'sent', 'failed', 'unknown')),
    failure text,
    settled_at timestamptz,
    PRIMARY KEY (merchant_id, key)
);
CREATE INDEX greeting_code ON reach.greeting (merchant_id, code_id, at DESC) WHERE code_id IS NOT NULL;
CREATE INDEX greeting_sending ON reach.greeting (merchant_id, at) WHERE state = 'sending';
SELECT base.protect('reach.greeting');
