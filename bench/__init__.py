"""Benchmarks: each module here is one, run by `huitou bench NAME`; `base` makes what they run on."""
