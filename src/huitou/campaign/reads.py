"""What others may ask about campaigns, and what publishing would do."""

from collections import Counter
from collections.abc import Sequence
from typing import Any, cast
from uuid import UUID

import msgspec

from huitou.associate.types import DISMISS_REASONS, DismissReason
from huitou.base.db import ReadTx
from huitou.benefit.reads import approvals as approvals_of
from huitou.benefit.types.approvals import Approval
from huitou.campaign.actions import deciding
from huitou.campaign.rules import chain, verdicts, waterfall
from huitou.campaign.store import campaigns as store
from huitou.campaign.store import candidates, estimates, lists, passages, tests
from huitou.campaign.types.candidates import (
    OUTCOMES,
    Arm,
    Assignment,
    CandidateRow,
    StepTaken,
)
from huitou.campaign.types.estimates import Estimate, NoEstimate
from huitou.campaign.types.lists import CustomerList, NoSuchList
from huitou.campaign.types.plans import (
    Asked,
    Campaign,
    Counts,
    NoSuchCampaign,
    NotStarted,
    Plan,
    Source,
    State,
    Step,
    Stored,
)
from huitou.campaign.types.showing import (
    Bar,
    BarKind,
    Progress,
    ReasonCount,
    StepFunnel,
)
from huitou.campaign.types.tests import TestShown
from huitou.kernel.page import PAGE_MAX, BadCursor, Page, decode_cursor, encode_cursor
from huitou.kernel.personal import Personal
from huitou.reach.reads import messages as reach
from huitou.reach.reads import tests as tried

TESTS_SHOWN = 20
_NOBODY = Counts(0, 0, 0, 0, 0)


def assignments(tx: ReadTx, campaign_id: UUID) -> list[Assignment]:
    """Everyone treated or held out, with the moment of the decision, by the customer who answers
    now; of customers merged since, treated counts."""
    return candidates.list_assignments(tx, campaign_id)


def get_campaign(tx: ReadTx, campaign_id: UUID) -> Campaign:
    """One campaign. Refuses NoSuchCampaign."""
    stored = get_stored(tx, campaign_id)
    return _shown(tx, [stored])[0]


def get_stored(tx: ReadTx, campaign_id: UUID) -> Stored:
    """A campaign without its counts. Refuses NoSuchCampaign."""
    stored = store.find_campaign(tx, campaign_id)
    if stored is None:
        raise NoSuchCampaign()
    return stored


def names(tx: ReadTx, campaign_ids: Sequence[UUID]) -> dict[UUID, str]:
    """Names by id."""
    return {stored.id: stored.name for stored in store.find_campaigns(tx, campaign_ids)}


def list_campaigns(
    tx: ReadTx, *, state: State | None = None, cursor: str | None = None, limit: int = 50
) -> Page[Campaign]:
    """Newest first."""
    limit = min(limit, PAGE_MAX)
    found = store.list_campaigns(tx, state=state, before=_id(cursor), count_max=limit + 1)
    items = _shown(tx, found[:limit])
    return Page(items, encode_cursor(items[-1].id) if len(found) > limit else None)


def plan_of(stored: Stored) -> Plan:
    """What was decided about a campaign."""
    return Plan(
        name=stored.name,
        source=msgspec.convert(stored.source, Source),
        goal=stored.goal,
        product_mode=stored.product_mode,
        skus=tuple(stored.skus),
        steps=msgspec.convert(stored.steps, tuple[Step, ...]),
        holdout_bp=stored.holdout_bp,
        salt=stored.salt,
        copies=stored.copies,
        puts_off=stored.puts_off,
        category=stored.category,
        starts_at=stored.starts_at,
        send_time=stored.send_time,
        window_hours=stored.window_hours,
        priority=stored.priority,
        share_bp=stored.share_bp,
        budget_fen=stored.budget_fen,
        per_hour=stored.per_hour,
        holds_ahead=stored.holds_ahead,
    )


def get_list(tx: ReadTx, list_id: UUID) -> CustomerList:
    """A list of customers by file. Refuses NoSuchList."""
    found = lists.find_list(tx, list_id)
    if found is None:
        raise NoSuchList()
    return found


def list_names(tx: ReadTx, list_ids: Sequence[UUID]) -> dict[UUID, str]:
    """Names of lists of customers by id."""
    return lists.names(tx, list_ids)


def list_lists(tx: ReadTx, *, cursor: str | None = None, limit: int = 50) -> Page[CustomerList]:
    """Lists of customers by file, newest first."""
    limit = min(limit, PAGE_MAX)
    found = lists.list_lists(tx, before=_id(cursor), count_max=limit + 1)
    items = found[:limit]
    return Page(items, encode_cursor(items[-1].id) if len(found) > limit else None)


