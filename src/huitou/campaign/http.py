"""Campaigns over HTTP."""

import secrets
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import Query, Response
from pydantic import AwareDatetime, Field

from huitou.base.db import ReadTx
from huitou.base.http import Asking, Body, Reading, Router, Writing, needs
from huitou.campaign import reads
from huitou.campaign.actions import (
    approving,
    editing,
    estimating,
    listing,
    previewing,
    publishing,
    testing,
)
from huitou.campaign.rules import chain
from huitou.campaign.rules.timing import WINDOW_HOURS_MAX
from huitou.campaign.types.candidates import Arm, CandidateRow
from huitou.campaign.types.estimates import Estimate
from huitou.campaign.types.lists import CustomerList
from huitou.campaign.types.plans import (
    STEPS_MAX,
    BadSteps,
    Campaign,
    Copies,
    Fallback,
    Plan,
    ProductMode,
    SendTime,
    Source,
    State,
    Step,
    StepChannel,
    Until,
)
from huitou.campaign.types.showing import Preview, Progress
from huitou.campaign.types.tests import TestSent, TestShown
from huitou.kernel.money import BASIS_POINTS
from huitou.kernel.page import PAGE_MAX, Page
from huitou.merchant import reads as merchant
from huitou.opportunity.types import ListName
from huitou.reach.reads import categories
from huitou.reach.types.policies import Name

router = Router(prefix="/v1/campaigns", tags=["campaign"])

Text = Annotated[str, Field(min_length=1, max_length=2_000)]


class SourceBody(Body):
    """Exactly one of segment, rule, opportunity and list; `category` narrows an opportunity list."""

    segment_id: Annotated[UUID, Field(strict=False)] | None = None
    rule: dict[str, Any] | None = None
    opportunity_kind: ListName | None = None
    category: Annotated[str, Field(max_length=100)] | None = None
    list_id: Annotated[UUID, Field(strict=False)] | None = None


class FallbackBody(Body):
    text: Annotated[str, Field(min_length=1, max_length=500)]
    channel: Annotated[str, Field(pattern="^sms$")] = "sms"
    template: Annotated[str, Field(max_length=40)] | None = None
    grace_minutes: Annotated[int, Field(ge=0, le=10_080)] | None = None


class StepBody(Body):
    """By `wecom` associates send it, as the first step only, `within_minutes` or until `deadline`, and
    `grace_minutes` more. By other channels it goes by itself and is given `within_minutes`."""

    channel: StepChannel
    text: Annotated[str, Field(min_length=1, max_length=2_000)]
    until: Until = "delivered"
    within_minutes: Annotated[int, Field(ge=1, le=43_200)] | None = None
    deadline: Annotated[AwareDatetime, Field(strict=False)] | None = None
    grace_minutes: Annotated[int, Field(ge=0, le=10_080)] | None = None
    template: Annotated[str, Field(min_length=1, max_length=64)] | None = None
    params: Annotated[
        dict[
            Annotated[str, Field(min_length=1, max_length=40)],
            Annotated[str, Field(max_length=200)],
        ],
        Field(max_length=20, default_factory=dict),
    ]


