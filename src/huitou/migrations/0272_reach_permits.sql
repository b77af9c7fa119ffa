-- What customers open up on platforms that count: a row for each message they allow. `subject` is a
-- template of a mini program, or empty for the window of an official account, which ends at `until`.
-- `message_id`: used up by this message.
CREATE TABLE reach.permit (
    merchant_id uuid NOT NULL,
    id uuid NOT NULL,
    carrier text NOT NULL,
    identifier_id bigint NOT NULL,
    subject text NOT NULL,
    until timestamptz,
    given_at timestamptz NOT NULL,
    message_id uuid,
    PRIMARY KEY (merchant_id, id)
);
CREATE INDEX permit_free ON reach.permit (merchant_id, identifier_id, carrier, subject)
    WHERE message_id IS NULL;
CREATE UNIQUE INDEX permit_message ON reach.permit (merchant_id, message_id) WHERE message_id IS NOT NULL;
SELECT base.protect('reach.permit');
