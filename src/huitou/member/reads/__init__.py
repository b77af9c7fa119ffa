"""What the member page and the counter ask. The session says who asks; there is no other scope."""
