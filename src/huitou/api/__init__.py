"""The HTTP edge: opens transactions, reads the clock, turns refusals into answers."""
