"""A WeChat of our own, with official accounts and mini programs: true to the wire, quirks included.

One process holds any number of accounts. What real people do is done on its page or through
`/sim/*`, which is not WeChat.
"""
