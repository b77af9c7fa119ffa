"""The customer's own page, and how they are known at the counter.

Whoever has a link of their own (or proves their phone number) sees what is theirs: tier, points,
stored value, coupons, and every bill of every channel, and rates each bill. A code that changes
every half minute lets an associate or a till recognise them. Composes lower rooms; keeps ratings,
the numbers of SMS codes, and which codes were shown where.
"""
