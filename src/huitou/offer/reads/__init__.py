"""Questions others may ask of the offer room, a module per concern."""
