-- Who asks to come in by a phone number. The number is sealed, and goes with the row after a day.
-- `position` is that of the events which say that the number was proven: identity says whose it is.
CREATE TABLE member.door (
    merchant_id uuid NOT NULL,
    id uuid NOT NULL,
    phone_blind bytea NOT NULL,
    phone_sealed bytea NOT NULL,
    code_hash bytea NOT NULL,
    unit_id uuid,
    wants_sms boolean NOT NULL,
    state text NOT NULL DEFAULT 'planned' CHECK (state IN ('planned', 'in_flight', 'sent', 'failed')),
    attempts int NOT NULL DEFAULT 0,
    asked_at timestamptz NOT NULL,
    position bigint,
    PRIMARY KEY (merchant_id, id)
);
CREATE INDEX door_phone ON member.door (merchant_id, phone_blind, asked_at);
CREATE INDEX door_asked ON member.door (merchant_id, asked_at);
SELECT base.protect('member.door');
