-- What a file says of customers whose event was not read yet: kept until it is, by the event's id.
CREATE TABLE profile.awaited (
    merchant_id uuid NOT NULL,
    event_id text NOT NULL,
    name_sealed bytea,
    name_blind bytea,
    gender text CHECK (gender IN ('female', 'male')),
    birth_month smallint CHECK (birth_month BETWEEN 1 AND 12),
    home_unit_id uuid,
    owner_staff_id uuid,
    joined_on date,
    no_profiling boolean NOT NULL,
    under_14 boolean NOT NULL,
    tags text[] NOT NULL,
    tag_source text,
    source text NOT NULL,
    at timestamptz NOT NULL,
    PRIMARY KEY (merchant_id, event_id)
);
CREATE INDEX awaited_at ON profile.awaited (merchant_id, at);
SELECT base.protect('profile.awaited');
