"""A mini-program mall: where the customers of the demo buy what a link led them to.

Stands in for a merchant's own mall: it knows nothing of Huitou but its public API, and learns who
is visiting as a mini-program learns it from WeChat.
"""
