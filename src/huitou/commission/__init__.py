"""What a credited order earns an associate, and what a refund takes back.

The amount is a rate of what the customer paid for goods. The money itself stands in the ledger of
`benefit`; a line here says why. After a full refund nothing is left, whatever the steps.
"""
