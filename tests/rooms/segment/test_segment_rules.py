"""Reading rules, refusing them with a path, telling them in words, drawing samples."""

from datetime import UTC, date, datetime, timedelta
from importlib import import_module
from random import Random
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from huitou.segment.rules import ages, parse, sample, sentence, traits
from huitou.segment.rules import compile as compiler
from huitou.segment.rules.templates import TEMPLATES
from huitou.segment.types.answers import Names
from huitou.segment.types.refusals import BadRule, Cycle, RuleTooLarge, UnknownTrait
from huitou.segment.types.rule import DEPTH_MAX, LEAVES_MAX, Context
from tests.rooms.segment.oracle import anniversary
from tests.rooms.segment.random_rules import make_rule

NAMES = Names(
    categories={"dairy": ("乳制品", "Dairy")},
    units={"region-2": "城西区"},
    segments={UUID(int=7): "老客"},
    products={"M1": "鲜奶"},
    sources={"pos": "门店收银"},
)
TAG = {"kind": "tag", "name": "vip"}


def rule(*nodes: Any) -> dict[str, Any]:
    return {"v": 1, "all": list(nodes)}


def said(*nodes: Any) -> tuple[str, str]:
    told = sentence.sentence(parse.parse(rule(*nodes)), NAMES)
    return told.zh, told.en


@pytest.mark.parametrize(
    ("raw", "path"),
    [
        ([], "$"),
        ({"all": []}, "v"),
        ({"v": True, "all": []}, "v"),
        ({"v": 2, "all": []}, "v"),
        ({"v": 1}, "$"),
        ({"v": 1, "kind": "tag", "name": "x"}, "$"),
        ({"v": 1, "all": [], "any": [TAG]}, "$"),
        ({"v": 1, "any": []}, "any"),
        ({"v": 1, "all": {}}, "all"),
        (rule([]), "all[0]"),
        (rule({"none": []}), "all[0].none"),
        (rule({"not": {"all": [TAG, 3]}}), "all[0].not.all[1]"),
        (rule({"kind": "tag"}), "all[0]"),
        (rule({"kind": "wish", "name": "x"}), "all[0].kind"),
        (rule({"kind": "tag", "name": "x", "more": 1}), "all[0]"),
        (rule({"kind": "tag", "name": 5}), "all[0].name"),
        (rule({"kind": "sample", "share": 1.5, "salt": "x"}), "all[0].share"),
        (rule({"kind": "segment", "id": "seven"}), "all[0].id"),
        (
            rule(TAG, {"kind": "purchase", "agg": "count", "op": ">=", "value": "2"}),
            "all[1].value",
        ),
        (rule({"kind": "purchase", "agg": "count", "op": "in", "value": 2}), "all[0].op"),
        (rule({"kind": "purchase", "agg": "count", "op": "between", "value": 2}), "all[0].value"),
        (
            rule({"kind": "purchase", "agg": "count", "op": "between", "value": [3, 2]}),
            "all[0].value",
        ),
        (
            rule(
                {
                    "kind": "purchase",
                    "agg": "count",
                    "op": ">",
                    "value": 2,
                    "where": {"category": "dairy"},
                }
            ),
            "all[0].where.category",
        ),
        (
            rule(
                {
                    "kind": "purchase",
                    "agg": "count",
                    "op": ">",
                    "value": 2,
                    "window": {"last_days": 3, "ever": True},
                }
            ),
            "all[0].window",
        ),
        (
            rule({"kind": "sequence", "first": {"type": "order.paid"}, "within_days": 3}),
            "all[0].then",
        ),
        (rule({"kind": "nth", "type": "order.paid", "n": 0}), "all[0].n"),
        (rule({"kind": "nth", "type": "order.paid", "n": 101}), "all[0].n"),
        (
            rule({"kind": "nth", "type": "link.opened", "n": 1, "where": {"sku": ["M1"]}}),
            "all[0].where",
        ),
        (
            rule({"kind": "anniversary", "of": "joined", "from_days": 7, "to_days": 0}),
            "all[0].to_days",
        ),
        (
            rule({"kind": "anniversary", "of": "joined", "from_days": 0, "to_days": 365}),
            "all[0].to_days",
        ),
        (
            rule({"kind": "anniversary", "of": "birth", "from_days": 0, "to_days": 1}),
            "all[0].of",
        ),
        (
            rule(
                {
                    "kind": "event",
                    "type": "link.opened",
                    "where": {"sku": ["M1"]},
                    "agg": "count",
                    "op": ">",
                    "value": 0,
                }
            ),
            "all[0].where",
        ),
    ],
)
def test_faults_are_refused_with_their_path(raw: Any, path: str) -> None:
    with pytest.raises(BadRule) as refused:
        parse.parse(raw)
    assert refused.value.params["path"] == path


def test_sources_are_told_by_their_names() -> None:
    leaf = {"kind": "trait", "name": "source_channels", "op": "contains", "value": ["pos", "x"]}
    tree = parse.parse(rule(leaf, {"kind": "tag", "name": "source:pos"}))
    assert all(parse.asks_sources(at.leaf) for at in parse.leaves(tree))
    assert sentence.sentence(tree, NAMES).zh == "「来源渠道」包含 门店收银、x，且 来自「门店收银」"


