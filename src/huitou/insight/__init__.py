"""What came of it: sales, work, credit and measured lift, by store, associate and campaign.

Insight keeps nothing. Every number is computed from the rooms below, in the asker's scope, has a
written meaning, and opens to the customers behind it.
"""