def get_estimate(tx: ReadTx, campaign_id: UUID) -> Estimate:
    """The latest count of what publishing would do. Refuses NoSuchCampaign, NoEstimate."""
    stored = get_stored(tx, campaign_id)
    kept = estimates.find_latest(tx, campaign_id)
    if kept is None:
        raise NoEstimate()
    return Estimate(
        id=kept.id,
        campaign_id=campaign_id,
        version=kept.version,
        is_current=kept.version == stored.version,
        state=kept.state,
        candidates=kept.candidates,
        decided=kept.decided,
        waterfall=bars_of(waterfall.read(kept.tally)),
        begun_by=kept.begun_by,
        begun_at=kept.begun_at,
        ended_at=kept.ended_at,
    )


def list_tests(tx: ReadTx, campaign_id: UUID, language: str = "zh") -> list[TestShown]:
    """The latest tests of its words, and what became of them. Refuses NoSuchCampaign."""
    get_stored(tx, campaign_id)
    shown = []
    for row in tests.list_tests(tx, campaign_id, TESTS_SHOWN):
        state, failure = tried.state_of_test(tx, row["id"])
        text = reach.reason_text(failure, language) if failure else None
        shown.append(TestShown(**row, state=state, failure=failure, failure_text=text))
    return shown


def progress(tx: ReadTx, campaign_id: UUID) -> Progress:
    """How far a campaign is. Refuses NoSuchCampaign."""
    stored = get_stored(tx, campaign_id)
    counts = candidates.count_arms(tx, [campaign_id]).get(campaign_id, _NOBODY)
    decided = counts.candidates - counts.pending
    is_published = stored.state in ("live", "paused", "ended")
    share = decided / counts.candidates if counts.candidates else float(is_published)
    return Progress(
        state=stored.state,
        share=share,
        counts=counts,
        excluded=reason_counts(
            Counter(dict(candidates.count_reasons(tx, campaign_id, "excluded")))
        ),
        **candidates.count_work(tx, campaign_id),
        steps=_funnel(tx, plan_of(stored), passages.count_steps(tx, campaign_id)),
    )


def list_candidates(
    tx: ReadTx,
    campaign_id: UUID,
    *,
    arm: Arm | None = None,
    reason: str | None = None,
    customer_id: UUID | None = None,
    cursor: str | None = None,
    limit: int = 50,
) -> Page[CandidateRow]:
    """Why each customer did or did not get it, and where they are in its steps, in the scope. Refuses
    NoSuchCampaign."""
    stored = get_stored(tx, campaign_id)
    limit = min(limit, PAGE_MAX)
    found = candidates.list_candidates(
        tx,
        campaign_id,
        arm=arm,
        reason=reason,
        customer_id=customer_id,
        after=_id(cursor),
        count_max=limit + 1,
    )
    rows = found[:limit]
    following = encode_cursor(rows[-1]["first_customer_id"]) if len(found) > limit else None
    taken = _steps_taken(tx, stored, [row["first_customer_id"] for row in rows])
    return Page(
        [_candidate(tx, row, taken.get(row["first_customer_id"], [])) for row in rows], following
    )


def export(tx: ReadTx, customer_id: UUID) -> list[dict[str, Any]]:
    """What campaigns decided about a customer, as plain values."""
    return [
        {
            "campaign": row["name"],
            "arm": row["arm"],
            "reason": row["reason"],
            "at": row["at"].isoformat(),
        }
        for row in candidates.campaigns_of(tx, [customer_id])
    ]


def reason_words(code: str) -> tuple[str, str]:
    """A reason in Chinese and English."""
    known = verdicts.REASONS.get(code) or DISMISS_REASONS.get(cast(DismissReason, code))
    return known or (reach.reason_text(code, "zh"), reach.reason_text(code, "en"))


def reason_counts(counted: Counter[Any]) -> list[ReasonCount]:
    """How often each reason, the most frequent first."""
    return [
        ReasonCount(str(code), *reason_words(str(code)), count)
        for code, count in sorted(counted.items(), key=lambda item: (-item[1], str(item[0])))
    ]


