"""Judging orders, and keeping credits true to refunds and identity."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from uuid import UUID

from huitou.attribution.rules import credit as rules
from huitou.attribution.store import judging, lists
from huitou.attribution.types import (
    LAST_TOUCH,
    Credit,
    Credited,
    CreditsReduced,
    Delivery,
    OrderFacts,
    OrdersCredited,
    Policy,
)
from huitou.base.db import ReadTx, Tx
from huitou.event import actions as events
from huitou.event.types import Recorded
from huitou.identity import reads as identity
from huitou.kernel.ids import new_id
from huitou.kernel.time import rfc3339
from huitou.merchant import reads as merchants
from huitou.order import reads as orders

STREAM = "attribution"
_SUBJECTS_MAX = 1_000
_EVER = datetime(1970, 1, 1, tzinfo=UTC)


def consume(tx: Tx, after: int, upto: int) -> None:
    """Judge the orders, and reduce by the refunds, of the log's positions (after, upto]."""
    _lock(tx)
    refunded = {refund.order_id for refund in orders.refunds_in(tx, after, upto)}
    _settle(tx, judging.list_orders_in(tx, after, upto), refunded)


def judge_again(tx: Tx, customer_ids: Sequence[UUID], since: datetime | None = None) -> None:
    """Judge these customers' orders without a credit again, those paid from `since` on.

    A credit once given stands: the first one counts, also if a receipt that came late names a
    later message.
    """
    _lock(tx)
    _settle(tx, judging.list_uncredited(tx, customer_ids, since), set())


def messages_delivered(tx: Tx, message_ids: Sequence[UUID]) -> None:
    """Receipts came: orders paid after those deliveries may be credited now."""
    delivered = judging.list_delivered(tx, message_ids)
    if delivered:
        customers = list({customer_id for customer_id, _ in delivered})
        judge_again(tx, customers, min(at for _, at in delivered))


def messages_opened(tx: Tx, message_ids: Sequence[UUID]) -> None:
    """It became known that these were opened: evidence for credits of later purchases."""
    judging.set_opened(tx, message_ids)


def customers_merged(tx: Tx, pairs: Sequence[tuple[UUID, UUID]]) -> None:
    """Orders of losers are their winners'; a message to one may be behind an order of the other."""
    _lock(tx)
    judging.move_customers(tx, [loser for _, loser in pairs])
    judge_again(tx, _now(tx, [winner for winner, _ in pairs]))


def customers_split(tx: Tx, customer_ids: Sequence[UUID]) -> None:
    """Each has their own orders again; a credit whose message went to the other is withdrawn."""
    _lock(tx)
    judging.move_customers(tx, customer_ids)
    customers = _now(tx, customer_ids)
    messages = {
        touch.message_id: customer_id
        for customer_id, touches in _deliveries(tx, customers, _EVER).items()
        for touch in touches
    }
    wrong = [
        credit
        for credit in lists.list_standing(tx, customers)
        if messages.get(credit.message_id) != credit.customer_id
    ]
    judging.set_withdrawn(tx, [credit.id for credit in wrong])
    for ids in _chunks(credit.id for credit in wrong):
        tx.tell(CreditsReduced(ids))
    _settle(tx, [_order_of(credit) for credit in wrong], set())
    judge_again(tx, customers)


def forget(tx: Tx, customer_ids: Sequence[UUID]) -> None:
    """Credits no longer say whose orders they were; the money stays."""
    _lock(tx)
    judging.remove_customers(tx, customer_ids)


def _lock(tx: Tx) -> None:
    # An order and the receipt of its message may come at the same time. One of the two judges
    # second, and must see what the other has kept.
    tx.lock("attribution.judge")


def _now(tx: ReadTx, customer_ids: Iterable[UUID]) -> list[UUID]:
    """Who answers for these customers now."""
    return list(set(identity.canonical(tx, customer_ids).values()))


def _settle(tx: Tx, found: Sequence[OrderFacts], refunded: set[UUID]) -> None:
    """Judge `found`, bring their credits and those of `refunded` up to the refunds, and tell."""
    credited, uncredited = _judge(tx, found)
    if credited:
        judging.add_credits(tx, credited)
    if uncredited:
        judging.set_uncredited(tx, uncredited)
    reduced = judging.set_refunded(tx, list(refunded | {credit.order_id for credit in credited}))
    for ids in _chunks(credit.id for credit in credited):
        tx.tell(OrdersCredited(ids))
    for ids in _chunks(reduced):
        tx.tell(CreditsReduced(ids))
    events.record(tx, [_recorded(credit) for credit in credited])


