"""The wheel as it is drawn: equal slices, and where it stops. Pure."""

from collections.abc import Sequence
from math import cos, pi, sin

from huitou.benefit.types.games import Prize
from huitou.member.types import Slice

_TURNS = 5
_RADIUS = 100.0
_LABEL_AT = 66.0


def slices(prizes: Sequence[Prize]) -> list[Slice]:
    """One slice a prize, clockwise from the top, around (0, 0) with radius 100.

    Slices are alike whatever the odds: those stand beside it in words.
    """
    each = 360 / len(prizes)
    found = []
    for place, prize in enumerate(prizes):
        begin, end = _at(place * each), _at((place + 1) * each)
        middle = (place + 0.5) * each
        x, y = _at(middle, _LABEL_AT)
        far = 1 if each > 180 else 0
        path = (
            f"M0 0L{begin[0]:.2f} {begin[1]:.2f}A{_RADIUS:g} {_RADIUS:g} 0 {far} 1"
            f" {end[0]:.2f} {end[1]:.2f}Z"
        )
        found.append(Slice(path, round(x, 2), round(y, 2), round(middle, 2), prize.zh, prize.en))
    return found


def stops_at(prizes: Sequence[Prize], code: str) -> float:
    """By how many degrees the wheel turns so that this prize stands at the top."""
    each = 360 / len(prizes)
    place = next(n for n, prize in enumerate(prizes) if prize.code == code)
    return round(360 * _TURNS - (place + 0.5) * each, 2)


def _at(degrees: float, radius: float = _RADIUS) -> tuple[float, float]:
    """Clockwise from the top."""
    angle = degrees * pi / 180
    return radius * sin(angle), -radius * cos(angle)
