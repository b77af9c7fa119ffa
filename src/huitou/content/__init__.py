"""Content: what is put before a customer.

Personal product lists, the texts around them, and tracked links: one link for each message, with a
token that nobody can guess, leading to a page that a customer opens on a phone. What they do there
comes back as events.
"""
