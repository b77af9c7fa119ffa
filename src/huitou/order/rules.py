"""Pure decisions: what makes two orders the same, which refunds hold, life-cycle stage and RFM."""

import hashlib
from bisect import bisect_right
from collections.abc import Sequence
from datetime import datetime, timedelta
from math import ceil, floor
from zoneinfo import ZoneInfo

import msgspec

from huitou.kernel.time import rfc3339
from huitou.order.types import (
    REFUND_TOO_LARGE,
    REUSED_NO,
    RFM_BANDS,
    LineLeft,
    Name,
    NewRefund,
    Paid,
    Refundable,
    Refunded,
    RfmBand,
    RfmSegment,
    Settled,
    Stage,
    StagePolicy,
)

SCORED_BY_DAY_MAX = 200_000
_NIGHT_HOUR = 3


def may_score(count: int, now: datetime, zone: str) -> bool:
    """Whether this is a moment to score so many customers: any, or between three and four."""
    return count <= SCORED_BY_DAY_MAX or now.astimezone(ZoneInfo(zone)).hour == _NIGHT_HOUR


def are_many_new(bought: int, scored: int) -> bool:
    """More than a tenth have no scores."""
    return (bought - scored) * 10 > bought


def content_of(paid: Paid, paid_at: datetime) -> bytes:
    """A digest equal for two tellings of one order, whatever the order of their lines."""
    lines = tuple(sorted(paid.lines, key=lambda line: line.line_no))
    text = msgspec.json.encode((rfc3339(paid_at), paid.paid_fen, paid.shipping_fen, lines))
    return hashlib.sha256(text).digest()[:16]


def settle(order: Refundable, refunds: Sequence[NewRefund]) -> Settled:
    """Which of `refunds` hold, taken in the order of their positions.

    A number said twice is one refund; said with other amounts it is `order.reused_no`. A refund of
    more than is left of the order, of a line or of a line that is not there is
    `order.refund_too_large`. A refused refund takes nothing, so a later one may use its number:
    when a rewound stream finds a number applied by a later position, it had refused this one.
    """
    left_fen, lines, known = order.left_fen, dict(order.lines), dict(order.refunds)
    settled = Settled([], [])
    for refund in sorted(refunds, key=lambda refund: refund.position):
        said = refund.refunded
        first = known.get(said.refund_no)
        if first is not None:
            if first.position > refund.position:
                settled.refused.append((refund.position, REFUND_TOO_LARGE))
            elif not _is_same(first.refunded, said):
                settled.refused.append((refund.position, REUSED_NO))
            continue
        after = _lines_after(lines, said)
        if after is None or said.refund_fen > left_fen:
            settled.refused.append((refund.position, REFUND_TOO_LARGE))
            continue
        left_fen, lines = left_fen - said.refund_fen, after
        known[said.refund_no] = refund
        settled.applied.append(refund)
    return settled


def _is_same(one: Refunded, other: Refunded) -> bool:
    return one.refund_fen == other.refund_fen and sorted(
        one.lines, key=lambda line: line.line_no
    ) == sorted(other.lines, key=lambda line: line.line_no)


def _lines_after(lines: dict[int, LineLeft], said: Refunded) -> dict[int, LineLeft] | None:
    after = dict(lines)
    for line in said.lines:
        left = after.get(line.line_no)
        if left is None or line.quantity > left.quantity or line.refund_fen > left.paid_fen:
            return None
        after[line.line_no] = LineLeft(
            left.quantity - line.quantity, left.paid_fen - line.refund_fen
        )
    return after


def stage(order_count: int, last_paid_at: datetime, now: datetime, policy: StagePolicy) -> Stage:
    """The life-cycle stage; the SQL function "order".stage is the same rule.

    | last order ago            | stage                                           |
    |---------------------------|-------------------------------------------------|
    | `lost_days` or more       | lost 流失                                        |
    | `active_days` or more     | dormant 沉睡                                     |
    | less                      | loyal 忠诚 from `loyal_orders` orders on,         |
    |                           | growing 成长 from 2, new 新客 with one            |
    """
    if last_paid_at <= now - timedelta(days=policy.lost_days):
        return "lost"
    if last_paid_at <= now - timedelta(days=policy.active_days):
        return "dormant"
    if order_count >= policy.loyal_orders:
        return "loyal"
    return "growing" if order_count >= 2 else "new"


def rfm_ranks(count: int) -> list[int]:
    """The places (from 1) of the ordered values that `rfm_bins` asks for: a pair a bin edge."""
    return [rank for low, high, _ in _quintiles(count) for rank in (low, high)]


def rfm_bins(count: int, ranked: Sequence[float]) -> list[float]:
    """The four edges of the five bins of `count` values, given those at `rfm_ranks(count)`.

    An edge is the quintile, interpolated between its neighbours, plus one unit of the measure (a
    day, an order, a yuan): what `rfm_table_order` and `rfm_table_customer` of the R package rfm
    0.3.0 do with R's `quantile` of type 7. The arithmetic is R's to the last bit, since an edge
    may fall on a value.
    """
    edges = []
    for index, (_, _, share) in enumerate(_quintiles(count)):
        low, high = ranked[2 * index : 2 * index + 2]
        edges.append(float(low if low == high else (1 - share) * low + share * high) + 1)
    return edges


def rfm_score(bins: Sequence[float], value: float) -> int:
    """1..5: how many edges lie at or below the value, and one. Of days, 5 becomes 1 and so on:
    see `recency_score`. In SQL it is `width_bucket(value, bins) + 1`."""
    return 1 + bisect_right(bins, value)


def recency_score(bins: Sequence[float], days: float) -> int:
    """5 for the fewest days since the last order, 1 for the most."""
    return 6 - rfm_score(bins, days)


def rfm_segment(r: int, f: int, m: int) -> RfmSegment:
    """The named segment of three scores."""
    return band_of(RFM_BANDS, r, f, m) or "others"


def band_of(bands: Sequence[RfmBand[Name]], r: int, f: int, m: int) -> Name | None:
    """The first band that holds the scores, as `rfm_segment` of the R package."""
    for band in bands:
        is_recent = band.r[0] <= r <= band.r[1]
        if is_recent and band.f[0] <= f <= band.f[1] and band.m[0] <= m <= band.m[1]:
            return band.segment
    return None


def _quintiles(count: int) -> list[tuple[int, int, float]]:
    """For each of four edges: the places on both sides and how far it lies from the lower."""
    found = []
    for fifth in (1, 2, 3, 4):
        index = 1 + (count - 1) * (fifth * 0.2)
        found.append((floor(index), ceil(index), index - floor(index)))
    return found
