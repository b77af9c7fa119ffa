-- What merchants call the kinds of messages that caps may count apart; without a row those of the product hold.
CREATE TABLE reach.category (
    merchant_id uuid NOT NULL,
    code text NOT NULL CHECK (code ~ '^[a-z0-9][a-z0-9_-]{0,31}$'),
    zh text NOT NULL,
    en text NOT NULL,
    place int NOT NULL,
    PRIMARY KEY (merchant_id, code)
);
SELECT base.protect('reach.category');

ALTER TABLE campaign.campaign ADD COLUMN category text NOT NULL DEFAULT 'promotion';
ALTER TABLE associate.task ADD COLUMN category text NOT NULL DEFAULT 'promotion';
