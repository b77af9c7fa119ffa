"""The seeds of histories: a few that always run, or another with `HUITOU_SEED`."""

import os
from collections.abc import Iterable


def seeds(usual: Iterable[int]) -> list[int]:
    """What to run: the usual ones, unless somebody asked for one by `HUITOU_SEED`."""
    asked = os.environ.get("HUITOU_SEED")
    return list(usual) if asked is None else [int(asked)]
