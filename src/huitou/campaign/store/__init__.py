"""SQL of the campaign room. Reads lower rooms' tables; writes its own only."""