def _shown(tx: ReadTx, found: Sequence[Stored]) -> list[Campaign]:
    counts = candidates.count_arms(tx, [stored.id for stored in found])
    waited = [stored.approval_id for stored in found if stored.approval_id]
    approvals = approvals_of.approvals_by_id(tx, waited) if waited else {}
    shown = []
    for stored in found:
        plan = plan_of(stored)
        shown.append(
            Campaign(
                id=stored.id,
                name=stored.name,
                kind=stored.kind,
                source=plan.source,
                goal=stored.goal,
                copy=plan.steps[0].text,
                product_mode=stored.product_mode,
                skus=stored.skus,
                steps=list(plan.steps),
                copies=plan.copies,
                puts_off=plan.puts_off,
                deadline=stored.deadline,
                closes_at=deciding.closes_at(tx, stored.deadline, plan.person)
                if plan.person and stored.deadline
                else None,
                fallback=chain.as_fallback(plan.steps),
                holdout_bp=stored.holdout_bp,
                salt=stored.salt,
                state=stored.state,
                version=stored.version,
                created_by=stored.created_by,
                created_at=stored.created_at,
                published_at=stored.published_at,
                ended_at=stored.ended_at,
                counts=counts.get(stored.id, _NOBODY),
                starts_at=stored.starts_at,
                send_time=stored.send_time,
                window_hours=stored.window_hours,
                asked=_asked(approvals.get(stored.approval_id) if stored.approval_id else None),
                not_started=NotStarted(**stored.not_started) if stored.not_started else None,
                category=stored.category,
                priority=stored.priority,
                share_bp=stored.share_bp,
                budget_fen=stored.budget_fen,
                per_hour=stored.per_hour,
                holds_ahead=stored.holds_ahead,
            )
        )
    return shown


def _asked(approval: Approval | None) -> Asked | None:
    if approval is None:
        return None
    return Asked(
        approval_id=approval.id,
        candidates=approval.body["candidates"],
        state=approval.state,
        asked_by=approval.asked_by,
        asked_at=approval.asked_at,
        decided_by=approval.decided_by,
        decided_at=approval.decided_at,
        reason=approval.reason,
    )


def bars_of(counted: waterfall.Tally) -> list[Bar]:
    """The waterfall in words."""
    return [
        Bar(kind, code, *_bar_words(kind, code), n) for kind, code, n in waterfall.bars(counted)
    ]


def _bar_words(kind: BarKind, code: str) -> tuple[str, str]:
    if kind == "candidates":
        return "目标客户", "Candidates"
    return reach.channel_title(code) if kind == "reached" else reason_words(code)


def _candidate(tx: ReadTx, row: dict[str, Any], taken: list[StepTaken]) -> CandidateRow:
    reason_zh, reason_en = reason_words(row["reason"]) if row["reason"] else (None, None)
    return CandidateRow(
        customer_id=row["customer_id"],
        customer_ordinal=row["ordinal"],
        name=Personal(tx.keys.open(row["name_sealed"])) if row["name_sealed"] else None,
        arm=row["arm"],
        reason=row["reason"],
        reason_zh=reason_zh,
        reason_en=reason_en,
        associate_id=row["staff_id"],
        opportunity_id=row["opportunity_id"],
        task_id=row["task_id"],
        message_id=next((one.message_id for one in reversed(taken) if one.message_id), None),
        at=row["at"],
        steps=taken,
    )


def _steps_taken(
    tx: ReadTx, stored: Stored, first_ids: Sequence[UUID]
) -> dict[UUID, list[StepTaken]]:
    """First customer → the steps they have been in, in order."""
    steps = plan_of(stored).steps
    found: dict[UUID, list[StepTaken]] = {}
    for row in passages.list_taken(tx, stored.id, first_ids):
        zh, en = reason_words(row["code"]) if row["code"] else (None, None)
        first_id, channel = row.pop("first_customer_id"), steps[row["step"]].channel
        one = StepTaken(**row, channel=channel, reason_zh=zh, reason_en=en)
        found.setdefault(first_id, []).append(one)
    return found


def _funnel(tx: ReadTx, plan: Plan, rows: Sequence[dict[str, Any]]) -> list[StepFunnel]:
    shown = []
    for no, step in enumerate(plan.steps):
        own = [row for row in rows if row["step"] == no]
        of: Counter[str | None] = Counter()
        total: Counter[str] = Counter()
        reasons: Counter[Any] = Counter()
        for row in own:
            of[row["outcome"]] += row["count"]
            total.update({name: row[name] for name in ("sent", "delivered", "opened", "passed_on")})
            if row["outcome"] not in (None, "succeeded"):
                reasons[row["code"]] += row["count"]
        shown.append(
            StepFunnel(
                step=no,
                channel=step.channel,
                until=step.until,
                entered=of.total(),
                waiting=of[None],
                **{name: total[name] for name in ("sent", "delivered", "opened", "passed_on")},
                **{name: of[name] for name in OUTCOMES},
                reasons=reason_counts(reasons),
            )
        )
    return shown


def _id(cursor: str | None) -> UUID | None:
    if cursor is None:
        return None
    try:
        return UUID(decode_cursor(cursor, 1)[0])
    except ValueError as error:
        raise BadCursor() from error
