"""Orders, refunds, totals and lists in PostgreSQL."""
