"""Channels, the gate and messages: a module per concern."""
