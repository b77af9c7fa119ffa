"""Lists of customers by file: who is meant, counted, and the lines that led nowhere."""

import zlib
from datetime import timedelta
from itertools import islice
from uuid import UUID

from huitou.base.db import ReadTx, Tx
from huitou.campaign.rules import listing as rules
from huitou.campaign.store import lists as store
from huitou.campaign.types.lists import (
    LINES_MAX,
    CustomerList,
    EmptyList,
    Line,
    LongList,
    NoSuchList,
    Trouble,
)
from huitou.identity import reads as identity
from huitou.kernel.ids import new_id
from huitou.merchant import actions as merchant

ERRORS_KEPT = timedelta(days=30)


def add(tx: Tx, name: str, text: str, card_scope: str, language: str) -> CustomerList:
    """Keep whom the lines of `text` mean. Nothing of the lines is kept in clear. Refuses EmptyList, LongList."""
    lines = list(islice(rules.read_lines(text, card_scope), LINES_MAX + 1))
    if not lines:
        raise EmptyList()
    if len(lines) > LINES_MAX:
        raise LongList(most=LINES_MAX)
    found, troubles = rules.sort_out(lines, _holders(tx, lines))
    counts: dict[Trouble, int] = {"unknown": 0, "repeated": 0, "quarantined": 0}
    for _, trouble in troubles:
        counts[trouble] += 1
    listed = CustomerList(
        id=new_id(),
        name=name,
        lines=len(lines),
        found=len(found),
        **counts,
        has_errors=bool(troubles),
        created_by=tx.principal,
        created_at=tx.now,
    )
    errors = rules.error_file(troubles, language).encode(errors="replace") if troubles else None
    store.add_list(tx, listed, found, tx.keys.seal_bytes(zlib.compress(errors)) if errors else None)
    merchant.audit(
        tx, "list.added", f"list:{listed.id}", lines=len(lines), found=len(found), **counts
    )
    return listed


def errors_of(tx: Tx, list_id: UUID) -> str:
    """The lines that led nowhere, as CSV; fetching them is audited. Refuses NoSuchList, also when the lines
    are no longer kept."""
    sealed = store.find_errors(tx, list_id)
    if sealed is None:
        raise NoSuchList()
    merchant.audit(tx, "list.errors_fetched", f"list:{list_id}")
    return zlib.decompress(tx.keys.open_bytes(sealed)).decode()


def drop_errors(tx: Tx) -> None:
    """Lines that led nowhere are kept for 30 days."""
    store.drop_errors(tx, tx.now - ERRORS_KEPT)


def forget(tx: Tx, customer_ids: list[UUID]) -> None:
    """They are on no list any more."""
    store.remove_members(tx, customer_ids)


def _holders(tx: ReadTx, lines: list[Line]) -> dict[tuple[str, str | None, str], UUID | None]:
    own = {line.customer_id for line in lines if line.customer_id}
    roots = identity.canonical(tx, own)
    holders: dict[tuple[str, str | None, str], UUID | None] = {
        ("id", None, str(customer_id)): root for customer_id, root in roots.items()
    }
    asked = list(dict.fromkeys(key for line in lines for key in line.identifiers))
    return holders | identity.standings(tx, asked)
