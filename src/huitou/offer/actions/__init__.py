"""Verbs of the offer room, a module per concern."""
