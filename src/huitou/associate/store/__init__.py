"""SQL of the associate room. Reads lower rooms' tables; writes its own only."""
