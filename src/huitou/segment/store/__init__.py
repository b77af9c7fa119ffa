"""Segments with their members; how far time has been followed."""
