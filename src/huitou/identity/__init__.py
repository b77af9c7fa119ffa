"""Identity says which identifiers belong to one customer.

It reads the event log in order, links identifiers to customers by deterministic rules, merges two
customers when evidence connects them, keeps that evidence, and can take every merge back. Links
and events stay with the customer they were first given to; a merge only hangs one customer under
another, so that taking it back restores everything. The rule is the merchant's; another one
resolves the whole log anew. Possible duplicates wait for a person, identifiers that several people
use speak for nobody, and a customer can be forgotten.
"""
