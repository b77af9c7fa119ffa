"""Accounts, postings, lots and holds; coupons; tiers: a module per concern."""
