-- What another rule would do is looked for in the background, as a run of its own.
ALTER TABLE identity.run DROP CONSTRAINT run_kind_check;
ALTER TABLE identity.run ADD CONSTRAINT run_kind_check CHECK (kind IN ('compare', 'apply', 'preview'));
