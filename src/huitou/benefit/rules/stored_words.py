"""A stored-value plan as a sentence, in Chinese and English. Pure."""

from huitou.benefit.rules.stored_law import sorted_steps
from huitou.benefit.types.payments import SpendOrder
from huitou.benefit.types.stored import RechargeStep, StoredPlan, TakeBack
from huitou.benefit.types.templates import Sentence
from huitou.kernel.words import counted, money_en, money_zh

_ORDER: dict[SpendOrder, tuple[str, str]] = {
    "pro_rata": ("消费按余额比例扣本金和赠金", "money and bonus are spent in proportion"),
    "principal_first": ("消费先扣本金后扣赠金", "money is spent before the bonus"),
    "bonus_first": ("消费先扣赠金后扣本金", "the bonus is spent before the money"),
}
_TAKE_BACK: dict[TakeBack, tuple[str, str]] = {
    "unearned": (
        "，扣回超出已消费比例的赠金",
        ", less bonus used beyond the share of the money spent",
    ),
    "all": ("，扣回已用赠金", ", less all bonus used"),
    "nothing": ("", ""),
}


def sentence(plan: StoredPlan) -> Sentence:
    """The whole plan."""
    steps = sorted_steps(plan)
    parts = [
        ("、".join(_step_zh(each) for each in steps), ", ".join(_step_en(each) for each in steps)),
        ("可充任意金额", "any amount may be paid in")
        if plan.is_any_amount
        else ("只充以上金额", "these amounts only"),
        _bonus_end(plan),
        _card(plan),
        _ORDER[plan.spend_order],
        _withdrawal(plan),
    ]
    kept = [part for part in parts if part[0]]
    return Sentence("；".join(zh for zh, _ in kept), "; ".join(en for _, en in kept))


def _step_zh(step: RechargeStep) -> str:
    gifts = [money_zh(step.bonus_fen)] if step.bonus_fen else []
    gifts += [f"券 {len(step.coupons)} 张"] if step.coupons else []
    return f"充 {money_zh(step.pay_fen)}" + (f"送 {'和'.join(gifts)}" if gifts else "")


def _step_en(step: RechargeStep) -> str:
    count = len(step.coupons)
    gifts = [money_en(step.bonus_fen)] if step.bonus_fen else []
    gifts += [f"{count} coupon{'s' if count > 1 else ''}"] if count else []
    return f"pay {money_en(step.pay_fen)}" + (f", get {' and '.join(gifts)}" if gifts else "")


def _bonus_end(plan: StoredPlan) -> tuple[str, str]:
    if not any(step.bonus_fen for step in plan.steps):
        return "", ""
    if plan.bonus_days is None:
        return "赠金不过期", "the bonus never ends"
    return (
        f"赠金 {plan.bonus_days} 天内有效",
        f"the bonus is valid for {counted(plan.bonus_days, 'day')}",
    )


def _card(plan: StoredPlan) -> tuple[str, str]:
    zh, en = ("记名", "named card") if plan.card == "named" else ("不记名", "bearer card")
    if plan.valid_days is not None:
        zh += f"，卡有效期 {plan.valid_days} 天，到期可续"
        en += f", valid for {counted(plan.valid_days, 'day')} and renewable"
    return f"{zh}，本金永不过期", f"{en}, money paid in never expires"


def _withdrawal(plan: StoredPlan) -> tuple[str, str]:
    policy = plan.withdrawal
    if not policy.is_allowed:
        return "不可退卡", "no refund"
    zh, en = _TAKE_BACK[policy.take_back]
    fee_zh = f"，手续费 {policy.fee_bp / 100:g}%" if policy.fee_bp else ""
    fee_en = f", fee {policy.fee_bp / 100:g}%" if policy.fee_bp else ""
    return f"随时可退剩余本金{zh}{fee_zh}", f"money left is refunded any time{en}{fee_en}"
