"""At the counter: who shows this code, and a page of their own for whoever has none yet."""

from typing import Annotated
from uuid import UUID

from pydantic import Field

from huitou.base.http import Asking, Body, Reading, Router, Writing, needs
from huitou.member.actions import visits
from huitou.member.reads import head, sessions
from huitou.member.types import AtCounter, MemberLink
from huitou.merchant import reads as merchants

router = Router(prefix="/v1", tags=["member"])


class MemberCode(Body):
    """`code` as scanned or typed. A till says at which `unit` it stands; an associate is at their own."""

    code: Annotated[str, Field(min_length=1, max_length=64)]
    unit: Annotated[str | None, Field(min_length=1, max_length=64)] = None


@router.post("/counter/recognise", dependencies=[needs("benefit.use")])
def recognise(tx: Writing, asking: Asking, body: MemberCode) -> AtCounter:
    """The customer who shows this member code, whoever's book they are in: a code is good for
    a minute and for one counter. With the coupons they could use there now. Refuses
    `member.bad_code`, `member.code_used`, `merchant.no_unit`."""
    unit = None
    if body.unit is not None:
        unit = merchants.get_unit_by_code(tx, body.unit)
    elif asking.staff_id is not None:
        unit = merchants.get_unit(tx, merchants.get_staff(tx, asking.staff_id).unit_id)
    visit = visits.recognise(tx, body.code, unit_id=unit.id if unit else None)
    return head.at_counter(tx, visit, unit=unit.code if unit else None, language=asking.language)


@router.post("/customers/{customer_id}/member-link", dependencies=[needs("task.send")])
def make_link(tx: Reading, customer_id: UUID) -> MemberLink:
    """The address of this customer's member page, for a message to them alone; good for a week."""
    return sessions.link_for(tx, customer_id)
