"""Verbs of the member page: come in, rate a bill, be recognised at a counter."""
