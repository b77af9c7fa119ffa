"""Games read aloud, Chinese and English. Pure."""

from huitou.benefit.types.games import CheckInRules, PlayRules, Prize, WheelRules
from huitou.kernel.money import yuan
from huitou.kernel.time import DEFAULT_ZONE, day_of
from huitou.kernel.words import counted


def sentence(rules: CheckInRules | WheelRules, zone: str = DEFAULT_ZONE) -> tuple[str, str]:
    """What is announced: kinds, quantities, odds, conditions, times, how to claim, by whom."""
    begins, ends = day_of(rules.starts_at, zone), day_of(rules.ends_at, zone)
    span_zh, span_en = f"{begins} 至 {ends}", f"from {begins} to {ends}"
    if isinstance(rules, CheckInRules):
        return _check_in(rules, span_zh, span_en)
    zh = [f"{rules.name}，{span_zh}", "；".join(_prize(each)[0] for each in rules.prizes)]
    en = [f"{rules.name}, {span_en}", "; ".join(_prize(each)[1] for each in rules.prizes)]
    told_zh, told_en = _plays(rules.plays)
    zh += [told_zh, "奖品发完为止，发完后抽中视为未中奖"]
    en += [told_en, "while prizes last; a prize that has run out counts as none"]
    said = rules.disclosure
    for label_zh, label_en, text in (
        ("参与条件", "Who may take part", said.conditions),
        ("开奖", "Draw", said.draw),
        ("领奖", "Claims", said.claim),
        ("弃奖", "Abandonment", said.abandonment),
        ("主办方", "Organiser", f"{said.organiser} {said.contact}".strip()),
    ):
        if text:
            zh.append(f"{label_zh}：{text}")
            en.append(f"{label_en}: {text}")
    return "。".join(zh) + "。", ". ".join(en) + "."


def _check_in(rules: CheckInRules, span_zh: str, span_en: str) -> tuple[str, str]:
    zh = [f"{rules.name}，{span_zh}：每天签到得 {rules.points_per_day} 积分"]
    en = [f"{rules.name}, {span_en}: each day gives {counted(rules.points_per_day, 'point')}"]
    for bonus in sorted(rules.bonuses, key=lambda each: each.day):
        zh.append(f"连续第 {bonus.day} 天另得 {bonus.points} 积分")
        en.append(f"day {bonus.day} in a row {bonus.points} more")
    if rules.cycle_days:
        zh.append(f"每 {rules.cycle_days} 天一轮")
        en.append(f"anew every {counted(rules.cycle_days, 'day')}")
    return "，".join([*zh, "漏签不补"]) + "。", ", ".join(
        [*en, "a missed day is not made up for"]
    ) + "."


def _prize(prize: Prize) -> tuple[str, str]:
    odds_zh, odds_en = f"概率 {prize.odds_bp / 100:g}%", f"odds {prize.odds_bp / 100:g}%"
    if prize.what.kind == "nothing":
        return f"{prize.zh}：{odds_zh}", f"{prize.en}: {odds_en}"
    count_zh = "不限量" if prize.stock is None else f"{prize.stock:,} 份"
    count_en = "without end" if prize.stock is None else f"{prize.stock:,}"
    worth = yuan(prize.value_fen)
    return (
        f"{prize.zh}：价值 {worth}，{count_zh}，{odds_zh}",
        f"{prize.en}: worth {worth}, {count_en}, {odds_en}",
    )


def _plays(plays: PlayRules) -> tuple[str, str]:
    zh, en = [], []
    if plays.per_day:
        zh.append(f"每天 {plays.per_day} 次（当天有效）")
        en.append(f"{counted(plays.per_day, 'play')} a day, for the day")
    if plays.per_order:
        least = yuan(plays.min_order_fen)
        zh.append(f"每笔满 {least} 的订单 {plays.per_order} 次")
        en.append(f"{plays.per_order} for each order of at least {least}")
    if plays.per_share:
        zh.append(f"每次分享 {plays.per_share} 次（每天最多 {plays.shares_a_day} 次分享）")
        en.append(f"{plays.per_share} for each of {counted(plays.shares_a_day, 'share')} a day")
    return "抽奖次数：" + "，".join(zh), "Plays: " + ", ".join(en)
