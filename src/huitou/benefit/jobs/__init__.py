"""Work in the background, a module per concern; importing this declares all of it."""

__all__: list[str] = []
