-- Jobs that were queued about one message before messages were handed over in sets are about a set of one.
UPDATE procrastinate.procrastinate_jobs
SET args = jsonb_set(args, '{args}', jsonb_build_object('ids', jsonb_build_array(args->'args'->'message_id')))
WHERE task_name IN ('reach.submit', 'reach.ask') AND status IN ('todo', 'doing') AND args->'args' ? 'message_id';
