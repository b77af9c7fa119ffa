"""What a cart costs: offers, and the cheapest legal way to use them together with a customer's coupons.

`rules/pricing.price` is the only place that says what a decision costs; `rules/solving.best` finds
the cheapest decision and says whether that is proven. The rules are told in docs/offers.md.
"""
