"""Verbs of reach: messages, and mailings to many at once."""
