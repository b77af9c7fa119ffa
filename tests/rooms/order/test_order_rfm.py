"""RFM as the R package rfm 0.3.0 does it: every score and every segment's total of its data sets."""

from collections import defaultdict
from collections.abc import Callable, Sequence
from datetime import date, datetime, time, timedelta
from math import ceil, floor
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pyarrow.parquet as pq
import pytest
from fastapi.testclient import TestClient
from hypothesis import given
from hypothesis import strategies as st

from huitou.kernel.ids import new_id
from huitou.order import actions, reads, rules
from huitou.order.store import totals as stored
from huitou.order.types import RFM_BANDS, RFM_SEGMENT_NAMES, RfmBand, RfmSegment
from tests.conftest import Clock, Read, Write

DATA = Path(__file__).parents[4] / "shared" / "data" / "rfm_r_package"
ZONE = ZoneInfo("Asia/Shanghai")
ANALYSED_ON = date(2006, 12, 31)
needs_data = pytest.mark.skipif(not DATA.exists(), reason=f"data absent: {DATA}")

Send = Callable[[Sequence[dict[str, Any]]], Any]
Drain = Callable[[], None]
Scores = tuple[int, int, int]

README_TABLE = {  # the README of the package; its data have no titles behind the names
    "Abbey O'Reilly": (205, 6, 472, 3, 4, 3),
    "Add Senger": (140, 3, 340, 4, 1, 2),
    "Aden Lesch": (194, 4, 405, 3, 2, 3),
    "Admiral Senger": (132, 5, 448, 4, 3, 3),
    "Agness O'Keefe": (90, 9, 843, 5, 5, 5),
    "Aileen Barton": (84, 9, 763, 5, 5, 5),
    "Ailene Hermann": (281, 8, 699, 3, 5, 5),
    "Aiyanna Bruen": (246, 4, 157, 3, 2, 1),
    "Ala Schmidt": (349, 3, 363, 2, 1, 2),
    "Alannah Borer": (619, 4, 196, 1, 2, 1),
}
OLDER_BANDS = (  # of the package's tests
    RfmBand("Champions", (4, 5), (4, 5), (4, 5)),
    RfmBand("Loyal Customers", (2, 5), (3, 5), (3, 5)),
    RfmBand("Potential Loyalist", (3, 5), (1, 3), (1, 3)),
    RfmBand("New Customers", (4, 5), (1, 1), (1, 1)),
    RfmBand("Promising", (3, 4), (1, 1), (1, 1)),
    RfmBand("Need Attention", (2, 3), (2, 3), (2, 3)),
    RfmBand("About To Sleep", (2, 3), (1, 2), (1, 2)),
    RfmBand("At Risk", (1, 2), (2, 5), (2, 5)),
    RfmBand("Can't Lose Them", (1, 1), (4, 5), (4, 5)),
    RfmBand("Lost", (1, 2), (1, 2), (1, 2)),
)
ORDERS_TOTALS: dict[RfmSegment, tuple[int, int, int]] = {
    "champions": (35, 316, 31_646),
    "potential_loyalist": (342, 2_211, 204_856),
    "loyal": (170, 799, 76_562),
    "promising": (9, 28, 4_249),
    "new": (104, 329, 28_837),
    "cant_lose": (47, 274, 32_446),
    "at_risk": (28, 216, 22_227),
    "need_attention": (10, 57, 4_562),
    "about_to_sleep": (102, 283, 23_449),
    "lost": (148, 393, 35_324),
    "others": (0, 0, 0),
}
CUSTOMERS_TOTALS: dict[RfmSegment, tuple[int, int, int]] = {
    "champions": (1_571, 23_602, 2_385_016),
    "potential_loyalist": (12_762, 154_358, 14_654_324),
    "loyal": (6_965, 64_247, 6_211_940),
    "promising": (297, 2_141, 288_302),
    "new": (4_475, 32_398, 2_974_261),
    "cant_lose": (1_471, 16_342, 1_813_444),
    "at_risk": (2_081, 27_880, 2_799_640),
    "need_attention": (679, 7_501, 626_594),
    "about_to_sleep": (4_095, 26_306, 2_292_456),
    "lost": (5_535, 37_658, 3_449_107),
    "others": (68, 790, 42_316),
}


def r_scores(rows: dict[Any, tuple[int, int, float]]) -> dict[Any, Scores]:
    """The package's own steps: bins from `quantile`, an interval after the other."""
    measures = [list(column) for column in zip(*rows.values(), strict=True)]
    found = [r_measure(column) for column in measures]
    return {
        key: (6 - found[0][index], found[1][index], found[2][index])
        for index, key in enumerate(rows)
    }


