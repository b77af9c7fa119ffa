"""What others may ask of reach."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from huitou.base.db import ReadTx
from huitou.kernel.page import PAGE_MAX, Page, decode_moment, encode_cursor
from huitou.kernel.time import day_range
from huitou.merchant import reads as merchants
from huitou.profile import reads as profiles
from huitou.reach.rules import gate
from huitou.reach.store import facts as gates
from huitou.reach.store import messages as store
from huitou.reach.store import records
from huitou.reach.store.messages import MessageRow
from huitou.reach.types.channels import ADDRESS_KINDS
from huitou.reach.types.gate import Allowed, Blocked, Candidate, Facts, Policy
from huitou.reach.types.messages import NoMessage, Touch


@dataclass(frozen=True, slots=True)
class CheckShown:
    code: str
    passed: bool
    text: str


@dataclass(frozen=True, slots=True)
class DecisionRow:
    """Why a customer got, or did not get, a message."""

    id: UUID
    customer_id: UUID
    channel: str
    purpose: str
    content_key: str
    campaign_id: UUID | None
    task_id: UUID | None
    message_id: UUID | None
    outcome: str
    code: str | None
    text: str | None
    checks: list[CheckShown]
    at: datetime


@dataclass(frozen=True, slots=True)
class MessageDetail:
    """A message and why it was sent."""

    message: MessageRow
    why: DecisionRow | None


def touches(tx: ReadTx, customer_ids: Sequence[UUID], since: datetime) -> list[Touch]:
    """Messages that reached these customers since then, by time of delivery."""
    return store.list_touches(tx, customer_ids, since)


def reachable(tx: ReadTx, customer_ids: Sequence[UUID], channel: str) -> set[UUID]:
    """Who of these may get marketing on the channel now, caps and repetition aside."""
    return gates.reachable(tx, customer_ids, channel, ADDRESS_KINDS[channel])


def reason_text(code: str, language: str = "zh") -> str:
    """A block's or failure's code as a sentence."""
    return gate.sentence(code, language)


def get_message(tx: ReadTx, message_id: UUID, language: str = "zh") -> MessageDetail:
    """A message in the scope and the last decision about it. Refuses `NoMessage`."""
    for row, sealed in store.list_messages(tx, message_id=message_id, count_max=1):
        decided = gates.list_decisions(tx, customer_id=None, message_id=message_id, limit=1)
        why = _decision(decided[0], language) if decided else None
        return MessageDetail(_shown(tx, row, sealed, language), why)
    raise NoMessage()


def list_messages(
    tx: ReadTx,
    *,
    customer_id: UUID | None = None,
    staff_id: UUID | None = None,
    unit_path: str | None = None,
    campaign_id: UUID | None = None,
    since: datetime | None = None,
    cursor: str | None = None,
    limit: int = 50,
    language: str = "zh",
) -> Page[MessageRow]:
    """Messages in the scope, newest first."""
    limit = min(limit, PAGE_MAX)
    found = store.list_messages(
        tx,
        customer_id=customer_id,
        staff_id=staff_id,
        unit_path=unit_path,
        campaign_id=campaign_id,
        since=since,
        before=decode_moment(cursor, UUID),
        count_max=limit + 1,
    )
    items = [_shown(tx, row, sealed, language) for row, sealed in found[:limit]]
    last = items[-1] if len(found) > limit else None
    return Page(items, encode_cursor(last.planned_at.isoformat(), last.id) if last else None)


def find_note(tx: ReadTx, note_id: UUID) -> dict[str, Any] | None:
    """A card to staff: its state, and the code of its failure."""
    return records.find_note(tx, note_id)


def decisions_of(tx: ReadTx, customer_id: UUID, language: str = "zh") -> list[DecisionRow]:
    """Why this customer got or did not get messages, newest first.

    Refuses `NoSuchCustomer`, also outside the scope.
    """
    root_id = profiles.get_visible_root(tx, customer_id)
    found = gates.list_decisions(tx, customer_id=root_id, message_id=None, limit=PAGE_MAX)
    return [_decision(row, language) for row in found]


def facts_of(
    tx: ReadTx, candidates: Sequence[Candidate], own_ids: Sequence[UUID] | None = None
) -> list[tuple[Facts, int | None]]:
    """What the gate asks about each candidate, and the vault's id of the address."""
    day_start, _ = day_range(tx.now, merchants.get_merchant(tx).zone)
    repeat = timedelta(days=merchants.setting(tx, "reach.repeat_days"))
    configured = {channel.kind for channel in merchants.list_channels(tx)}
    rows = gates.find_facts(
        tx, candidates, day_start=day_start, repeat_since=tx.now - repeat, own_ids=own_ids
    )
    return [
        (_facts(candidate, row, candidate.channel in configured), row["address_id"])
        for candidate, row in zip(candidates, rows, strict=True)
    ]


def policy_of(tx: ReadTx) -> Policy:
    """What the merchant allows."""
    return Policy(daily_cap=merchants.setting(tx, "reach.daily_cap"))


def decision_row(
    id: UUID, candidate: Candidate, message_id: UUID | None, verdict: Allowed | Blocked
) -> tuple[Any, ...]:
    """How a decision is kept."""
    code = verdict.code if isinstance(verdict, Blocked) else None
    checks = [asdict(check) for check in verdict.checks]
    ids = (id, candidate.customer_id, candidate.channel, candidate.purpose, candidate.content_key)
    return (*ids, candidate.campaign_id, candidate.task_id, message_id, code, checks)


def _shown(tx: ReadTx, row: MessageRow, sealed: bytes | None, language: str) -> MessageRow:
    text = json.loads(tx.keys.open(bytes(sealed)))["text"] if sealed is not None else None
    failure_text = gate.sentence(row.failure, language) if row.failure else None
    return replace(row, text=text, failure_text=failure_text)


def _decision(row: dict[str, Any], language: str) -> DecisionRow:
    checks = [
        CheckShown(check["code"], check["passed"], gate.question(check["code"], language))
        for check in row.pop("checks")
    ]
    text = gate.sentence(row["code"], language) if row["code"] else None
    return DecisionRow(**row, text=text, checks=checks)


def _facts(candidate: Candidate, row: dict[str, Any], is_channel_on: bool) -> Facts:
    is_personal = candidate.channel == "wecom"
    return Facts(
        purpose=candidate.purpose,
        is_forgotten=row["is_forgotten"],
        is_under_14=row["is_under_14"],
        has_consent=row["has_consent"],
        is_opted_out=row["is_opted_out"],
        is_held_out=candidate.is_held_out,
        has_same_content=row["has_same_content"],
        day_count=row["day_count"],
        is_channel_on=is_channel_on,
        has_sender=not is_personal or bool(row["has_sender"]),
        has_address=row["address_id"] is not None,
        is_friend=not is_personal or row["is_friend"],
    )
