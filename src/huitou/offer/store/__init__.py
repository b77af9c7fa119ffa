"""Offers and orders' proofs in PostgreSQL, a module per concern."""
