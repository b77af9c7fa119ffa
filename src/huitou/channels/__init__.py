"""Adapters to outside channels; each serves the ports that rooms declare."""
