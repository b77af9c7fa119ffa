"""The first start of an empty product: merchant and owner account, then a list of next steps."""

from dataclasses import dataclass
from typing import Annotated
from uuid import UUID

from fastapi import Request, Response
from pydantic import Field

from huitou.api.people import log_in_as
from huitou.base.db import Database
from huitou.base.http import JSON, Body, Router, encode
from huitou.base.site import address_of, refuse_cross_site
from huitou.merchant import actions
from huitou.merchant.types import AlreadySetUp, NewStaff, NewUnit

router = Router(prefix="/v1", tags=["setup"])

SOURCES = (
    ("pos", "门店收银"),
    ("mall", "小程序商城"),
    ("wecom", "企业微信"),
    ("tmall", "天猫"),
    ("sms", "短信"),
    ("import", "文件导入"),
)


_PRINTABLE = r"^[^\x00-\x1f\x7f]*$"
"""The merchant is founded before its owner is kept: what cannot be kept is refused before."""


class Setup(Body):
    merchant_name: Annotated[str, Field(min_length=1, max_length=100, pattern=_PRINTABLE)]
    name: Annotated[str, Field(min_length=1, max_length=100, pattern=_PRINTABLE)]
    login: Annotated[str, Field(min_length=3, max_length=64, pattern=_PRINTABLE)]
    password: Annotated[str, Field(min_length=8, max_length=200)]


@dataclass(frozen=True, slots=True)
class SetupState:
    needed: bool


@dataclass(frozen=True, slots=True)
class Founded:
    """Ids of the merchant and of its owner, who is logged in now."""

    merchant: UUID
    staff: UUID


@router.get("/setup")
def setup_state(request: Request) -> SetupState:
    """Does the product still wait for its merchant?"""
    database: Database = request.app.state.database
    return SetupState(not database.merchants())


@router.post("/setup", status_code=201, response_model=Founded)
def set_up(request: Request, body: Setup) -> Response:
    """Create the merchant and its owner, and log the owner in. Possible once.

    `site.url` becomes the address that was used: links in messages need one from the first day.
    """
    refuse_cross_site(request)
    database: Database = request.app.state.database
    with database.owner() as owner:
        owner.execute("SELECT pg_advisory_xact_lock(hashtextextended('setup', 0))")
        taken = owner.execute("SELECT count(*) FROM merchant.merchant").fetchone()
        if taken and taken[0]:
            raise AlreadySetUp()
        merchant = actions.found_merchant(
            owner, database.master, name=body.merchant_name, now=database.clock()
        )
    with database.write(merchant.id, principal="setup") as tx:
        actions.add_units(tx, [NewUnit("hq", body.merchant_name, "headquarters")])
        staff = actions.add_staff(
            tx,
            [NewStaff("owner", body.name, "headquarters", "hq", None, body.login, body.password)],
        )[0]
        for name, title in SOURCES:
            actions.add_connector(tx, name, title)
        actions.set_setting(tx, "site.url", address_of(request))
    response = log_in_as(request, merchant.id, staff.id)
    response.status_code = 201
    response.body = encode(Founded(merchant.id, staff.id))
    response.headers["content-length"] = str(len(response.body))
    response.headers["content-type"] = JSON
    return response
