"""What a check found, in sentences. Pure."""

from collections.abc import Sequence

from huitou.benefit.types.templates import Sentence
from huitou.kernel.words import counted, moment, money_en, money_zh
from huitou.offer.types.checks import (
    Check,
    Exposure,
    Finding,
    LowPrice,
    Met,
    Problem,
    Replay,
    Severity,
    Situation,
)
from huitou.offer.types.offers import OfferDocument

_SEVERITIES: dict[Problem, Severity] = {
    "floor": "block",
    "free": "block",
    "cost": "warn",
    "gifts": "warn",
}
_PROBLEMS: dict[Problem, tuple[str, str]] = {
    "floor": ("低于最低售价", "below their lowest price"),
    "free": ("可以被减到 0 元", "free of charge"),
    "cost": ("低于成本", "below cost"),
    "gifts": ("赠品价值超过实付", "with gifts worth more than what is paid"),
}


def where(situation: Situation, tiers: dict[str, tuple[str, str]], zone: str) -> Sentence:
    """A moment, a place and a customer."""
    at, name = moment(situation.at, zone), situation.spot.name
    tier = tiers.get(situation.tier or "")
    who_zh, who_en = ("老客", "an old customer") if situation.has_bought else ("新客", "a new one")
    return Sentence(
        f"{at}，{name}，{f'{tier[0]}·' if tier else ''}{who_zh}",
        f"{at}, {name}, {f'{tier[1]}, ' if tier else ''}{who_en}",
    )


def rank(problem: Problem | None) -> int:
    """The worst first."""
    return len(_PROBLEMS) if problem is None else list(_PROBLEMS).index(problem)


def is_blocking(low: LowPrice) -> bool:
    """Does publishing it take two people?"""
    return low.problem is not None and _SEVERITIES[low.problem] == "block"


def findings(
    check: Check,
    prices: Sequence[LowPrice],
    conflicts: Sequence[Met],
    exposure: Exposure | None,
    replay: Replay,
) -> list[Finding]:
    """The worst first."""
    found = [*_prices(prices), *_conflicts(conflicts)]
    if exposure is not None:
        found.append(_exposure(exposure))
    if replay.orders:
        found.append(_replay(replay))
    if check.state == "done" and not any(each.severity != "info" for each in found):
        found.insert(0, Finding("sound", "info", "没有发现问题", "Nothing was found to be wrong"))
    return sorted(found, key=lambda each: ("block", "warn", "info").index(each.severity))


def notes(check: Check) -> list[Sentence]:
    """What the figures take for granted."""
    told = [
        Sentence(
            "两次计算都按今天生效的活动、等级和设置；订单里真正用过的券照样可用，没用的券不算",
            "Both times by the offers, tiers and settings of today; coupons that an order really used may be used,"
            " others are not",
        ),
        Sentence(
            "其他活动的预算和每人上限按未用过算；本活动的每人上限逐单累计，预算不设限，以便看出会花多少",
            "Budgets and customers' limits of other offers count as unused; this offer's limits a customer add up"
            " from order to order, its budget does not stop it, so that the whole cost is seen",
        ),
        Sentence(
            "人群和等级按客户今天所在；新客、老客按下单当时；订单不知是否来自导购链接，重放时按不是算",
            "Segments and tiers are those customers are in today; whether they had bought is as of the order; that an"
            " order came through an associate's link is not known, and not assumed",
        ),
        Sentence(
            f"每单计算时间不超过 {check.budget_ms} 毫秒，未证明最优的订单如实标出",
            f"At most {check.budget_ms} ms a cart; those not proven to be cheapest are marked",
        ),
    ]
    if check.cart_count < check.order_count:
        told.insert(
            0,
            Sentence(
                f"{check.order_count} 单中按客户随机抽取 {check.cart_count} 单（种子 {check.seed}），"
                "费用按比例推算到全部",
                f"{check.cart_count} of {counted(check.order_count, 'order')}, of customers drawn by seed {check.seed};"
                " costs are scaled up to all",
            ),
        )
    return told


