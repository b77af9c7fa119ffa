"""A rule says which customers; this room says who they are, now.

A rule is a tree checked on the way in, compiled to one PostgreSQL statement, told in a sentence,
and explained for one customer leaf by leaf. Saved segments are live: members enter and leave as
events come and as time passes.
"""
