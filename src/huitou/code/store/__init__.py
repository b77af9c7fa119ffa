"""SQL of the code room."""
