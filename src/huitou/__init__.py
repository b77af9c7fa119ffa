"""Huitou (回头, "to come back"): the open customer operations system for retail brands."""

__version__ = "0.1.0"
