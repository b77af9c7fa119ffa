-- Whose job died is found by the moment since which nothing happened: what waits for an hour of the day is passed by.
DROP INDEX reach.message_stuck;
CREATE INDEX message_stuck ON reach.message (merchant_id, (greatest(planned_at, submitted_at, not_before)))
    WHERE state IN ('planned', 'in_flight') AND held_by IS NULL;
