"""Questions others may ask of the benefit room, a module per concern."""
