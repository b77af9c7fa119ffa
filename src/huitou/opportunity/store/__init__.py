"""SQL of the opportunity room. Reads lower rooms' tables; writes its own only."""
