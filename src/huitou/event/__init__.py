"""The append-only log of what customers did and what was done to them.

Everything enters here, by HTTP, file or callback, is checked against the registry of types, stored
exactly once, and given a position. All other rooms live off the log. The vault of identifiers is
the only place where a phone number or open id is kept; the log holds their ids.
"""
