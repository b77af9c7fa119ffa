"""The tests. Loops that can be compiled run as they are: compiling takes longer than what they test here
(`tests/rooms/offer/test_compiled.py` does compile them)."""

import os

os.environ.setdefault("HUITOU_COMPILED", "0")
