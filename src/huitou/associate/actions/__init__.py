"""Verbs of the associate room: tasks, managers' verbs, goals."""