def takes_two(document: OfferDocument, check: Check | None, limit_fen: int) -> list[Sentence]:
    """Why one person may not publish it alone; empty: they may. `check` is of this version and done, or None."""
    if limit_fen == 0:
        return []
    found = []
    budget, most = document.limits.budget_fen, (money_zh(limit_fen), money_en(limit_fen))
    if budget is not None and budget > limit_fen:
        found.append(
            Sentence(
                f"预算 {money_zh(budget)} 超过 {most[0]}",
                f"Its budget of {money_en(budget)} is above {most[1]}",
            )
        )
    high = check.exposure_high_fen if check else None
    if budget is None and high is None:
        found.append(
            Sentence(
                "没有预算，也没有检查过会花多少",
                "It has no budget, and was not checked for what it would cost",
            )
        )
    elif budget is None and high is not None and high > limit_fen:
        found.append(
            Sentence(
                f"没有预算，预计最多花 {money_zh(high)}，超过 {most[0]}",
                f"It has no budget and may cost {money_en(high)}, above {most[1]}",
            )
        )
    if check is not None and check.blocking:
        found.append(
            Sentence(
                f"{check.blocking} 个商品会低于最低售价或减到 0 元",
                f"{check.blocking} products would go below their lowest price or to nothing",
            )
        )
    return found


def _prices(prices: Sequence[LowPrice]) -> list[Finding]:
    found = []
    for problem, (zh, en) in _PROBLEMS.items():
        bad = [low for low in prices if low.problem == problem]
        if not bad:
            continue
        first = bad[0]
        paid = (
            f"{first.pieces} 件 {money_zh(first.paid_fen)}",
            f"{first.pieces} for {money_en(first.paid_fen)}",
        )
        found.append(
            Finding(
                f"price_{problem}",
                _SEVERITIES[problem],
                f"{len(bad)} 个商品{zh}，例如 {first.name}：{paid[0]}（原价每件 {money_zh(first.list_fen)}）",
                f"{len(bad)} products {en}, such as {first.name}: {paid[1]}"
                f" (each lists at {money_en(first.list_fen)})",
            )
        )
    return found


def _conflicts(conflicts: Sequence[Met]) -> list[Finding]:
    exclusive = [met for met in conflicts if met.relation == "exclusive"]
    together = [met for met in conflicts if met.relation == "together"]
    found = []
    if exclusive:
        found.append(
            Finding(
                "conflict_exclusive",
                "info",
                f"与 {len(exclusive)} 个活动或券同时有效但互斥，如「{exclusive[0].name}」",
                f"{len(exclusive)} offers or coupons hold at the same time and exclude it, such as {exclusive[0].name}",
            )
        )
    if together:
        found.append(
            Finding(
                "conflict_together",
                "info",
                f"会与 {len(together)} 个活动或券叠加，如「{together[0].name}」",
                f"{len(together)} offers or coupons add up with it, such as {together[0].name}",
            )
        )
    return found


def _exposure(exposure: Exposure) -> Finding:
    span_zh = "活动期间" if exposure.has_end else "没有结束时间，每"
    zh = (
        f"{span_zh} {exposure.days} 天预计花费 {money_zh(exposure.low_fen)} 至 {money_zh(exposure.high_fen)}"
        f"（中值 {money_zh(exposure.expected_fen)}）"
    )
    window = "In its window of" if exposure.has_end else "It has no end; in"
    en = (
        f"{window} {counted(exposure.days, 'day')} it would cost {money_en(exposure.low_fen)} to"
        f" {money_en(exposure.high_fen)} ({money_en(exposure.expected_fen)} expected)"
    )
    severity: Severity = "info"
    if exposure.budget_fen is not None and exposure.empty_from_days is not None:
        severity = "warn"
        latest = exposure.empty_to_days
        until = (f"第 {latest} 天", f"day {latest}") if latest else ("不会用完", "never")
        zh += f"；预算 {money_zh(exposure.budget_fen)} 最早第 {exposure.empty_from_days} 天、最晚{until[0]}"
        en += (
            f"; the budget of {money_en(exposure.budget_fen)} is used up on day"
            f" {exposure.empty_from_days} at the earliest, {until[1]} at the latest"
        )
    return Finding("exposure", severity, zh, en)


def _replay(replay: Replay) -> Finding:
    more = replay.after_fen - replay.before_fen
    way = ("少付", "less") if more <= 0 else ("多付", "more")
    return Finding(
        "replay",
        "info",
        f"重放 {replay.orders} 单：{replay.touched} 单受影响，共{way[0]} {money_zh(abs(more))}"
        f"，平均每单 {money_zh(abs(replay.average_fen))}",
        f"{counted(replay.orders, 'order')} replayed: {replay.touched} touched, {money_en(abs(more))} {way[1]} in all,"
        f" {money_en(abs(replay.average_fen))} each on average",
    )
