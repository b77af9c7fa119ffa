-- The same content may come again from the same campaign, as its operator said.
ALTER TABLE reach.message ADD repeats boolean NOT NULL DEFAULT false;
