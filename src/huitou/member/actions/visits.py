"""A customer shows their code at a counter."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

from huitou.base.db import ReadTx, Tx
from huitou.identity import reads as identities
from huitou.kernel.ids import new_id
from huitou.member import store
from huitou.member.rules import codes
from huitou.member.types import BadCode, CodeUsed, Visit, VisitOver
from huitou.merchant import reads as merchants

VISIT_KEPT = timedelta(days=1)
VISIT_LIFE = timedelta(minutes=15)
"""How long who showed their code counts as standing there."""


def recognise(tx: Tx, code: str, *, unit_id: UUID | None) -> Visit:
    """Who shows this member code. A code is one counter's: it begins a visit, during which this
    principal may serve the customer, in their book or not; the same principal may ask again.

    Refuses BadCode, CodeUsed.
    """
    wanted = codes.normal(code)
    ordinal = codes.ordinal_in(wanted, codes.step_of(tx.now), tx.keys.blind)
    found = identities.find_by_ordinal(tx, ordinal) if ordinal is not None else None
    if found is None:
        raise BadCode()
    root = identities.get_root(tx, found.id)
    if root.state != "live":
        raise BadCode()
    code_hash = tx.keys.blind(f"member.used|{wanted}")
    store.add_visit(tx, Visit(new_id(), root.id, tx.principal, unit_id, tx.now), code_hash)
    visit = store.find_visit_of_code(tx, code_hash)
    assert visit is not None, "it was added, or stood there"
    if visit.principal != tx.principal:
        raise CodeUsed()
    return visit


def get_present(tx: ReadTx, visit_id: UUID) -> tuple[Visit, str]:
    """A visit that still lasts, with who answers for the customer now, and its unit's code: only
    for whoever scanned the code, where they did. Refuses VisitOver."""
    visit = store.find_visit(tx, visit_id)
    if visit is None or visit.principal != tx.principal or visit.unit_id is None:
        raise VisitOver()
    if tx.now - visit.began_at > VISIT_LIFE:
        raise VisitOver()
    root = identities.get_root(tx, visit.customer_id)
    if root.state != "live":
        raise VisitOver()
    unit = merchants.get_unit(tx, visit.unit_id)
    return replace(visit, customer_id=root.id), unit.code


def tidy(tx: Tx) -> int:
    """Visits of yesterday go."""
    return store.remove_visits(tx, tx.now - VISIT_KEPT)


def forget(tx: Tx, customer_ids: Sequence[UUID]) -> None:
    """No visit of a forgotten customer is kept."""
    store.remove_visits_of(tx, customer_ids)
