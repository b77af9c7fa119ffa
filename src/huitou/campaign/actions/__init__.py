"""Verbs of the campaign room: edit, publish, and what happens at the deadline."""
