"""What has value is kept in one double-entry ledger.

Points, stored value, coupons and commissions are assets; accounts belong to staff, customers or the
merchant. Postings sum to zero, are given once for each idempotency key, are never edited, and are
taken back only by a reversal that names its original. An account stays with whom it was opened for:
a merged customer has what all their accounts hold, so neither merging nor splitting moves anything.
"""
