"""The demo brand: real purchases, invented people, played live through the front door."""
