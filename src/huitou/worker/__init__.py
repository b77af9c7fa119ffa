"""The edge that works in the background: streams, jobs, periodic work."""
