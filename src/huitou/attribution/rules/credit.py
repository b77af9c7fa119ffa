"""Whose order is it? The last message delivered before the purchase, within the window."""

from collections.abc import Sequence

from huitou.attribution.types import (
    REASON_EN,
    REASON_ZH,
    Credit,
    Credited,
    Delivery,
    OrderFacts,
    Policy,
    Reason,
    Uncredited,
)
from huitou.kernel.time import DEFAULT_ZONE, day_of


def credit(
    order: OrderFacts, deliveries: Sequence[Delivery], policy: Policy
) -> Credited | Uncredited:
    """The verdict on `order`, given the deliveries to its customer.

    Depends on the order's own time only, never on when it or a receipt arrived. Of two deliveries
    at the same instant the one with the greater message id (made later) is taken. Whether the
    message was opened is evidence, not a condition.
    """
    if order.customer_id is None:
        return Uncredited(Reason.ANONYMOUS)
    known = [
        touch
        for touch in deliveries
        if order.paid_at - policy.lookback <= touch.delivered_at <= order.paid_at
    ]
    if not known:
        return Uncredited(Reason.NO_TOUCH)
    inside = [touch for touch in known if touch.delivered_at >= order.paid_at - policy.window]
    if not inside:
        return Uncredited(Reason.OUTSIDE_WINDOW)
    last = max(inside, key=lambda touch: (touch.delivered_at, touch.message_id))
    return Credited(last, considered=len(inside))


def sentence(credited: Credit, *, language: str = "zh", zone: str = DEFAULT_ZONE) -> str:
    """Why the order is credited, for people."""
    evidence = credited.evidence
    opened = evidence.get("opened_at") is not None
    paid = day_of(credited.paid_at, zone)
    if language.startswith("en"):
        seen = ", opened" if opened else ""
        return (
            f"The last message delivered within {credited.window_days} days before the purchase "
            f"of {paid} ({credited.channel}{seen})"
        )
    seen = "，顾客已打开" if opened else ""
    return (
        f"{paid} 下单前 {credited.window_days} 天内最后一次送达的消息（{credited.channel}{seen}）"
    )


def reason_sentence(reason: str, *, language: str = "zh") -> str:
    """Why nobody is credited, for people."""
    told = REASON_EN if language.startswith("en") else REASON_ZH
    return told[Reason(reason)]
