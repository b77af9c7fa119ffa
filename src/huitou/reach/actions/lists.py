"""Suppression lists: taken in part by part, and taken back."""

import hashlib
import json
from uuid import UUID

from huitou.base.db import Tx
from huitou.event import reads as log
from huitou.kernel.ids import new_id
from huitou.merchant import actions as merchant_actions
from huitou.reach.actions import messages
from huitou.reach.jobs import listing as jobs
from huitou.reach.reads import lists as reads
from huitou.reach.reads.messages import scopes_of
from huitou.reach.rules import listing
from huitou.reach.store import lists as store
from huitou.reach.types.channels import CHANNELS
from huitou.reach.types.lists import BadList, ListReason, ListRunning, SuppressionList

_PART = 2_000


def add_list(
    tx: Tx, content: bytes, *, file_name: str, channel: str, reason: ListReason
) -> SuppressionList:
    """Keep a file and begin to take it in; the same file for the same channel and reason is one list. Refuses
    `BadList`."""
    if channel and channel not in CHANNELS:
        raise BadList(zh=f"没有渠道 {channel}", en=f"no channel {channel}")
    rows = listing.rows_of(content)
    new = {
        "id": new_id(),
        "file_name": file_name[:200],
        "file_hash": hashlib.sha256(content).digest(),
        "channel": channel,
        "reason": reason,
        "total": len(rows),
    }
    list_id = store.add_list(tx, new)
    if list_id is None:
        known = store.find_same(tx, new)
        assert known is not None
        return reads.get_list(tx, known)
    sealed = [
        tx.keys.seal(json.dumps(part, ensure_ascii=False)) for part in listing.parts(rows, _PART)
    ]
    store.add_parts(tx, list_id, sealed)
    merchant_actions.audit(tx, "reach.list_added", f"list:{list_id}", reason=reason, rows=len(rows))
    tx.defer(jobs.take_in, key=str(list_id), list_id=str(list_id))
    return reads.get_list(tx, list_id)


def take_part(tx: Tx, list_id: UUID) -> bool:
    """Take in the next part; False when nothing is left. What is on its way to who is on it is taken back."""
    part = store.lock_list(tx, list_id)
    sealed = None if part is None else store.find_part(tx, list_id, part)
    if part is None or sealed is None:
        if part is not None:
            store.set_done(tx, list_id)
            _show(tx, list_id)
        return False
    rows = json.loads(tx.keys.open(bytes(sealed)))
    scopes = sorted(set(scopes_of(tx, ("wechat", "mini")).values()))
    blinds: list[tuple[bytes, str]] = []
    failed: list[tuple[int, dict[str, str]]] = []
    for number, row in enumerate(rows, start=part * _PART + 1):
        own = [
            (blind, one.kind)
            for one in listing.numbers_of(row, scopes)
            if (blind := log.blind_of(tx, one.kind, one.scope, one.value)) is not None
        ]
        blinds += own
        failed += [] if own else [(number, row)]
    added = store.add_listed(tx, list_id, blinds)
    left = tx.keys.seal(json.dumps(failed, ensure_ascii=False)) if failed else None
    store.set_part(tx, list_id, part, left)
    store.add_progress(
        tx,
        list_id,
        done=len(rows),
        added=added,
        repeated=len(blinds) - added,
        failed=len(failed),
    )
    found = reads.get_list(tx, list_id)
    messages.cancel(tx, store.list_hit(tx, [blind for blind, _ in blinds], found.channel))
    _show(tx, list_id)
    return True


def undo(tx: Tx, list_id: UUID) -> SuppressionList:
    """Take a list back: exactly what it added. Messages that were taken back stay so. Refuses `NoList`, `ListRunning`."""
    found = reads.get_list(tx, list_id)
    if found.state == "running":
        raise ListRunning()
    if found.state == "done":
        count = store.set_undone(tx, list_id)
        merchant_actions.audit(tx, "reach.list_undone", f"list:{list_id}", count=count)
        _show(tx, list_id)
    return reads.get_list(tx, list_id)


def _show(tx: Tx, list_id: UUID) -> None:
    tx.show("merchant", {"kind": "suppression_list", "list": str(list_id)})
