"""Which order is credited to which message, and what a campaign really added.

Two questions that are never mixed: the credit is a contract (the last message delivered before the
purchase, kept with its evidence) and pays commissions; the lift is a measurement against customers
who were held out, and says whether the campaign caused anything.
"""
