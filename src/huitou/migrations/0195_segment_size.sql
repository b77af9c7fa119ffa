-- How large each segment was: noted when it changed and once a day; a week later, once a day.
CREATE TABLE segment.size (
    merchant_id uuid NOT NULL,
    segment_id uuid NOT NULL,
    at timestamptz NOT NULL,
    member_count int NOT NULL,
    PRIMARY KEY (merchant_id, segment_id, at),
    FOREIGN KEY (merchant_id, segment_id) REFERENCES segment.segment (merchant_id, id)
);
SELECT base.protect('segment.size');