class PlanBody(Body):
    """Texts may hold {name} {products} {store} {associate}. Either `steps`, or the simple form: `copy`
    until `deadline` by associates, then perhaps an SMS (`fallback`). Without `holdout_bp` the merchant's
    setting holds; the `salt` of a preview keeps its control group. Once published it begins at
    `starts_at`, with whoever is meant then; without it, at once. With `send_time` `habit` what goes by
    itself waits, for `window_hours` at most, for the hour in which its customer looks. Caps
    may count messages by `category`.

    Of a campaign of one step that goes by itself: where a customer has no room for all messages that are decided
    about together, the higher `priority` goes first (5 before 1), then what is expected to bring more (`share_bp`: so
    many of 10,000 customers buy). `budget_fen` is spent where it brings most; `per_hour` messages go out in an hour at
    most; with `holds_ahead` places are held as soon as it is published."""

    name: Annotated[str, Field(min_length=1, max_length=60)]
    source: SourceBody
    goal: Annotated[str, Field(min_length=1, max_length=200)]
    copy_: Annotated[Text | None, Field(alias="copy")] = None
    product_mode: ProductMode = "personal"
    skus: Annotated[list[str], Field(max_length=20, default_factory=list)]
    deadline: Annotated[AwareDatetime, Field(strict=False)] | None = None
    starts_at: Annotated[AwareDatetime, Field(strict=False)] | None = None
    send_time: SendTime = "now"
    window_hours: Annotated[int, Field(ge=1, le=WINDOW_HOURS_MAX)] = 24
    fallback: FallbackBody | None = None
    steps: Annotated[list[StepBody], Field(min_length=1, max_length=STEPS_MAX)] | None = None
    copies: Copies = "one"
    puts_off: bool = True
    priority: Annotated[int, Field(ge=1, le=5)] = 3
    share_bp: Annotated[int, Field(ge=0, le=BASIS_POINTS)] = 100
    budget_fen: Annotated[int, Field(ge=0, le=10**12)] | None = None
    per_hour: Annotated[int, Field(ge=60, le=10**9)] | None = None
    holds_ahead: bool = False
    holdout_bp: Annotated[int, Field(ge=0, le=5_000)] | None = None
    salt: Annotated[str, Field(pattern="^[A-Za-z0-9_-]{4,64}$")] | None = None
    category: Name = "promotion"


class EditBody(PlanBody):
    version: int


class PublishBody(Body):
    version: int | None = None


class ListBody(Body):
    """One customer a line of `text`: a phone number, a member number of `card_scope`, our id of a customer,
    or `kind:value@scope`. Further columns are not looked at."""

    name: Annotated[str, Field(min_length=1, max_length=60, pattern=r"\S")]
    text: Annotated[str, Field(min_length=1, max_length=8_000_000)]
    card_scope: Annotated[str, Field(min_length=1, max_length=64)] = "default"


class PreviewBody(PlanBody):
    at_most: Annotated[int | None, Field(ge=100, le=20_000)] = None


class TestBody(Body):
    """A `channel` of the campaign. In WeCom an employee gets a card, by default yourself; elsewhere
    `address` is a phone number or the id that the channel knows people by."""

    channel: Literal["wecom", "sms", "wechat", "mini", "rcs", "phone", "webhook"]
    staff_id: Annotated[UUID, Field(strict=False)] | None = None
    address: Annotated[str, Field(min_length=1, max_length=128)] | None = None


class RefuseBody(Body):
    reason: Annotated[str, Field(min_length=1, max_length=200, pattern=r"\S")]


@router.get("", dependencies=[needs("campaign.read")])
def list_campaigns(
    tx: Reading,
    state: State | None = None,
    cursor: str | None = None,
    limit: Annotated[int, Query(ge=1, le=PAGE_MAX)] = 50,
) -> Page[Campaign]:
    """Campaigns, newest first."""
    return reads.list_campaigns(tx, state=state, cursor=cursor, limit=limit)


@router.post("", status_code=201, dependencies=[needs("campaign.edit")])
def add_campaign(tx: Writing, body: PlanBody) -> Campaign:
    """Keep a draft."""
    return editing.add(tx, _plan(tx, body, body.salt or secrets.token_urlsafe(9)))


@router.post("/preview", dependencies=[needs("campaign.edit")])
def preview(tx: Reading, body: PreviewBody) -> Preview:
    """What publishing this would do now; with `at_most`, to so many of a larger audience."""
    plan = _plan(tx, body, body.salt or secrets.token_urlsafe(9))
    return previewing.preview(tx, plan, at_most=body.at_most)


@router.post("/lists", status_code=201, dependencies=[needs("campaign.edit")])
def add_list(tx: Writing, asking: Asking, body: ListBody) -> CustomerList:
    """Keep a list of customers; the counts say whom its lines led to."""
    return listing.add(tx, body.name, body.text, body.card_scope, asking.language)