def r_measure(values: Sequence[float]) -> list[int]:
    ordered = sorted(values)
    inner = [r_quantile(ordered, fifth * 0.2) + 1 for fifth in (1, 2, 3, 4)]
    lower, upper = [ordered[0], *inner], [*inner, ordered[-1] + 1]
    scored = [0] * len(values)
    for score, (low, high) in enumerate(zip(lower, upper, strict=True), start=1):
        for index, value in enumerate(values):
            if low <= value < high:
                scored[index] = score
    return scored


def r_quantile(ordered: Sequence[float], share: float) -> float:
    index = 1 + (len(ordered) - 1) * share
    low, high = ordered[floor(index) - 1], ordered[ceil(index) - 1]
    if index > floor(index) and high != low:
        rest = index - floor(index)
        return (1 - rest) * low + rest * high
    return low


def our_scores(rows: dict[Any, tuple[int, int, float]]) -> dict[Any, Scores]:
    days, orders, yuan = (edges(list(column)) for column in zip(*rows.values(), strict=True))
    return {
        key: (
            rules.recency_score(days, row[0]),
            rules.rfm_score(orders, row[1]),
            rules.rfm_score(yuan, row[2]),
        )
        for key, row in rows.items()
    }


def edges(values: Sequence[float]) -> list[float]:
    ordered = sorted(values)
    return rules.rfm_bins(len(ordered), [ordered[at - 1] for at in rules.rfm_ranks(len(ordered))])


def orders() -> list[dict[str, Any]]:
    return list(pq.read_table(DATA / "orders.parquet").to_pylist())


def order_rows() -> dict[Any, tuple[int, int, float]]:
    bought: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for order in orders():
        bought[order["customer_id"]].append(order)
    return {
        name: (
            min((ANALYSED_ON - each["order_date"].date()).days for each in found),
            len(found),
            sum(each["revenue"] for each in found),
        )
        for name, found in bought.items()
    }


def customer_rows() -> dict[Any, tuple[int, int, float]]:
    found = pq.read_table(DATA / "customers.parquet").to_pylist()
    return {
        each["customer_id"]: (each["recency_days"], each["number_of_orders"], each["revenue"])
        for each in found
    }


def summed(
    rows: dict[Any, tuple[int, int, float]], scores: dict[Any, Scores]
) -> dict[RfmSegment, tuple[int, int, float]]:
    found: dict[RfmSegment, list[tuple[int, int, float]]] = defaultdict(list)
    for key, row in rows.items():
        found[rules.rfm_segment(*scores[key])].append(row)
    return {
        segment: (
            len(found[segment]),
            sum(row[1] for row in found[segment]),
            sum(row[2] for row in found[segment]),
        )
        for segment in RFM_SEGMENT_NAMES
    }


@given(
    st.lists(
        st.tuples(st.integers(0, 40), st.integers(1, 12), st.integers(0, 30)),
        min_size=1,
        max_size=60,
    )
)
def test_scores_are_those_of_the_package(found: list[tuple[int, int, float]]) -> None:
    rows = dict(enumerate(found))
    assert our_scores(rows) == r_scores(rows)


def test_edges_of_a_known_vector() -> None:
    """The miles per gallon of mtcars, from the package's tests."""
    mpg = [21, 21, 22.8, 21.4, 18.7, 18.1, 14.3, 24.4, 22.8, 19.2, 17.8, 16.4, 17.3, 15.2, 10.4]
    mpg += [10.4, 14.7, 32.4, 30.4, 33.9, 21.5, 15.5, 15.2, 13.3, 19.2, 27.3, 26, 30.4, 15.8, 19.7]
    mpg += [15, 21.4]
    assert edges(mpg) == pytest.approx([16.20, 18.92, 22.00, 25.08])


@needs_data
def test_every_order_score() -> None:
    rows = order_rows()
    scores = our_scores(rows)
    assert len(scores) == 995
    assert scores == r_scores(rows)
    for name, (days, count, revenue, *told) in README_TABLE.items():
        assert rows[name] == (days, count, revenue)
        assert scores[name] == tuple(told)
    assert edges([row[0] for row in rows.values()]) == pytest.approx([115, 181, 297.4, 482])
    assert edges([row[1] for row in rows.values()]) == [4, 5, 6, 8]
    assert edges([row[2] for row in rows.values()]) == pytest.approx([255.8, 382, 506.4, 666])
    assert summed(rows, scores) == ORDERS_TOTALS
    champions = [
        rows[name]
        for name, each in scores.items()
        if rules.band_of(OLDER_BANDS, *each) == "Champions"
    ]
    assert (len(champions), sum(row[1] for row in champions)) == (158, 1_234)
    assert sum(row[2] for row in champions) == 120_178


