"""A WeCom of our own, for the demo, the tests and developers: true to the wire, quirks included.

One process is one corporation. What real people do in WeCom is done on its small pages or through
`/sim/*`, which is not WeCom. Run it: `python -m huitou.simulators.wecom --port 8101`.
"""
