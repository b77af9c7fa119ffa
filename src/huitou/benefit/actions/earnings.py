"""What is earned is given, taken back with what is refunded, and follows its event to another customer."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from uuid import UUID

from huitou.base.db import Tx
from huitou.benefit.actions import ledger
from huitou.benefit.rules import ledger as rules
from huitou.benefit.store import earnings as store
from huitou.benefit.store import lots
from huitou.benefit.types.earnings import Due, Earned
from huitou.benefit.types.ledger import Leg, Posting, Reversal


def settle(tx: Tx, earned: Sequence[Earned], dues: Mapping[str, Sequence[Due]]) -> None:
    """Give what is not given yet, and take back what is due by now (by key, in the order of time).

    What is due counts all told, so the same may be said again and steps do not matter.
    """
    given = _give(tx, earned)
    settled = _take_back(tx, given, dues)
    changed = [after for before, after in zip(earned, settled, strict=True) if after != before]
    if changed:
        store.set_earned(tx, changed)
    _end_if_over(tx, [each for each in changed if each.terms is not None])


def follow(tx: Tx, asset: str, customer_ids: Sequence[UUID]) -> list[Earned]:
    """Identity gave events to other customers (a split, another rule): what they earned goes where they
    went. Returns what moved; it is taken back, and to be settled by the caller.

    A merge, and taking it back, moves nothing: accounts stay with whom they were opened for.
    """
    members = lots.list_merged(tx, customer_ids)
    goes = {each.key: each.to_id for each in store.list_misplaced(tx, asset, members)}
    held = store.lock_earned(tx, asset, list(goes))
    ledger.reverse(
        tx,
        [
            Reversal(
                original_id=each.transaction_id,
                idempotency_key=f"{asset}:{each.key}:{each.moves}:moved",
                at=each.at,
                detail={"key": each.key, "to": str(goes[each.key])},
            )
            for each in held
            if each.transaction_id is not None and each.reversed < each.amount
        ],
    )
    moved = [
        replace(
            each,
            customer_id=goes[each.key],
            moves=each.moves + 1,
            transaction_id=None,
            reversed=0,
            forgiven=0,
        )
        for each in held
    ]
    if moved:
        store.set_earned(tx, moved)
    return moved


def _give(tx: Tx, earned: Sequence[Earned]) -> list[Earned]:
    due = [each for each in earned if each.transaction_id is None and each.amount]
    postings = [
        Posting(
            idempotency_key=f"{each.asset}:{each.key}:{each.moves}",
            kind="earn",
            ref_kind="order" if each.order_id else "event",
            ref_id=str(each.order_id or each.position),
            at=each.at,
            legs=(
                Leg("customer", each.customer_id, each.asset, each.amount, each.terms),
                Leg("merchant", tx.merchant, each.asset, -each.amount),
            ),
            detail={"key": each.key, "plan": each.plan_version},
        )
        for each in due
    ]
    posted = {
        each.key: done.transaction_id
        for each, done in zip(due, ledger.post(tx, postings), strict=True)
    }
    return [
        replace(each, transaction_id=posted.get(each.key, each.transaction_id)) for each in earned
    ]


def _take_back(tx: Tx, earned: Sequence[Earned], dues: Mapping[str, Sequence[Due]]) -> list[Earned]:
    """Refunds are taken back one by one in the order of their time, so that each counts when it
    was: what came late is dated like what came in time."""
    free = _free_of(tx, earned, dues)
    reversals, after = [], []
    for each in earned:
        if each.transaction_id is None:
            after.append(each)
            continue
        now = each
        for due in dues.get(each.key, ()):
            wanted = due.upto - now.reversed - now.forgiven
            if wanted <= 0:
                continue
            taken = wanted
            if due.is_forgiven:
                taken = min(wanted, free.get(each.customer_id, 0))
                free[each.customer_id] = free.get(each.customer_id, 0) - taken
            if taken:
                reversals.append(
                    Reversal(
                        original_id=each.transaction_id,
                        idempotency_key=f"{each.asset}:{each.key}:{each.moves}:{due.upto}",
                        at=due.at,
                        amount=taken,
                        detail={"key": each.key},
                    )
                )
            now = replace(
                now, reversed=now.reversed + taken, forgiven=now.forgiven + wanted - taken
            )
        after.append(now)
    ledger.reverse(tx, reversals)
    return after


def _free_of(
    tx: Tx, earned: Sequence[Earned], dues: Mapping[str, Sequence[Due]]
) -> dict[UUID, int]:
    """Customer → what their account could still give back, held until the end of the transaction; of
    those who are forgiven what it could not."""
    concerned = [each for each in earned if any(due.is_forgiven for due in dues.get(each.key, ()))]
    if not concerned:
        return {}
    asset = concerned[0].asset
    owners = sorted({each.customer_id for each in concerned})
    accounts = [rules.account_id(tx.merchant, Leg("customer", owner, asset, 0)) for owner in owners]
    lots.lock_accounts(tx, sorted(accounts))
    sums = dict.fromkeys(owners, 0)
    for lot in lots.list_lots(tx, owners, asset):
        if lot.expires_at > tx.now:
            sums[lot.customer_id] += lot.remaining - lot.held
    return sums


def _end_if_over(tx: Tx, earned: Sequence[Earned]) -> None:
    """What came so late that it is over already ends at once."""
    over = [
        each.transaction_id
        for each in earned
        if each.transaction_id is not None and each.expires_at is not None
        if each.expires_at <= tx.now
    ]
    ledger.expire(tx, [lot.id for lot in lots.list_lots_made(tx, over)])