def test_reasons_are_said_in_the_language_of_whoever_asks() -> None:
    leaf = {"kind": "purchase", "agg": "count", "op": "between", "value": [9, 3]}
    with pytest.raises(BadRule) as refused:
        parse.parse(rule(leaf))
    assert refused.value.detail("zh") == "规则在 all[0].value 处不正确：第一个数不能大于第二个"
    assert "the first number is the smaller one" in refused.value.detail("en")


def test_what_rooms_write_is_called_and_compared_by_what_it_is() -> None:
    import_module("huitou.benefit.actions.traits")
    kind = traits.named("stored_fen", {})
    assert (kind.zh, kind.type) == ("储值余额", "money")
    leaf = {"kind": "trait", "name": "stored_fen", "op": ">=", "value": 10_000}
    tree = parse.parse(rule(leaf))
    parse.check_traits(tree, {"stored_fen"})
    assert sentence.sentence(tree, NAMES).zh == "「储值余额」不少于 ¥100.00"


@pytest.mark.parametrize(
    "leaf",
    [
        {"kind": "trait", "name": "paid_fen", "op": "contains", "value": [1]},
        {"kind": "trait", "name": "paid_fen", "op": ">", "value": "1"},
        {"kind": "trait", "name": "paid_fen", "op": ">", "value": True},
        {"kind": "trait", "name": "paid_fen", "op": "in", "value": 1},
        {"kind": "trait", "name": "paid_fen", "op": ">"},
        {"kind": "trait", "name": "paid_fen", "op": "known", "value": 1},
        {"kind": "trait", "name": "stage", "op": "=", "value": "gone"},
        {"kind": "trait", "name": "under_14", "op": "=", "value": 1},
        {"kind": "trait", "name": "home_unit", "op": "in", "value": "hq"},
        {"kind": "trait", "name": "tier", "op": ">", "value": "gold"},
    ],
)
def test_traits_take_their_own_operators_and_values(leaf: dict[str, Any]) -> None:
    with pytest.raises(BadRule):
        parse.check_traits(parse.parse(rule(leaf)), {"tier"})


def test_an_unknown_trait_is_refused_by_name() -> None:
    leaf = {"kind": "trait", "name": "shoe_size", "op": "=", "value": 42}
    with pytest.raises(UnknownTrait) as refused:
        parse.check_traits(parse.parse(rule(TAG, leaf)), {"tier"})
    assert refused.value.params == {"path": "all[1]", "name": "shoe_size"}


def test_rules_have_limits() -> None:
    parse.parse(rule(*[TAG] * LEAVES_MAX))
    with pytest.raises(RuleTooLarge):
        parse.parse(rule(*[TAG] * (LEAVES_MAX + 1)))
    with pytest.raises(RuleTooLarge):
        parse.parse(rule({"any": [TAG] * 40}, {"any": [TAG] * 40}))
    deep: dict[str, Any] = TAG
    for _ in range(DEPTH_MAX - 2):
        deep = {"not": deep}
    parse.parse(rule(deep))
    with pytest.raises(RuleTooLarge):
        parse.parse(rule({"not": deep}))


def test_circles_are_found_at_any_distance() -> None:
    one, two, three = (uuid4() for _ in range(3))

    def to(*ids: UUID) -> Any:
        return parse.parse(rule(*({"kind": "segment", "id": str(id_)} for id_ in ids)))

    parse.check_cycles(to(two, three), {two: to(three), three: to()}, one)
    with pytest.raises(Cycle):
        parse.check_cycles(to(one), {one: to(one)}, one)
    with pytest.raises(Cycle):
        parse.check_cycles(to(two), {two: to(three), three: to(one)}, one)
    heavy = parse.parse(rule(*[TAG] * 40))
    with pytest.raises(RuleTooLarge):
        parse.check_cycles(to(two, three), {two: heavy, three: heavy}, one)


def test_rules_are_told_in_words() -> None:
    dairy = {
        "kind": "purchase",
        "where": {"category": ["dairy"], "unit": ["region-2"]},
        "window": {"last_days": 90},
        "agg": "count",
        "op": ">=",
        "value": 2,
    }
    assert said(dairy, {"not": TAG}) == (
        "近 90 天在「城西区」在「乳制品」购买 不少于 2 次，且 不满足（有标签「vip」）",
        "bought in Dairy at 城西区 at least 2 times in the last 90 days and not (is tagged “vip”)",
    )
    stage = {"kind": "trait", "name": "stage", "op": "in", "value": ["dormant", "lost"]}
    spend = {"kind": "trait", "name": "paid_fen", "op": ">", "value": 123450}
    assert said({"any": [stage, spend]}) == (
        "「生命周期阶段」属于 沉睡、流失，或 「累计净消费」多于 ¥1,234.50",
        "“Life-cycle stage” is one of Dormant, Lost or “Net spend in total” is more than ¥1,234.50",
    )
    viewed = {
        "kind": "sequence",
        "first": {"type": "product.viewed", "where": {"sku": ["M1"]}},
        "then_not": {"type": "order.paid"},
        "within_days": 3,
    }
    assert said(viewed) == (
        "就「鲜奶」浏览商品后 3 天内没有下单",
        "viewed a product of 鲜奶 and not within 3 days ordered",
    )
    assert said({"kind": "segment", "id": str(UUID(int=7))}) == (
        "属于人群「老客」",
        "is in the segment “老客”",
    )
    best = {"kind": "trait", "name": "share_before_bp", "op": "<", "value": 8_000}
    assert said(best) == (
        "是消费从高到低、合计带来 80% 销售的客户",
        "among the best customers, who bring 80% of sales",
    )
    assert said({"kind": "sample", "share": 0.1, "salt": "q4"})[0] == "抽样 10%（q4）"
    assert said() == ("全部客户", "all customers")


