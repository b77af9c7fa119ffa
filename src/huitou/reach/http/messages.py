"""Messages over HTTP, and what customers choose on their page."""

from dataclasses import dataclass
from typing import Annotated, Literal
from urllib.parse import quote
from uuid import UUID

from fastapi import Depends, Query, Request
from pydantic import Field
from starlette.responses import RedirectResponse, Response

from huitou.base.db import Database
from huitou.base.http import Asking, Body, Moment, Reading, Router, Writing, needs
from huitou.content import reads as content
from huitou.content.types import NoLink
from huitou.kernel.errors import Invalid
from huitou.kernel.page import PAGE_MAX, Page
from huitou.merchant import actions as merchant_actions
from huitou.merchant import reads as merchants
from huitou.reach.actions import messages as actions
from huitou.reach.reads import messages as reads
from huitou.reach.reads.messages import DecisionRow, FailureCount, MessageDetail
from huitou.reach.store.search import MessageRow
from huitou.reach.types.messages import NoChannel, NoMessage, Purpose, Search, State
from huitou.reach.types.policies import ContactPolicy, PolicyPreview, PolicyShown

router = Router(tags=["reach"])

_TEST_TEXT = "【测试】这是一条来自回头的测试消息，收到即表示渠道已接通。"


class TestNeedsAddress(Invalid):
    code = "reach.test_needs_address"
    zh, en = "请填写接收测试消息的地址", "Say where the test message goes"


class TestIn(Body):
    """`address`: a phone for `sms`; for `wecom` a member's user id, by default your own.

    `params` fill the variables of the SMS template.
    """

    channel: Literal["wecom", "sms"]
    address: Annotated[str, Field(min_length=1, max_length=64)] | None = None
    params: dict[str, str] = Field({}, max_length=20)


@dataclass(frozen=True, slots=True)
class TestStarted:
    channel: Literal["wecom", "sms"]
    id: UUID


@dataclass(frozen=True, slots=True)
class TestState:
    """`planned`, `in_flight`, `sent` or `submitted`, `delivered`, `failed` and why."""

    id: UUID
    state: str
    failure: str | None
    failure_text: str | None


class PutPolicy(Body):
    """`version` is the one that was looked at, 0 before the first."""

    version: int
    policy: ContactPolicy


@router.get("/v1/reach/policy", dependencies=[needs("campaign.read")])
def get_policy(tx: Reading) -> PolicyShown:
    """How often, when and how soon again a customer may be written to, also in words."""
    return reads.policy_shown(tx)


@router.put("/v1/reach/policy", dependencies=[needs("setting.edit")])
def put_policy(tx: Writing, body: PutPolicy) -> PolicyShown:
    """It holds from now on, also for messages that are planned already."""
    return actions.set_policy(tx, body.policy, version=body.version)


@router.post("/v1/reach/policy/preview", dependencies=[needs("campaign.read")])
def preview_policy(tx: Reading, body: ContactPolicy) -> PolicyPreview:
    """The policy in words, and what it would have done to the last 30 days' messages."""
    return reads.preview_policy(tx, body)


def searched(
    tx: Reading,
    customer: UUID | None = None,
    associate: UUID | None = None,
    unit: str | None = None,
    campaign: UUID | None = None,
    channel: str | None = None,
    state: State | None = None,
    purpose: Purpose | None = None,
    category: str | None = None,
    failure: str | None = None,
    since: Moment | None = None,
    until: Moment | None = None,
) -> Search:
    """The filters of a query; `unit` is a code and its subtree."""
    path = merchants.get_unit_by_code(tx, unit).path if unit else None
    return Search(
        customer,
        associate,
        path,
        campaign,
        channel,
        state,
        purpose,
        category,
        failure,
        since,
        until,
    )


Searched = Annotated[Search, Depends(searched)]


