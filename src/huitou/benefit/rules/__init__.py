"""Pure decisions, a module per concern."""
