-- An offer whose publishing waits for a second person. Who decides is in `benefit.approval`.
ALTER TABLE offer.offer ADD COLUMN approval_id uuid;
