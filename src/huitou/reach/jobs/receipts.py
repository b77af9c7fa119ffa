"""What providers report of messages: each report counts once, whenever and in what order it comes.

A report names its message by our id or by the provider's reference. The reference may come back
in a report before the answer to the submit has been kept: such a report waits, and `settle` takes
it up as soon as the message is known by it.
"""

from collections.abc import Sequence
from datetime import timedelta

from huitou.base.db import Tx
from huitou.base.jobs import every
from huitou.reach.jobs import news
from huitou.reach.jobs.opening import News
from huitou.reach.rules import standing
from huitou.reach.store import messages as store
from huitou.reach.store import reports
from huitou.reach.types.channels import Delivered, Failed, Receipt

_KEPT = timedelta(days=1)
"""A report that waited so long is of a message that somebody else sent with the same account."""


def take(tx: Tx, carrier: str, receipts: Sequence[Receipt]) -> None:
    """Advance the messages these are about; of others we know nothing yet."""
    fresh = [r for r in receipts if reports.add_receipt(tx, carrier, f"report:{r.key}")]
    by_ref = reports.messages_by_ref(tx, carrier, [r.ref for r in fresh if r.message_id is None])
    named = [(r.message_id or by_ref.get(r.ref), r) for r in fresh]
    locked = {m.id: m for m in store.lock_messages(tx, [id for id, _ in named if id])}
    told = []
    for message_id, receipt in named:
        message = locked.pop(message_id, None) if message_id else None
        if message is not None:
            after = standing.after_ask(receipt.outcome, message.attempt, receipt.at)
            told.append(News(message, after))
    news.take(tx, told)
    early = [r for id, r in named if id is None and r.message_id is None]
    reports.add_reports(tx, carrier, early)


@every(seconds=2)
def settle(tx: Tx) -> None:
    """Reports that came before their message was known by its reference."""
    waiting = reports.take_known(tx)
    locked = {m.id: m for m in store.lock_messages(tx, [w.message_id for w in waiting])}
    told = []
    for report in waiting:
        message = locked.pop(report.message_id, None)
        if message is not None:
            outcome: Delivered | Failed = Delivered(report.ref, report.at)
            if report.failure is not None:
                outcome = Failed(report.failure, "reported")
            told.append(News(message, standing.after_ask(outcome, message.attempt, report.at)))
    news.take(tx, told)
    reports.remove_old(tx, tx.now - _KEPT)