@router.get("/v1/messages", dependencies=[needs("task.read")])
def list_messages(
    tx: Reading,
    asking: Asking,
    asked: Searched,
    cursor: str | None = None,
    limit: Annotated[int, Query(ge=1, le=PAGE_MAX)] = 50,
) -> Page[MessageRow]:
    """Messages in your scope, newest first."""
    return reads.list_messages(tx, asked, cursor=cursor, limit=limit, language=asking.language)


@router.get("/v1/messages/failures", dependencies=[needs("task.read")])
def list_failures(tx: Reading, asking: Asking) -> Page[FailureCount]:
    """Why messages in your scope did not arrive in the last 30 days, the most frequent reason first."""
    return Page(reads.failures(tx, asking.language))


@router.post("/v1/messages/test", status_code=201, dependencies=[needs("setting.edit")])
def send_test(tx: Writing, asking: Asking, body: TestIn) -> TestStarted:
    """Try a channel: an SMS to a number, or a card to a member of the WeCom."""
    if reads.carrier_of(tx, body.channel) is None:
        raise NoChannel(channel=body.channel)
    merchant_actions.audit(tx, "message.tested", f"channel:{body.channel}")
    if body.channel == "sms":
        if body.address is None:
            raise TestNeedsAddress()
        message_id = actions.add_test(tx, "sms", _TEST_TEXT, body.address, body.params)
        return TestStarted("sms", message_id)
    staff_id = asking.staff_id
    if body.address is not None:
        staff = merchants.find_staff_by_wecom(tx, body.address)
        staff_id = staff.id if staff else None
    if staff_id is None:
        raise TestNeedsAddress()
    note_id = actions.notify_staff(tx, staff_id, "【测试】回头", _TEST_TEXT, "/")
    return TestStarted("wecom", note_id)


@router.get("/v1/messages/test/{test_id}", dependencies=[needs("setting.edit")])
def get_test(tx: Reading, test_id: UUID, asking: Asking) -> TestState:
    """What became of a test."""
    note = reads.find_note(tx, test_id)
    if note is not None:
        failure = note["failure"]
        text = reads.reason_text(failure, asking.language) if failure else None
        return TestState(test_id, note["state"], failure, text)
    message = reads.get_message(tx, test_id, asking.language).message
    if not message.is_test:
        raise NoMessage()
    return TestState(test_id, message.state, message.failure, message.failure_text)


@router.get("/v1/messages/{message_id}", dependencies=[needs("task.read")])
def get_message(tx: Reading, asking: Asking, message_id: UUID) -> MessageDetail:
    """A message and why it was sent."""
    return reads.get_message(tx, message_id, asking.language)


@router.get("/v1/customers/{customer_id}/decisions", dependencies=[needs("campaign.read")])
def list_decisions(tx: Reading, asking: Asking, customer_id: UUID) -> Page[DecisionRow]:
    """Why this customer got, or did not get, messages."""
    return Page(reads.decisions_of(tx, customer_id, asking.language))


@router.post("/l/{token}/stop", include_in_schema=False)
def stop(request: Request, token: str) -> Response:
    """不再接收: at once, everywhere."""
    return _choose(request, token, is_stopping=True)


@router.post("/l/{token}/resume", include_in_schema=False)
def resume(request: Request, token: str) -> Response:
    """撤销: as it was before."""
    return _choose(request, token, is_stopping=False)


def _choose(request: Request, token: str, *, is_stopping: bool) -> Response:
    back = RedirectResponse(f"/l/{quote(token, safe='')}/choice", 303)
    database = _database(request)
    merchant = content.merchant_of(database, token)
    if merchant is None:
        return back
    with database.write(merchant, principal="customer") as tx:
        try:
            link = content.get_link(tx, token)
        except NoLink:
            return back
        is_stopped = link.opted_out_at is not None
        proof = f"link:{link.id}"
        if is_stopping and not is_stopped:
            actions.opt_out(tx, link.customer_id, reason="page", proof=proof)
        elif is_stopped and not is_stopping:
            actions.opt_in(tx, link.customer_id, proof=proof)
    return back


def _database(request: Request) -> Database:
    database: Database = request.app.state.database
    return database
