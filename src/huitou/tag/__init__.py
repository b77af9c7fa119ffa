"""Tags that nobody has to set: those that follow a segment, and those that purchases suggest.

What a customer does clearly more often than all customers is a finding, with its numbers; findings
of many customers recommend a tag, which an operator takes up as a rule tag or leaves. The library
of tags and the tags themselves are the profile's.
"""
