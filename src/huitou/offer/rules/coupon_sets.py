"""Which coupons may be given together. Pure."""

from collections.abc import Hashable, Sequence
from datetime import UTC, datetime

from huitou.offer.rules.pricing import legal_coupons
from huitou.offer.rules.tabling import Tabled
from huitou.offer.types.carts import Rules
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
    t = table.tables
    columns = (
        t.coupon_kind, t.coupon_measure, t.coupon_threshold, t.coupon_off, t.coupon_pay_bp,
        t.coupon_cap, t.coupon_pay,
    )  # fmt: skip
    counted = tuple(int(bits) >> c & 1 for bits in t.count_bits)
    return (tuple(int(column[c]) for column in columns), counted, c if is_pinned else None)
