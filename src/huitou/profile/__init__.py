"""Profile keeps what we know about a customer and what they allow.

Traits, tags, consents with their proof, friendships, who looks after whom, the home unit and the
timeline. Facts stay with the customer they were first given to; what the customer is now is derived
from the facts of everyone merged into them, so that merging, splitting and replaying the log are
the same computation.
"""