@pytest.mark.parametrize(
    ("leaf", "zh", "en"),
    [
        (
            {"n": 1, "where": {"category": ["dairy"]}},
            "首次下单在「乳制品」",
            "the first time they ordered was in Dairy",
        ),
        (
            {"n": -1, "where": {"unit": ["region-2"]}, "window": {"last_days": 30}},
            "最近一次下单在「城西区」，发生在近 30 天",
            "the last time they ordered was at 城西区 in the last 30 days",
        ),
        (
            {"n": 3, "window": {"last_days": 1}},
            "第 3 次下单发生在近 1 天",
            "the 3rd time they ordered was in the last 1 day",
        ),
        (
            {"n": -12, "where": {"unit": ["region-2"]}},
            "倒数第 12 次下单在「城西区」",
            "the 12th last time they ordered was at 城西区",
        ),
        ({"n": 1}, "下单 不少于 1 次", "ordered at least once"),
        ({"n": -12}, "下单 不少于 12 次", "ordered at least 12 times"),
    ],
)
def test_the_nth_is_told(leaf: dict[str, Any], zh: str, en: str) -> None:
    assert said({"kind": "nth", "type": "order.paid", **leaf}) == (zh, en)


@pytest.mark.parametrize(
    ("leaf", "zh", "en"),
    [
        ({"from_days": 0, "to_days": 0}, "今天是入会周年", "an anniversary of joining is today"),
        (
            {"from_days": 0, "to_days": 7},
            "未来 7 天内是入会周年",
            "an anniversary of joining is within the next 7 days",
        ),
        (
            {"from_days": -7, "to_days": -1, "years": 1, "of": "first_paid"},
            "过去 7 天内首购满 1 年",
            "the 1st anniversary of the first purchase was in the last 7 days",
        ),
        (
            {"from_days": -3, "to_days": 5, "years": 2},
            "今天起第 -3 至 5 天入会满 2 年",
            "the 2nd anniversary of joining is from day -3 to day 5 from today",
        ),
    ],
)
def test_anniversaries_are_told(leaf: dict[str, Any], zh: str, en: str) -> None:
    assert said({"kind": "anniversary", "of": "joined", **leaf}) == (zh, en)


@given(
    st.dates(date(1996, 1, 1), date(2028, 12, 31)),
    st.integers(1, 9),
    st.integers(-400, 400) | st.sampled_from((-1, 0, 1)),
)
def test_the_first_with_an_anniversary_is_found(on: date, years: int, off: int) -> None:
    day = anniversary(on, on.year + years) + timedelta(days=off)
    assert (ages.years_before(day, years) <= on) == (off <= 0)


@given(st.integers(0, 10**6))
def test_every_rule_can_be_told_and_compiled(seed: int) -> None:
    segment = UUID(int=7)
    tree = parse.parse(make_rule(Random(seed), [str(segment)]))
    told = sentence.sentence(tree, NAMES)
    assert told.zh
    assert told.en
    now = datetime(2026, 11, 20, tzinfo=UTC)
    context = Context("Asia/Shanghai", now, {segment: parse.parse(rule(TAG))})
    compiled = compiler.count(tree, context)
    assert compiled.paths == [at.path for at in parse.leaves(tree)]


def test_templates_are_rules() -> None:
    assert len({template.key for template in TEMPLATES}) == len(TEMPLATES)
    for template in TEMPLATES:
        parse.check_traits(parse.parse(template.rule), set())


def test_every_trait_has_operators_and_names() -> None:
    for name, kind in traits.BUILT_IN.items():
        assert kind.name == name
        assert kind.ops
        assert kind.zh
        assert kind.en


@given(st.uuids(), st.text(max_size=20), st.floats(0, 1))
def test_a_larger_share_keeps_whom_the_smaller_drew(id_: UUID, salt: str, share: float) -> None:
    draw = sample.draw(id_, salt)
    assert 0 <= draw < sample.SPACE
    assert draw < sample.threshold_of(1.0)
    assert not draw < sample.threshold_of(0.0)
    if draw < sample.threshold_of(share / 2):
        assert draw < sample.threshold_of(share)
