"""Grants go on block by block."""

from uuid import UUID

from huitou.base.db import Tx
from huitou.base.jobs import job
from huitou.base.notices import listens
from huitou.benefit.actions import grants
from huitou.identity.types import CustomerForgotten


@job
def grant_block(tx: Tx, grant: str) -> None:
    """The next block of a grant, or of its undoing."""
    if grants.go_on(tx, UUID(grant)):
        tx.defer(grant_block, grant=grant)


@listens(CustomerForgotten)
def forget_grants(tx: Tx, notice: CustomerForgotten) -> None:
    grants.forget(tx, [notice.customer_id, *notice.member_ids])
