"""The law on prepaid cards, as far as it limits a plan. Pure.

《单用途商业预付卡管理办法（试行）》 (MOFCOM 2012 No. 9, below: the Measures) and the Supreme People's
Court's interpretation on prepaid consumption, 法释〔2025〕4号 (in force since 2025-05-01).
"""

import re
from datetime import timedelta

from huitou.benefit.types.stored import Card, RechargeStep, StoredPlan, Unlawful
from huitou.benefit.types.templates import Warned
from huitou.kernel.money import yuan

MEASURES_ZH = "《单用途商业预付卡管理办法（试行）》"
MEASURES_EN = "Measures on single-purpose prepaid cards (MOFCOM 2012 No. 9)"
INTERPRETATION_ZH = "法释〔2025〕4号"
INTERPRETATION_EN = "Supreme People's Court interpretation 2025 No. 4"

CAP_FEN: dict[Card, int] = {"named": 500_000, "bearer": 100_000}
"""The most prepaid money a card may hold. Bonus is not money that was paid in."""
BEARER_VALID_DAYS = timedelta(days=3 * 366).days
FEE_MAX_BP = 2_000
"""A fee above a fifth keeps customers from their own money as well as a refusal would (our rule)."""

_CARD = {"named": ("记名卡", "named card"), "bearer": ("不记名卡", "bearer card")}
_NO_REFUND = re.compile(
    r"概不退|不予退|恕不退|不退(款|卡|费|余额|还)|不可退|不得退|余额作废|过期作废|余额清零"
)


def unlawful(plan: StoredPlan) -> list[Unlawful]:
    """Every rule the plan breaks; empty when it may be published."""
    found = [_over_cap(plan.card, step) for step in plan.steps]
    return [each for each in (*found, _validity(plan), *_withdrawal(plan), _terms(plan)) if each]


def warnings(plan: StoredPlan) -> list[Warned]:
    """What is allowed and probably not meant."""
    found = []
    bonuses = [step.bonus_fen * 10_000 // step.pay_fen for step in sorted_steps(plan)]
    if bonuses != sorted(bonuses):
        found.append(
            Warned("falling_bonus", "多充反而送得少（按比例）", "Who pays in more gets less")
        )
    if any(bonus > 10_000 for bonus in bonuses):
        found.append(Warned("more_bonus_than_money", "赠送超过充值额", "More bonus than money"))
    if plan.withdrawal.take_back == "nothing" and plan.spend_order == "bonus_first":
        found.append(
            Warned(
                "bonus_for_nothing",
                "先花赠金、退卡又不扣回：客户可只用赠金再退卡",
                "Customers can use the bonus and then take their money back",
            )
        )
    return found


def sorted_steps(plan: StoredPlan) -> list[RechargeStep]:
    """Lowest first."""
    return sorted(plan.steps, key=lambda step: step.pay_fen)


def cap_words(card: Card) -> tuple[str, str]:
    """The cap and the rule it stands in."""
    zh, en = _CARD[card]
    cap = yuan(CAP_FEN[card])
    return f"{zh}限额 {cap}（{MEASURES_ZH}）", f"a {en} holds at most {cap} ({MEASURES_EN})"


def _over_cap(card: Card, step: RechargeStep) -> Unlawful | None:
    if step.pay_fen <= CAP_FEN[card]:
        return None
    zh, en = cap_words(card)
    paid = yuan(step.pay_fen)
    return Unlawful("card_cap", f"充 {paid} 超过{zh}", f"a recharge of {paid}: {en}")


def _validity(plan: StoredPlan) -> Unlawful | None:
    if plan.valid_days is None:
        return None
    if plan.card == "named":
        return Unlawful(
            "named_expires",
            f"记名卡不得设有效期（{MEASURES_ZH}）",
            f"a named card must not expire ({MEASURES_EN})",
        )
    if plan.valid_days < BEARER_VALID_DAYS:
        return Unlawful(
            "bearer_too_short",
            f"不记名卡有效期不得少于 3 年（{MEASURES_ZH}）",
            f"a bearer card is valid for at least 3 years ({MEASURES_EN})",
        )
    return None


def _withdrawal(plan: StoredPlan) -> list[Unlawful]:
    found = []
    if not plan.withdrawal.is_allowed:
        found.append(
            Unlawful(
                "no_refund",
                f"不得约定不退余额（{INTERPRETATION_ZH}）",
                f"money left must be refundable ({INTERPRETATION_EN})",
            )
        )
    if plan.withdrawal.fee_bp > FEE_MAX_BP:
        most = f"{FEE_MAX_BP / 100:g}%"
        found.append(
            Unlawful(
                "unfair_fee",
                f"退卡手续费超过 {most}，等同于不退（{INTERPRETATION_ZH}）",
                f"a fee above {most} is as good as no refund ({INTERPRETATION_EN})",
            )
        )
    return found


def _terms(plan: StoredPlan) -> Unlawful | None:
    words = _NO_REFUND.search(plan.terms)
    if words is None:
        return None
    return Unlawful(
        "unfair_terms",
        f"条款“{words.group()}”无效（{INTERPRETATION_ZH}）",
        f"the term “{words.group()}” is void ({INTERPRETATION_EN})",
    )
