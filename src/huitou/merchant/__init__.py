"""The business: the merchant, its units and staff, who may do what, keys, settings, audit.

A merchant is who controls the data: one customer base. Units form a tree (headquarters, region,
store …) and staff belong to a unit; what somebody may see is a subtree or their own book.
"""