@router.get("/lists", dependencies=[needs("campaign.read")])
def list_lists(
    tx: Reading,
    cursor: str | None = None,
    limit: Annotated[int, Query(ge=1, le=PAGE_MAX)] = 50,
) -> Page[CustomerList]:
    """Lists of customers, newest first."""
    return reads.list_lists(tx, cursor=cursor, limit=limit)


@router.get("/lists/{list_id}", dependencies=[needs("campaign.read")])
def get_list(tx: Reading, list_id: UUID) -> CustomerList:
    """One list."""
    return reads.get_list(tx, list_id)


@router.get(
    "/lists/{list_id}/errors.csv",
    response_class=Response,
    dependencies=[needs("campaign.edit")],
)
def get_list_errors(tx: Writing, list_id: UUID) -> Response:
    """The lines that led nowhere, each with why; for 30 days. Fetching them is audited."""
    return Response(
        "\ufeff" + listing.errors_of(tx, list_id),
        media_type="text/csv; charset=utf-8",
        headers={
            "content-disposition": f'attachment; filename="list-{list_id}.csv"',
            "cache-control": "no-store",
        },
    )


@router.get("/{campaign_id}", dependencies=[needs("campaign.read")])
def get_campaign(tx: Reading, campaign_id: UUID) -> Campaign:
    """One campaign."""
    return reads.get_campaign(tx, campaign_id)


@router.put("/{campaign_id}", dependencies=[needs("campaign.edit")])
def edit_campaign(tx: Writing, campaign_id: UUID, body: EditBody) -> Campaign:
    """Change a draft; 409 when somebody changed it meanwhile."""
    return editing.edit(tx, campaign_id, _plan(tx, body, body.salt or ""), version=body.version)


@router.post("/{campaign_id}/preview", dependencies=[needs("campaign.edit")])
def preview_kept(tx: Reading, campaign_id: UUID) -> Preview:
    """What publishing this draft would do now."""
    stored = reads.get_stored(tx, campaign_id)
    return previewing.preview(tx, reads.plan_of(stored), campaign_id)


@router.post("/{campaign_id}/estimate", status_code=202, dependencies=[needs("campaign.edit")])
def begin_estimate(tx: Writing, campaign_id: UUID) -> Estimate:
    """Count in the background what publishing this draft would do now, for large audiences."""
    return estimating.begin(tx, campaign_id)


@router.get("/{campaign_id}/estimate", dependencies=[needs("campaign.read")])
def get_estimate(tx: Reading, campaign_id: UUID) -> Estimate:
    """The latest estimate, as far as it is."""
    return reads.get_estimate(tx, campaign_id)


@router.post("/{campaign_id}/estimate/cancel", dependencies=[needs("campaign.edit")])
def cancel_estimate(tx: Writing, campaign_id: UUID) -> Estimate:
    """Count no further."""
    return estimating.cancel(tx, campaign_id)


@router.post("/{campaign_id}/publish", status_code=202, dependencies=[needs("campaign.publish")])
def publish(tx: Writing, campaign_id: UUID, body: PublishBody | None = None) -> Campaign:
    """Begin to publish; `progress` tells how far it is. Above a size it waits for a second person, with
    `starts_at` for its moment."""
    return publishing.publish(tx, campaign_id, version=body.version if body else None)


@router.post("/{campaign_id}/test", status_code=201, dependencies=[needs("campaign.publish")])
def send_test(tx: Writing, asking: Asking, campaign_id: UUID, body: TestBody) -> TestSent:
    """Send what the campaign says on a channel to an employee or an address, marked 【测试】."""
    staff_id = body.staff_id or (asking.staff_id if body.address is None else None)
    return testing.send(tx, campaign_id, body.channel, staff_id=staff_id, address=body.address)


@router.get("/{campaign_id}/tests", dependencies=[needs("campaign.read")])
def list_tests(tx: Reading, asking: Asking, campaign_id: UUID) -> Page[TestShown]:
    """The latest tests, and what became of them."""
    return Page(reads.list_tests(tx, campaign_id, asking.language))


@router.post("/{campaign_id}/approve", dependencies=[needs("campaign.approve")])
def approve(tx: Writing, campaign_id: UUID) -> Campaign:
    """Agree to what another person wants to publish."""
    return approving.approve(tx, campaign_id)


