"""Purchases, refunds and reviews of every channel in one shape, and what they add up to.

The room consumes the log: each order and refund counts once, whatever the order of arrival, the
batch or the number of times it is sent. Totals per customer and category move with each batch;
RFM scores and life-cycle stages are kept from them. A refund that came before its order waits.
"""
