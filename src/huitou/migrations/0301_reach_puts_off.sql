-- A message that may wait until a cap has room, as long as it is of use; and campaigns whose messages do.
ALTER TABLE reach.message ADD puts_off boolean NOT NULL DEFAULT false;
ALTER TABLE campaign.campaign ADD puts_off boolean NOT NULL DEFAULT false;