@needs_data
def test_every_customer_score() -> None:
    rows = customer_rows()
    scores = our_scores(rows)
    assert len(scores) == 39_999
    assert sum(row[1] for row in rows.values()) == 393_223
    assert scores == r_scores(rows)
    assert summed(rows, scores) == CUSTOMERS_TOTALS


@needs_data
def test_orders_through_the_product(
    clock: Clock, send: Send, drain: Drain, read: Read, write: Write, client: TestClient
) -> None:
    """The package's orders taken in as events, as if its day of analysis were today."""
    moved = clock.now.astimezone(ZONE).date() - ANALYSED_ON
    told = [_event(index, order, moved) for index, order in enumerate(orders())]
    for start in range(0, len(told), 1_000):
        send(told[start : start + 1_000])
    drain()
    with write() as tx:
        actions.score(tx)
    with read() as tx:
        totals = reads.totals(tx, stored.list_customers(tx))
        segments = {each.segment: each for each in reads.rfm_segments(tx)}
    rows = order_rows()
    expected = r_scores(rows)
    assert sorted((t.r, t.f, t.m, t.order_count, t.paid_fen) for t in totals.values()) == sorted(
        (*expected[name], rows[name][1], 100 * int(rows[name][2])) for name in rows
    )
    assert {
        segment: (each.customer_count, each.order_count, each.paid_fen // 100)
        for segment, each in segments.items()
    } == ORDERS_TOTALS
    shown = client.get("/v1/rfm/segments").json()["items"]
    assert [each["segment"] for each in shown] == list(RFM_SEGMENT_NAMES)
    champions = segments["champions"]
    assert shown[0]["name_zh"] == "冠军客户"
    assert shown[0]["avg_order_fen"] == champions.paid_fen // champions.order_count


@needs_data
def test_customers_in_sql(clock: Clock, read: Read, write: Write) -> None:
    """The package's customers as running totals: the statement that scores a whole base."""
    rows = customer_rows()
    ids = {key: new_id() for key in rows}
    today = clock.now.astimezone(ZONE).date()
    with write() as tx:
        tx.load(
            "given",
            {"id": "uuid", "at": "timestamptz", "orders": "int", "fen": "bigint"},
            (
                (ids[key], _noon(today - timedelta(days=days)), count, 100 * int(revenue))
                for key, (days, count, revenue) in rows.items()
            ),
        )
        tx.run(
            """
            INSERT INTO "order".total (merchant_id, customer_id, order_count, paid_fen,
                refunded_fen, first_paid_at, last_paid_at, stage)
            SELECT %(merchant)s, id, orders, fen, 0, at, at, 'new' FROM pg_temp.given
            """
        )
        actions.score(tx)
    expected = r_scores(rows)
    with read() as tx:
        totals = reads.totals(tx, list(ids.values()))
        segments = {each.segment: each for each in reads.rfm_segments(tx)}
    for key, id_ in ids.items():
        assert (totals[id_].r, totals[id_].f, totals[id_].m) == expected[key]
    assert {
        segment: (each.customer_count, each.order_count, each.paid_fen // 100)
        for segment, each in segments.items()
    } == CUSTOMERS_TOTALS


def test_bands_cover_every_score_once() -> None:
    everything = [(r, f, m) for r in range(1, 6) for f in range(1, 6) for m in range(1, 6)]
    found = {rules.rfm_segment(*scores) for scores in everything}
    assert found == set(RFM_SEGMENT_NAMES)
    assert rules.rfm_segment(5, 5, 5) == "champions"
    assert rules.rfm_segment(2, 5, 1) == "others"
    assert len({band.segment for band in RFM_BANDS}) == len(RFM_BANDS)


def _event(index: int, order: dict[str, Any], moved: timedelta) -> dict[str, Any]:
    fen = order["revenue"] * 100
    line = {"line_no": 1, "sku": "A1", "quantity": 1000, "list_fen": fen, "paid_fen": fen}
    card = {"kind": "card", "scope": "default", "value": order["email"]}
    return {
        "id": f"rfm-{index}",
        "type": "order.paid",
        "source": "pos",
        "unit": "store-0401",
        "occurred_at": _noon(order["order_date"].date() + moved).isoformat(),
        "identifiers": [card],
        "properties": {"order_no": f"R{index}", "lines": [line], "paid_fen": fen},
    }


def _noon(day: date) -> datetime:
    return datetime.combine(day, time(9), ZONE)
