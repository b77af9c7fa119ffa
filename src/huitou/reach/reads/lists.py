"""Suppression lists, and who is on them."""

import csv
import io
import json
from collections.abc import Sequence
from uuid import UUID

from huitou.base.db import ReadTx
from huitou.event import reads as log
from huitou.kernel.page import PAGE_MAX, Page, decode_moment, encode_cursor
from huitou.reach.reads.messages import scopes_of
from huitou.reach.rules import listing
from huitou.reach.store import lists as store
from huitou.reach.types.lists import Listed, NoList, SuppressionList


def get_list(tx: ReadTx, list_id: UUID) -> SuppressionList:
    """Refuses `NoList`."""
    found = store.find_list(tx, list_id)
    if found is None:
        raise NoList()
    return found


def names(tx: ReadTx, list_ids: Sequence[UUID]) -> dict[UUID, str]:
    """File names by id."""
    return store.names(tx, list_ids)


def list_lists(tx: ReadTx, cursor: str | None, limit: int) -> Page[SuppressionList]:
    """The latest first."""
    limit = min(limit, PAGE_MAX)
    found = store.list_lists(
        tx, list_id=None, before=decode_moment(cursor, UUID), count_max=limit + 1
    )
    last = found[limit - 1] if len(found) > limit else None
    return Page(found[:limit], encode_cursor(last.at.isoformat(), last.id) if last else None)


def find_number(tx: ReadTx, number: str) -> list[Listed]:
    """The lists that a phone, a member number or an openid is on."""
    row = {"phone": number, "card": number, "openid": number}
    scopes = sorted(set(scopes_of(tx, ("wechat", "mini")).values()))
    wanted = listing.numbers_of(row, scopes)
    blinds = [log.blind_of(tx, one.kind, one.scope, one.value) for one in wanted]
    return store.find_listed(tx, [blind for blind in blinds if blind is not None])


def errors_csv(tx: ReadTx, list_id: UUID, language: str) -> str:
    """The rows that failed, each with why."""
    get_list(tx, list_id)
    failed = [
        (number, row)
        for sealed in store.list_parts(tx, list_id)
        for number, row in json.loads(tx.keys.open(bytes(sealed)))
    ]
    return listing.errors_csv(failed, language)


def export_csv(tx: ReadTx, list_id: UUID) -> str:
    """Who is on the list. Of numbers that are no customer's only the keyed hash is kept."""
    get_list(tx, list_id)
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(["kind", "value", "hash", "channel", "reason", "at"])
    for row in store.list_exported(tx, list_id):
        value = tx.keys.open(bytes(row["sealed"])) if row["sealed"] is not None else ""
        at = row["at"].isoformat()
        writer.writerow([row["kind"], value, row["hash"], row["channel"], row["reason"], at])
    return "\ufeff" + out.getvalue()
