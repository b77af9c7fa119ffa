"""SQL of the benefit room, a module per concern."""
