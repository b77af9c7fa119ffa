"""Which coupons may be given together. Pure."""

from collections.abc import Collection, Sequence
from datetime import UTC, datetime

from huitou.offer.rules import tables as at
from huitou.offer.rules.pricing import legal_coupons
from huitou.offer.rules.tables import NONE
from huitou.offer.rules.tabling import Tabled
from huitou.offer.rules.together import apart_of
from huitou.offer.types.carts import Rules
from huitou.offer.types.documents import FEN_MAX
from huitou.offer.types.refusals import CannotUse

_SETS_MAX = 4_096
_NEVER = datetime.max.replace(tzinfo=UTC)


def coupon_sets(table: Tabled, rules: Rules, pinned: Sequence[str]) -> tuple[list[int], bool]:
    """The legal sets as bits, those that are preferred first, and whether they are all. Of sets that do the same whatever is
    decided, the first."""
    must = {c for c, coupon in enumerate(table.coupons) if coupon.id in pinned}
    found, is_whole = _legal(table, rules, must)
    coupons = range(len(table.coupons))
    given = {bits: [c for c in coupons if bits >> c & 1] for bits in found}
    found.sort(key=lambda bits: _preference(table, given[bits]))
    kinds = [_kind(table, c, c in must) for c in coupons]
    alike = [kinds.index(kind) for kind in kinds]
    first: dict[tuple[int, ...], int] = {}
    for bits in found:
        first.setdefault(tuple(alike[c] for c in given[bits]), bits)
    return list(first.values()), is_whole


def _legal(table: Tabled, rules: Rules, must: Collection[int]) -> tuple[list[int], bool]:
    """Sets with what must be in them; whatever is in a legal one is legal without the rest."""
    if legal_coupons(rules, [table.coupons[c] for c in must]) is not None:
        raise CannotUse()
    coupons, limits = table.coupons, dict(rules.coupon_limits)
    apart = apart_of(coupons)
    most = [limits.get(coupon.category, len(coupons)) for coupon in coupons]
    categories = [coupon.category for coupon in coupons]
    alike = [sum(1 << c for c, own in enumerate(categories) if own == each) for each in categories]
    found: list[int] = []
    waiting = [(sum(1 << c for c in must), 0)]
    while waiting:
        found += [bits for bits, _ in waiting]
        if len(found) > _SETS_MAX:
            return found, False
        waiting = [
            (bits | 1 << c, c + 1)
            for bits, first in waiting
            for c in range(first, len(coupons))
            if not bits & (1 << c | apart[c]) and (bits & alike[c]).bit_count() < most[c]
        ]
    return found, True


def _preference(table: Tabled, given: Sequence[int]) -> tuple[int, list[datetime], list[str]]:
    used = [table.coupons[c] for c in given]
    ends = sorted(coupon.expires_at or _NEVER for coupon in used)
    return len(used), ends, sorted(coupon.id for coupon in used)


def _kind(table: Tabled, c: int, is_pinned: bool) -> object:
    """The same for coupons that do the same when it is their turn: the same money for the same units. A pinned
    one is like no other: it has to do it itself."""
    t = table.plain
    columns = (
        t.coupon_kind, t.coupon_measure, t.coupon_threshold, t.coupon_off, t.coupon_pay_bp,
        t.coupon_cap, t.coupon_pay,
    )  # fmt: skip
    counted = [bits >> c & 1 for bits in t.count_bits]
    return [column[c] for column in columns], counted, c if is_pinned else None


def dominated(table: Tabled, sets: Sequence[int]) -> set[int]:
    """Places of sets than which another is never dearer: the same with a coupon as its last that takes off as much, of at least the same
    units, from no higher threshold. What comes last changes nothing for others. They are only needed where all else is equal."""
    places = {bits: n for n, bits in enumerate(sets)}
    coupons = range(len(table.coupons))
    better = [[one for one in coupons if _is_better(table, one, c)] for c in coupons]
    found = set()
    for bits, n in places.items():
        if not bits:
            continue
        last = bits.bit_length() - 1
        rest = bits ^ 1 << last
        if any(one >= rest.bit_length() and rest | 1 << one in places for one in better[last]):
            found.add(n)
    return found


def _is_better(table: Tabled, one: int, other: int) -> bool:
    """Of two that take off as much the first."""
    return _takes(table, one, other) and (one < other or not _takes(table, other, one))


def _takes(table: Tabled, one: int, other: int) -> bool:
    """Does one coupon take off as much as another at least, wherever that does something?"""
    t = table.plain
    if one == other or not t.coupon_kind[one] == t.coupon_kind[other] == at.ORDER_OFF:
        return False
    if t.coupon_measure[one] != t.coupon_measure[other]:
        return False
    if t.coupon_threshold[one] > t.coupon_threshold[other]:
        return False
    if any(int(bits) >> other & 1 and not int(bits) >> one & 1 for bits in t.count_bits):
        return False
    most, most_other = _most(table, one), _most(table, other)
    if (t.coupon_off[one] == NONE) != (t.coupon_off[other] == NONE):
        return False
    return most >= most_other and t.coupon_pay_bp[one] <= t.coupon_pay_bp[other]


def _most(table: Tabled, c: int) -> int:
    """What a coupon takes off at most."""
    t = table.plain
    found = [int(fen) for fen in (t.coupon_off[c], t.coupon_cap[c]) if fen != NONE]
    return min(found, default=FEN_MAX)
