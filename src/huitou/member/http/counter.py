"""At the counter: who shows this code, and a page of their own for whoever has none yet."""

from typing import Annotated
from uuid import UUID

from pydantic import Field

from huitou.base.http import Asking, Body, Reading, Router, Writing, needs
from huitou.member import reads
from huitou.member.actions import visits
from huitou.member.types import AtCounter, MemberLink
from huitou.merchant import reads as merchants

router = Router(prefix="/v1", tags=["member"])


class Shown(Body):
    """`code` as scanned or typed."""

    code: Annotated[str, Field(min_length=1, max_length=64)]


@router.post("/counter/recognise", dependencies=[needs("benefit.use")])
def recognise(tx: Writing, asking: Asking, body: Shown) -> AtCounter:
    """The customer who shows this member code, whoever's book they are in: a code is good for
    a minute and for one counter. Refuses `member.bad_code`, `member.code_used`."""
    unit_id = merchants.get_staff(tx, asking.staff_id).unit_id if asking.staff_id else None
    return reads.at_counter(tx, visits.recognise(tx, body.code, unit_id=unit_id))


@router.post("/customers/{customer_id}/member-link", dependencies=[needs("task.send")])
def make_link(tx: Reading, customer_id: UUID) -> MemberLink:
    """The address of this customer's member page, for a message to them alone; good for a week."""
    return reads.link_for(tx, customer_id)
