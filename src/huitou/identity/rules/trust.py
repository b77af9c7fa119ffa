"""When a suggestion may be taken without a person: only as far as people's decisions bear it out."""

import math
from collections.abc import Sequence

from huitou.identity.types import Band

BANDS = (5_000, 8_000, 9_500, 9_900, 9_990)
"""Lower ends of the ranges of probability (bp) whose precision is measured apart."""
_Z = 1.959964
"""95 %, two-sided."""


def sure_bp(accepted: int, decided: int) -> int:
    """The precision that so many decisions bear out, in bp: the lower end of Wilson's interval (1927).

    Nothing decided bears out nothing; 20 of 20 bear out 83 %, 381 of 381 bear out 99 %.
    """
    if decided == 0:
        return 0
    share, z2 = accepted / decided, _Z * _Z
    middle = share + z2 / (2 * decided)
    spread = _Z * math.sqrt(share * (1 - share) / decided + z2 / (4 * decided * decided))
    return max(0, int(10_000 * (middle - spread) / (1 + z2 / decided)))


def automatic_from(bands: Sequence[Band], wanted_bp: int) -> list[int]:
    """Lower ends of the bands in which suggestions merge by themselves; none when `wanted_bp` is 0."""
    if wanted_bp <= 0:
        return []
    return [
        band.from_bp
        for band in bands
        if sure_bp(band.accepted, band.accepted + band.rejected) >= wanted_bp
    ]


def band_of(probability_bp: int) -> int:
    """The lower end of the band a probability is in."""
    return max((low for low in BANDS if low <= probability_bp), default=BANDS[0])
