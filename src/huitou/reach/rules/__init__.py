"""What reach decides: a module per concern. Pure."""
