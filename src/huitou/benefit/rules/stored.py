"""What a recharge gives, and what a customer gets who gives the card back. Pure."""

from dataclasses import replace
from datetime import date, datetime, timedelta

from huitou.benefit.rules import stored_law
from huitou.benefit.types.ledger import FOREVER
from huitou.benefit.types.stored import (
    BadStoredPlan,
    NotAStep,
    OverCap,
    RechargeStep,
    Refundable,
    Run,
    StoredPlan,
    UnlawfulPlan,
    WithdrawalPolicy,
)
from huitou.benefit.types.templates import Sentence
from huitou.kernel.money import BASIS_POINTS
from huitou.kernel.time import day_of, day_start
from huitou.kernel.words import money_en, money_zh


def check_plan(plan: StoredPlan) -> None:
    """Refuses `stored.bad_plan` for what cannot be meant, `stored.unlawful` for what breaks a rule."""
    amounts = [step.pay_fen for step in plan.steps]
    if len(set(amounts)) < len(amounts):
        raise BadStoredPlan(reason="two steps have the same amount")
    broken = stored_law.unlawful(plan)
    if broken:
        raise UnlawfulPlan(
            rules=[each.code for each in broken],
            zh="；".join(each.zh for each in broken),
            en="; ".join(each.en for each in broken),
        )


def step_for(plan: StoredPlan, paid_fen: int) -> RechargeStep | None:
    """What paying in `paid_fen` gives: the highest step reached. Refuses amounts not offered."""
    reached = [step for step in stored_law.sorted_steps(plan) if step.pay_fen <= paid_fen]
    if not plan.is_any_amount and (not reached or reached[-1].pay_fen != paid_fen):
        raise NotAStep()
    return reached[-1] if reached else None


def check_cap(plan: StoredPlan, balance_fen: int, paid_fen: int) -> None:
    """Refuses a balance of prepaid money above what the plan's kind of card may hold."""
    cap = stored_law.CAP_FEN[plan.card]
    if balance_fen + paid_fen > cap:
        zh, en = stored_law.cap_words(plan.card)
        raise OverCap(zh=zh, en=en, balance_fen=balance_fen, left_fen=max(0, cap - balance_fen))


def bonus_ends(plan: StoredPlan, now: datetime, zone: str) -> datetime:
    """The end of the last of `bonus_days` calendar days after today."""
    if plan.bonus_days is None:
        return FOREVER
    return day_start(day_of(now, zone) + timedelta(days=plan.bonus_days + 1), zone)


def refundable(
    policy: WithdrawalPolicy, run: Run, principal_fen: int, bonus_fen: int
) -> Refundable:
    """What who gives the card back gets, and why: `principal_fen` and `bonus_fen` are what they can
    use now.

    The principal that is left, less what was used of the bonus beyond what the principal spent has
    earned (by policy: all that was used, or nothing), less the fee. Bonus left is forfeited. The
    deduction never exceeds what is left.
    """
    taken = min(_unearned(policy, run), principal_fen)
    fee = (principal_fen - taken) * policy.fee_bp // BASIS_POINTS
    found = Refundable(
        principal_fen=principal_fen,
        bonus_fen=bonus_fen,
        bonus_used_fen=run.bonus_used_fen,
        taken_back_fen=taken,
        fee_fen=fee,
        payout_fen=principal_fen - taken - fee,
        why=Sentence("", ""),
    )
    return replace(found, why=_why(found, policy))


def _unearned(policy: WithdrawalPolicy, run: Run) -> int:
    if policy.take_back == "nothing" or not run.principal_fen:
        return 0
    if policy.take_back == "all":
        return run.bonus_used_fen
    spent = max(0, run.principal_fen - run.left_fen)
    # Rounded up, in the customer's favour.
    earned = -(-run.bonus_fen * spent // run.principal_fen)
    return max(0, run.bonus_used_fen - earned)


def _why(found: Refundable, policy: WithdrawalPolicy) -> Sentence:
    zh = [f"剩余本金 {money_zh(found.principal_fen)}"]
    en = [f"{money_en(found.principal_fen)} of the money paid in is left"]
    if found.taken_back_fen:
        zh.append(f"扣回已用赠金 {money_zh(found.taken_back_fen)}")
        en.append(f"{money_en(found.taken_back_fen)} of bonus used is taken back")
    if found.fee_fen:
        zh.append(f"手续费 {money_zh(found.fee_fen)}（{policy.fee_bp / 100:g}%）")
        en.append(f"the fee is {money_en(found.fee_fen)} ({policy.fee_bp / 100:g}%)")
    if found.bonus_fen:
        zh.append(f"未用赠金 {money_zh(found.bonus_fen)}作废")
        en.append(f"{money_en(found.bonus_fen)} of bonus not used is forfeited")
    zh.append(f"实退 {money_zh(found.payout_fen)}")
    en.append(f"{money_en(found.payout_fen)} is paid out")
    return Sentence("，".join(zh), "; ".join(en))


def quarter_starts(today: date, count: int) -> list[date]:
    """The first days of this quarter and of those before it, `count` altogether, earliest first."""
    first = date(today.year, (today.month - 1) // 3 * 3 + 1, 1)
    starts = [first]
    while len(starts) < count:
        last = starts[-1] - timedelta(days=1)
        starts.append(date(last.year, (last.month - 1) // 3 * 3 + 1, 1))
    return starts[::-1]


def quarter_name(start: date) -> str:
    """`2026Q3`."""
    return f"{start.year}Q{(start.month + 2) // 3}"
