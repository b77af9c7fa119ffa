"""Why to contact a customer now.

One kind so far, `repurchase_due`: a customer who buys a category in a rhythm is due again. Each
opportunity has a score, the facts it rests on, a suggested product list and an expiry. They are
shown as two lists: customers predicted to buy soon, and customers who convert best when contacted
now. An opportunity is taken when it becomes a task, won when the customer buys, and expires
otherwise.
"""
