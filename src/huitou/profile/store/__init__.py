"""Facts, the state derived from them, and what is read, in PostgreSQL."""
