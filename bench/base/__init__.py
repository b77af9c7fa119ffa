"""The base that benchmarks run on: a merchant with N customers, written straight into the rooms'
tables by COPY. This is the only place that writes them from outside their room, because ten million
customers cannot be lived through event by event; `tests/bench` holds that what it writes is what
the rooms themselves would have made."""
