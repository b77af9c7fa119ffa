-- Of the keyed hash of an identifier fifteen bytes tell as surely who is who as thirty-two (decision 28).
ALTER TABLE event.identifier ALTER COLUMN blind TYPE bytea USING substring(blind FROM 1 FOR 15);
UPDATE reach.listed SET blind = substring(blind FROM 1 FOR 15);
UPDATE merchant.unit SET phone_blind = substring(phone_blind FROM 1 FOR 15) WHERE phone_blind IS NOT NULL;
UPDATE merchant.staff SET phone_blind = substring(phone_blind FROM 1 FOR 15) WHERE phone_blind IS NOT NULL;
ANALYZE event.identifier;
