"""SQL of attribution."""
