"""The audit log for people: what rooms wrote as codes and ids, told in words and names.

It knows every room, as edges do, because a line may be about a thing of any of them.
"""
