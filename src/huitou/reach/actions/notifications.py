"""Merchants' own systems tell single customers something, by the first channel that can."""

import json
from collections.abc import Sequence
from dataclasses import asdict, replace
from datetime import timedelta
from typing import Any
from uuid import UUID

from huitou.base.db import Tx
from huitou.identity import reads as identities
from huitou.kernel.ids import new_id
from huitou.reach.actions import messages
from huitou.reach.rules import notifying
from huitou.reach.store import notifications as store
from huitou.reach.store.notifications import Stored
from huitou.reach.types.gate import Candidate
from huitou.reach.types.notifications import KEY_PREFIX, NewNotification, OtherNotification


def notify(tx: Tx, new: NewNotification) -> UUID:
    """Decide now, by which way; sending follows by itself, and so does the next way where one fails. The same again is the same
    notification. Refuses `BadNotification`, `OtherNotification`, `NoSuchCustomer`."""
    notifying.check(new)
    customer = identities.get_customer(tx, new.customer_id)
    ways = json.dumps([asdict(way) for way in new.ways], ensure_ascii=False, sort_keys=True)
    body = f"{new.purpose}\n{new.within_minutes}\n{ways}"
    row = {
        "id": new_id(),
        "key": new.key,
        "body_hash": tx.keys.blind(body),
        "customer_id": customer.id,
        "purpose": new.purpose,
        "way_count": len(new.ways),
        "ways_sealed": tx.keys.seal(ways),
        "expires_at": tx.now + timedelta(minutes=new.within_minutes),
    }
    messages.hold(tx, [customer.id])
    is_new = store.add(tx, row)
    stored = store.find(tx, key=new.key)
    assert stored is not None
    both = identities.canonical(tx, [customer.id, stored.customer_id])
    if bytes(stored.body_hash) != row["body_hash"] or len(set(both.values())) > 1:
        raise OtherNotification(key=new.key)
    if is_new:
        _go_on(tx, [stored])
    return stored.id


def take_next(tx: Tx, message_ids: Sequence[UUID]) -> None:
    """These messages ended without arriving: the next way for the notifications that they were of."""
    customers = store.customers_of(tx, message_ids)
    if not customers:
        return
    messages.hold(tx, customers)
    ended = store.lock_ended(tx, message_ids)
    _go_on(
        tx,
        [
            end.notification
            for end in ended
            if notifying.goes_on(end.state, end.failure, tx.now, end.notification.expires_at)
        ],
    )


def _go_on(tx: Tx, waiting: Sequence[Stored]) -> None:
    """Ask the gate way by way, all that are at one together, until it says yes or none is left."""
    done: list[Stored] = []
    while going := [(row, way) for row in waiting if (way := _next_way(tx, row)) is not None]:
        decisions = messages.plan(tx, [_candidate(row, way) for row, way in going])
        waiting = []
        for (row, way), said in zip(going, decisions, strict=True):
            message = None if said.message_id is None else str(said.message_id)
            tried = [*row.tried, (way["channel"], message, said.code)]
            row = replace(row, tried=tried, message_id=said.message_id)
            is_done = said.is_allowed or len(tried) == row.way_count
            (done if is_done else waiting).append(row)
    if done:
        store.set_tried(tx, done)


def _next_way(tx: Tx, row: Stored) -> dict[str, Any] | None:
    """The fields of a `Way`; None where none is left, or nothing to say any more."""
    if row.ways_sealed is None or len(row.tried) == row.way_count:
        return None
    way: dict[str, Any] = json.loads(tx.keys.open(bytes(row.ways_sealed)))[len(row.tried)]
    return way


def _candidate(row: Stored, way: dict[str, Any]) -> Candidate:
    return Candidate(
        row.customer_id,
        content_key=KEY_PREFIX + row.key,
        purpose=row.purpose,
        expires_at=row.expires_at,
        **way,
    )
