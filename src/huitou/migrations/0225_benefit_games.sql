-- Games: check-in streaks and lucky wheels. What was published is never changed; every play keeps
-- what anybody needs to work its draw out again.

CREATE TABLE benefit.game (
    merchant_id uuid NOT NULL,
    id uuid NOT NULL,
    kind text NOT NULL CHECK (kind IN ('check_in', 'wheel')),
    state text NOT NULL CHECK (state IN ('draft', 'published', 'stopped')),
    revision int NOT NULL DEFAULT 1,
    document jsonb NOT NULL,
    rules_hash bytea,
    starts_at timestamptz NOT NULL,
    ends_at timestamptz NOT NULL,
    created_at timestamptz NOT NULL,
    created_by text NOT NULL,
    published_at timestamptz,
    published_by text,
    stopped_at timestamptz,
    stop_reason text,
    PRIMARY KEY (merchant_id, id),
    CHECK ((state = 'draft') = (published_at IS NULL)),
    CHECK ((state = 'draft') = (rules_hash IS NULL))
);
CREATE INDEX game_open ON benefit.game (merchant_id, ends_at) WHERE state = 'published';
SELECT base.protect('benefit.game');

-- SAMR order 32: what was announced is not changed once it has begun.
CREATE FUNCTION benefit.keep_published_game() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.state <> 'draft' AND (TG_OP = 'DELETE' OR
        (NEW.document, NEW.rules_hash, NEW.starts_at, NEW.ends_at, NEW.published_at)
        IS DISTINCT FROM (OLD.document, OLD.rules_hash, OLD.starts_at, OLD.ends_at, OLD.published_at)
    ) THEN
        RAISE EXCEPTION 'a published game is not changed' USING ERRCODE = 'HT006';
    END IF;
    RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
END
$$;
CREATE TRIGGER keep_published BEFORE UPDATE OR DELETE ON benefit.game
FOR EACH ROW EXECUTE FUNCTION benefit.keep_published_game();

-- The secret of a day, told by its hash before the first play and itself when the day is over.
CREATE TABLE benefit.game_seed (
    merchant_id uuid NOT NULL,
    game_id uuid NOT NULL,
    day date NOT NULL,
    sealed bytea NOT NULL,
    hash bytea NOT NULL,
    committed_at timestamptz NOT NULL,
    reveals_at timestamptz NOT NULL,
    PRIMARY KEY (merchant_id, game_id, day),
    FOREIGN KEY (merchant_id, game_id) REFERENCES benefit.game (merchant_id, id)
);
SELECT base.protect('benefit.game_seed', 'SELECT, INSERT');

CREATE TABLE benefit.game_play (
    merchant_id uuid NOT NULL,
    id uuid NOT NULL,
    game_id uuid NOT NULL,
    customer_id uuid NOT NULL,
    ref text NOT NULL,
    number int NOT NULL,
    day date NOT NULL,
    message text NOT NULL,
    roll int NOT NULL CHECK (roll BETWEEN 0 AND 9999),
    drawn text NOT NULL,
    given text NOT NULL,
    outcome text NOT NULL,
    at timestamptz NOT NULL,
    handed_at timestamptz,
    handed_by text,
    PRIMARY KEY (merchant_id, id),
    UNIQUE (merchant_id, game_id, customer_id, ref),
    UNIQUE (merchant_id, game_id, message),
    FOREIGN KEY (merchant_id, game_id, day) REFERENCES benefit.game_seed (merchant_id, game_id, day)
);
CREATE INDEX game_play_at ON benefit.game_play (merchant_id, game_id, at DESC, id DESC);
CREATE INDEX game_play_customer ON benefit.game_play (merchant_id, customer_id, at DESC);
SELECT base.protect('benefit.game_play', 'SELECT, INSERT, UPDATE');

CREATE TABLE benefit.game_share (
    merchant_id uuid NOT NULL,
    game_id uuid NOT NULL,
    customer_id uuid NOT NULL,
    day date NOT NULL,
    ref text NOT NULL,
    at timestamptz NOT NULL,
    PRIMARY KEY (merchant_id, game_id, customer_id, ref),
    FOREIGN KEY (merchant_id, game_id) REFERENCES benefit.game (merchant_id, id)
);
SELECT base.protect('benefit.game_share', 'SELECT, INSERT, DELETE');

CREATE TABLE benefit.check_in (
    merchant_id uuid NOT NULL,
    game_id uuid NOT NULL,
    customer_id uuid NOT NULL,
    day date NOT NULL,
    streak int NOT NULL,
    points int NOT NULL,
    at timestamptz NOT NULL,
    PRIMARY KEY (merchant_id, game_id, customer_id, day),
    FOREIGN KEY (merchant_id, game_id) REFERENCES benefit.game (merchant_id, id)
);
SELECT base.protect('benefit.check_in', 'SELECT, INSERT, DELETE');
