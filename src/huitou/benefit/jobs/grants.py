"""Grants go on block by block."""

from datetime import timedelta
from uuid import UUID

from huitou.base.db import Tx
from huitou.base.jobs import job
from huitou.base.notices import listens
from huitou.benefit.actions import grants
from huitou.identity.types import CustomerForgotten

_LATER = timedelta(seconds=10)


@job
def grant_block(tx: Tx, grant: str) -> None:
    """The next block of a grant, or of its undoing."""
    if grants.is_waiting(tx, UUID(grant)):
        tx.defer(grant_block, at=tx.now + _LATER, grant=grant)
    elif grants.go_on(tx, UUID(grant)):
        tx.defer(grant_block, grant=grant)


@listens(CustomerForgotten)
def forget_grants(tx: Tx, notice: CustomerForgotten) -> None:
    grants.forget(tx, [notice.customer_id, *notice.member_ids])