def _judge(
    tx: Tx, found: Sequence[OrderFacts]
) -> tuple[list[Credit], list[tuple[OrderFacts, str]]]:
    policy = Policy(timedelta(days=merchants.setting(tx, "attribution.window_days")))
    customers = {order.customer_id for order in found if order.customer_id is not None}
    oldest = min((order.paid_at for order in found), default=tx.now) - policy.lookback
    touches = _deliveries(tx, customers, oldest)
    senders = {touch.staff_id for own in touches.values() for touch in own if touch.staff_id}
    stores = merchants.units_of_staff(tx, senders)
    credited: list[Credit] = []
    uncredited: list[tuple[OrderFacts, str]] = []
    for order in found:
        own = touches[order.customer_id] if order.customer_id is not None else []
        verdict = rules.credit(order, own, policy)
        if isinstance(verdict, Credited):
            credited.append(_credit(order, verdict, policy, stores, tx.now))
        else:
            uncredited.append((order, verdict.reason.value))
    return credited, uncredited


def _deliveries(
    tx: ReadTx, customer_ids: Iterable[UUID], since: datetime
) -> dict[UUID, list[Delivery]]:
    found: dict[UUID, list[Delivery]] = {customer_id: [] for customer_id in customer_ids}
    for touch in judging.list_deliveries(tx, list(found), since):
        found[touch.customer_id].append(touch)
    return found


def _credit(
    order: OrderFacts,
    verdict: Credited,
    policy: Policy,
    stores: dict[UUID, UUID],
    now: datetime,
) -> Credit:
    touch = verdict.touch
    of_staff = stores.get(touch.staff_id) if touch.staff_id else None
    return Credit(
        id=new_id(),
        order_id=order.order_id,
        order_no=order.order_no,
        customer_id=order.customer_id,
        unit_id=order.unit_id,
        credited_unit_id=touch.unit_id or of_staff or order.unit_id,
        campaign_id=touch.campaign_id,
        opportunity_id=touch.opportunity_id,
        task_id=touch.task_id,
        message_id=touch.message_id,
        staff_id=touch.staff_id,
        channel=touch.channel,
        model=LAST_TOUCH,
        window_days=policy.window.days,
        amount_fen=order.amount_fen,
        refunded_fen=0,
        paid_at=order.paid_at,
        position=order.position,
        evidence={
            "delivered_at": rfc3339(touch.delivered_at),
            "opened_at": _opened_before(touch, order),
            "paid_at": rfc3339(order.paid_at),
            "considered": verdict.considered,
        },
        at=now,
        withdrawn_at=None,
        version=1,
    )


def _opened_before(touch: Delivery, order: OrderFacts) -> str | None:
    if touch.opened_at is None or touch.opened_at > order.paid_at:
        return None
    return rfc3339(touch.opened_at)


def _order_of(credit: Credit) -> OrderFacts:
    return OrderFacts(
        order_id=credit.order_id,
        order_no=credit.order_no,
        position=credit.position,
        customer_id=credit.customer_id,
        unit_id=credit.unit_id,
        paid_at=credit.paid_at,
        amount_fen=credit.amount_fen,
    )


def _recorded(credit: Credit) -> Recorded:
    assert credit.customer_id is not None, "an anonymous order is not credited"
    return Recorded(
        id=f"order.credited:{credit.id}",
        type="order.credited",
        customer_id=credit.customer_id,
        occurred_at=credit.paid_at,
        unit_id=credit.unit_id,
        properties={
            "credit": str(credit.id),
            "order": str(credit.order_id),
            "message": str(credit.message_id),
            "campaign": str(credit.campaign_id) if credit.campaign_id else None,
            "staff": str(credit.staff_id) if credit.staff_id else None,
            "amount_fen": credit.amount_fen,
        },
    )


def _chunks(ids: Iterable[UUID]) -> Iterable[tuple[UUID, ...]]:
    listed = tuple(ids)
    for start in range(0, len(listed), _SUBJECTS_MAX):
        yield listed[start : start + _SUBJECTS_MAX]
