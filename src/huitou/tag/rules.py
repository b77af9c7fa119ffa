"""Pure decisions: how sure a finding is, what tag it makes, and the sentences of its evidence."""

from collections.abc import Mapping
from math import exp, sqrt
from typing import Any

from huitou.segment.types.vocabulary import Choice
from huitou.tag.types import DAYPARTS, TRAIT, Finding, Found, Habit, Kind, Policy, Recommendation

_LOGISTIC = 1.702
"""The logistic curve with this slope is within 0.01 of the normal distribution (Haley 1952)."""

_Z_MAX = 20.0

_BEHAVIOUR: dict[Kind, tuple[str, str]] = {
    "category": ("{hits}/{total} 单买了{name}", "{hits} of {total} orders had {name}"),
    "price": (
        "{hits}/{total} 件是低于原价买的",
        "{hits} of {total} lines were bought below list price",
    ),
    "novelty": (
        "{hits}/{total} 件是上市 30 天内的新品",
        "{hits} of {total} lines were products in their first 30 days",
    ),
    "daypart": ("{hits}/{total} 单下在{name}", "{hits} of {total} orders came {name}"),
    "weekend": ("{hits}/{total} 单下在周末", "{hits} of {total} orders came at weekends"),
}


def confidence_bp(hits: int, total: int, base: float) -> int:
    """How sure it is that the customer's share is above the base's, in basis points below 10,000.

    The one-sided test of a share against a known one, by the normal approximation: z standard
    errors above. The SQL of `store.set_findings` is the same rule.
    """
    z = (hits / total - base) / sqrt(base * (1 - base) / total)
    return min(9_999, int(10_000 / (1 + exp(-_LOGISTIC * min(z, _Z_MAX)))))


def is_finding(hits: int, total: int, base: float, policy: Policy) -> bool:
    """Often enough, clearly more than everybody, and not by chance."""
    if not 0 < base < 1 or hits < policy.hits_min:
        return False
    is_lifted = hits * 10_000 >= policy.lift_min_bp * base * total
    return is_lifted and confidence_bp(hits, total, base) >= policy.confidence_min_bp


def daypart(hour: int) -> str:
    """The part of the day of a local hour, 0–23."""
    if 5 <= hour < 11:
        return "morning"
    if 11 <= hour < 14:
        return "noon"
    if 14 <= hour < 17:
        return "afternoon"
    return "evening" if 17 <= hour < 22 else "night"


def key_of(kind: Kind, value: str) -> str:
    """How the trait names a finding: `category:dairy`, `price`."""
    return f"{kind}:{value}" if value else kind


def rule_of(kind: Kind, value: str) -> dict[str, Any]:
    """The segment of those who have the finding."""
    leaf = {"kind": "trait", "name": TRAIT, "op": "contains", "value": [key_of(kind, value)]}
    return {"v": 1, "all": [leaf]}


def choices(categories: Mapping[str, tuple[str, str]]) -> tuple[Choice, ...]:
    """What the trait may hold, in words."""
    known: list[tuple[Kind, str]] = [("price", ""), ("novelty", ""), ("weekend", "")]
    known += [("daypart", value) for value in DAYPARTS]
    known += [("category", code) for code in categories]
    return tuple(
        Choice(key_of(kind, value), *names_of(kind, value, categories)) for kind, value in known
    )


def names_of(kind: Kind, value: str, categories: Mapping[str, tuple[str, str]]) -> tuple[str, str]:
    """What the tag is called."""
    if kind == "category":
        zh, en = categories.get(value, (value, value))
        return f"偏爱{zh}"[:40], f"Prefers {en}"[:40]
    if kind == "daypart":
        zh, en = DAYPARTS[value]
        return f"常在{zh.partition('（')[0]}购买", f"Buys {en.partition(' (')[0]}"
    names: dict[Kind, tuple[str, str]] = {
        "price": ("价格敏感", "Price sensitive"),
        "novelty": ("爱尝新品", "Likes new products"),
        "weekend": ("周末购买", "Weekend buyer"),
    }
    return names[kind]


def evidence(finding: Finding, categories: Mapping[str, tuple[str, str]]) -> Habit:
    """A customer's finding in words."""
    tag_zh, tag_en = names_of(finding.kind, finding.value, categories)
    zh, en = _behaviour(finding, categories)
    share, base = _percent(10_000 * finding.hits // finding.total), _percent(finding.base_bp)
    times = _times(finding)
    return Habit(
        kind=finding.kind,
        value=finding.value,
        tag_zh=tag_zh,
        tag_en=tag_en,
        evidence_zh=f"{zh}（{share}），全部客户平均 {base}，是平均的 {times} 倍",
        evidence_en=f"{en} ({share}); all customers' average is {base}, so {times} times it",
        confidence_bp=finding.confidence_bp,
    )


def recommended(found: Found, categories: Mapping[str, tuple[str, str]]) -> Recommendation:
    """A recommended tag in words."""
    name_zh, name_en = names_of(found.kind, found.value, categories)
    zh, en = _behaviour(found, categories)
    share, base = _percent(10_000 * found.hits // found.total), _percent(found.base_bp)
    count, times = f"{found.customer_count:,}", _times(found)
    return Recommendation(
        id=found.id,
        kind=found.kind,
        value=found.value,
        state=found.state,
        name_zh=name_zh,
        name_en=name_en,
        evidence_zh=f"{count} 位客户合计 {zh}（{share}），全部客户平均 {base}，是平均的 {times} 倍",
        evidence_en=f"Of {count} customers together, {en} ({share}); all customers' average is {base},"
        f" so {times} times it",
        customer_count=found.customer_count,
        confidence_bp=found.confidence_bp,
        found_at=found.found_at,
        tag_id=found.tag_id,
    )


def _behaviour(of: Finding | Found, categories: Mapping[str, tuple[str, str]]) -> tuple[str, str]:
    zh, en = _BEHAVIOUR[of.kind]
    names = categories.get(of.value) or DAYPARTS.get(of.value) or (of.value, of.value)
    hits, total = f"{of.hits:,}", f"{of.total:,}"
    return (
        zh.format(hits=hits, total=total, name=names[0]),
        en.format(hits=hits, total=total, name=names[1]),
    )


def _percent(bp: int) -> str:
    return f"{bp / 100:.0f}%" if bp >= 100 else f"{bp / 100:.1f}%"


def _times(of: Finding | Found) -> str:
    return f"{10_000 * of.hits / of.total / max(of.base_bp, 1):.1f}"
