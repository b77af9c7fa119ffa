-- Messages that wait for the customer's own hour. hours: how often those whom the campaign is about opened and bought in
-- each hour of the week, Monday's first hour first; fixed when it begins.
ALTER TABLE campaign.campaign
    ADD COLUMN send_time text NOT NULL DEFAULT 'now' CHECK (send_time IN ('now', 'habit')),
    ADD COLUMN window_hours int NOT NULL DEFAULT 24 CHECK (window_hours BETWEEN 1 AND 72),
    ADD COLUMN hours int[] CHECK (cardinality(hours) = 168);
