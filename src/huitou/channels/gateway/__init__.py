"""A vendor with an HTTP interface of its own, as a configuration: 5G messages, calls by a robot,
and the merchant's own system (webhook)."""
