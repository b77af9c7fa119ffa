"""SQL of reach: the gate's facts, messages, and the rest, a module each."""
