"""Customers, links and merges in PostgreSQL: what batches need, and what people ask and do."""
