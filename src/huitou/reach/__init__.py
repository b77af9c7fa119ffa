"""Reach: messages to customers, through channels.

Before a message, one gate: consent, suppression, holdout, repetition, the day's cap, an address.
Every candidate's checks are kept. After it, receipts in any order, and what cannot be known is
asked about, never sent again blindly.
"""