@router.post("/{campaign_id}/refuse", dependencies=[needs("campaign.approve")])
def refuse(tx: Writing, campaign_id: UUID, body: RefuseBody) -> Campaign:
    """Do not agree; it is a draft again."""
    return approving.refuse(tx, campaign_id, body.reason)


@router.post("/{campaign_id}/take-back", dependencies=[needs("campaign.publish")])
def take_back(tx: Writing, campaign_id: UUID) -> Campaign:
    """What waits for its moment or for another person is a draft again."""
    return approving.take_back(tx, campaign_id)


@router.post("/{campaign_id}/pause", dependencies=[needs("campaign.publish")])
def pause(tx: Writing, campaign_id: UUID) -> Campaign:
    """Nothing goes out for now."""
    return publishing.pause(tx, campaign_id)


@router.post("/{campaign_id}/resume", dependencies=[needs("campaign.publish")])
def resume(tx: Writing, campaign_id: UUID) -> Campaign:
    """Go on after a pause."""
    return publishing.resume(tx, campaign_id)


@router.post("/{campaign_id}/end", dependencies=[needs("campaign.publish")])
def end(tx: Writing, campaign_id: UUID) -> Campaign:
    """Stop for good; what is not sent is cancelled."""
    return publishing.end(tx, campaign_id)


@router.get("/{campaign_id}/progress", dependencies=[needs("campaign.read")])
def get_progress(tx: Reading, campaign_id: UUID) -> Progress:
    """How far publishing and sending are."""
    return reads.progress(tx, campaign_id)


@router.get("/{campaign_id}/candidates", dependencies=[needs("campaign.read")])
def list_candidates(
    tx: Reading,
    campaign_id: UUID,
    arm: Arm | None = None,
    reason: str | None = None,
    customer: UUID | None = None,
    cursor: str | None = None,
    limit: Annotated[int, Query(ge=1, le=PAGE_MAX)] = 50,
) -> Page[CandidateRow]:
    """Why each customer did, or did not, get it."""
    return reads.list_candidates(
        tx,
        campaign_id,
        arm=arm,
        reason=reason,
        customer_id=customer,
        cursor=cursor,
        limit=limit,
    )


def _plan(tx: ReadTx, body: PlanBody, salt: str) -> Plan:
    source = body.source
    holdout_bp = body.holdout_bp
    if holdout_bp is None:
        holdout_bp = merchant.setting(tx, "campaign.holdout_bp")
    return Plan(
        name=body.name,
        source=Source(
            source.segment_id, source.rule, source.opportunity_kind, source.category, source.list_id
        ),
        goal=body.goal,
        product_mode=body.product_mode,
        skus=tuple(body.skus),
        steps=_steps(body),
        holdout_bp=holdout_bp,
        salt=salt,
        copies=body.copies,
        puts_off=body.puts_off,
        starts_at=body.starts_at,
        category=categories.check_category(tx, body.category),
        send_time=body.send_time,
        window_hours=body.window_hours,
        priority=body.priority,
        share_bp=body.share_bp,
        budget_fen=body.budget_fen,
        per_hour=body.per_hour,
        holds_ahead=body.holds_ahead,
    )


def _steps(body: PlanBody) -> tuple[Step, ...]:
    """The steps as given, or those of the simple form. Refuses `BadSteps` for both and for neither."""
    if body.steps is not None:
        if body.copy_ is not None or body.deadline is not None or body.fallback is not None:
            raise BadSteps(
                zh="steps 与 copy、deadline、fallback 不能同时给出",
                en="steps cannot be given together with copy, deadline or fallback",
            )
        return tuple(Step(**one.model_dump()) for one in body.steps)
    if body.copy_ is None or body.deadline is None:
        raise BadSteps(
            zh="请给出 steps，或 copy 与 deadline", en="give steps, or copy and deadline"
        )
    fallback = body.fallback
    return chain.simple(
        body.copy_,
        body.deadline,
        Fallback(fallback.text, template=fallback.template, grace_minutes=fallback.grace_minutes)
        if fallback
        else None,
    )
