"""Which coupons may be given together. Pure."""

from collections.abc import Hashable, Sequence
from datetime import UTC, datetime

from huitou.offer.rules import tables as at
from huitou.offer.rules.pricing import legal_coupons
from huitou.offer.rules.tables import NONE
from huitou.offer.rules.tabling import Tabled
from huitou.offer.types.carts import Rules
from huitou.offer.types.documents import FEN_MAX
from huitou.offer.types.refusals import CannotUse

_SETS_MAX = 4_096
_NEVER = datetime.max.replace(tzinfo=UTC)

_Given = tuple[int, ...]


def coupon_sets(table: Tabled, rules: Rules, pinned: Sequence[str]) -> tuple[list[int], bool]:
    """The legal sets as bits, those that are preferred first, and whether they are all. Of sets that do the same whatever is
    decided, the first."""
    places = {coupon.id: c for c, coupon in enumerate(table.coupons)}
    must = [places[id_] for id_ in pinned if id_ in places]
    found, is_whole = _legal(table, rules, must)
    found.sort(key=lambda each: _preference(table, each))
    first: dict[Hashable, _Given] = {}
    kinds = [_kind(table, c, c in must) for c in range(len(table.coupons))]
    for each in found:
        first.setdefault(tuple(kinds[c] for c in each), each)
    return [sum(1 << c for c in each) for each in first.values()], is_whole


def _legal(table: Tabled, rules: Rules, must: Sequence[int]) -> tuple[list[_Given], bool]:
    """Sets with what must be in them, each in the order in which coupons take their turns."""
    found: list[_Given] = []
    waiting = [tuple(sorted(must))]
    if legal_coupons(rules, [table.coupons[c] for c in must]) is not None:
        raise CannotUse()
    while waiting:
        found += waiting
        if len(found) > _SETS_MAX:
            return found, False
        grown = {
            tuple(sorted((*each, c)))
            for each in waiting
            for c in range(len(table.coupons))
            if c not in each and (not set(each) - set(must) or c > max(set(each) - set(must)))
        }
        waiting = [
            each
            for each in sorted(grown)
            if legal_coupons(rules, [table.coupons[c] for c in each]) is None
        ]
    return found, True


def _preference(table: Tabled, each: _Given) -> tuple[int, list[datetime], list[str]]:
    used = [table.coupons[c] for c in each]
    ends = sorted(coupon.expires_at or _NEVER for coupon in used)
    return len(used), ends, sorted(coupon.id for coupon in used)


def _kind(table: Tabled, c: int, is_pinned: bool) -> Hashable:
    """The same for coupons that do the same when it is their turn: the same money for the same units. A pinned
    one is like no other: it has to do it itself."""
    t = table.plain
    columns = (
        t.coupon_kind, t.coupon_measure, t.coupon_threshold, t.coupon_off, t.coupon_pay_bp,
        t.coupon_cap, t.coupon_pay,
    )  # fmt: skip
    counted = tuple(int(bits) >> c & 1 for bits in t.count_bits)
    return (tuple(int(column[c]) for column in columns), counted, c if is_pinned else None)


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
