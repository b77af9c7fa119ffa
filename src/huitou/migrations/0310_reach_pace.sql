-- How fast a channel's account may be called: when the next call may begin, and until when sets that came too early are put off.
CREATE TABLE reach.pace (
    merchant_id uuid NOT NULL,
    carrier text NOT NULL,
    next_at timestamptz NOT NULL,
    later_at timestamptz NOT NULL,
    PRIMARY KEY (merchant_id, carrier)
);
SELECT base.protect('reach.pace');
