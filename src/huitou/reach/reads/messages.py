"""What others may ask of reach."""

import json
from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from huitou.base.db import ReadTx
from huitou.kernel.page import PAGE_MAX, Page, decode_moment, encode_cursor
from huitou.merchant import reads as merchants
from huitou.profile import reads as profiles
from huitou.reach.reads import categories, notifications
from huitou.reach.reads.mailings import as_decision
from huitou.reach.rules import checking, gate, replaying, stopping
from huitou.reach.store import facts as gates
from huitou.reach.store import mailings, policies, records, search, stops
from huitou.reach.store import messages as store
from huitou.reach.store import people as people_store
from huitou.reach.store.search import MessageRow
from huitou.reach.types.categories import Names, by_code
from huitou.reach.types.channels import ADDRESS_KINDS, CARRIERS
from huitou.reach.types.gate import Allowed, Blocked, Candidate, Facts
from huitou.reach.types.hearing import open_ears
from huitou.reach.types.mailings import Held
from huitou.reach.types.messages import NoMessage, Search, Touch
from huitou.reach.types.notifications import Notification
from huitou.reach.types.policies import (
    HOURS_MAX,
    ContactPolicy,
    Past,
    PolicyPreview,
    PolicyShown,
)
from huitou.reach.types.stops import Stop

REPLAYED_DAYS = 30
REPLAYED_CUSTOMERS = 20_000


@dataclass(frozen=True, slots=True)
class CheckShown:
    """`detail` names the cap or the quiet hours that decided."""

    code: str
    passed: bool
    text: str
    detail: str | None = None


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
class FailureCount:
    """How many messages a reason of the gate, or a channel's own code, stopped."""

    code: str
    text: str
    count: int


@dataclass(frozen=True, slots=True)
class MessageDetail:
    """A message and why it was sent; what else was tried where it is a way of a notification."""

    message: MessageRow
    why: DecisionRow | None
    notification: Notification | None


def touches(tx: ReadTx, customer_ids: Sequence[UUID], since: datetime) -> list[Touch]:
    """Messages that reached these customers since then, by time of delivery."""
    return store.list_touches(tx, customer_ids, since)


def reachable(tx: ReadTx, customer_ids: Sequence[UUID], channel: str) -> set[UUID]:
    """Who of these may get marketing on the channel now, caps and repetition aside."""
    return gates.reachable(tx, customer_ids, channel, ADDRESS_KINDS[channel])


def reason_text(code: str, language: str = "zh") -> str:
    """A block's or failure's code as a sentence."""
    return gate.sentence(code, language)


def channel_title(channel: str) -> tuple[str, str]:
    """A channel in Chinese and English; one that is not known as it is."""
    return checking.CHANNEL_TITLES.get(channel, (channel, channel))


def get_message(tx: ReadTx, message_id: UUID, language: str = "zh") -> MessageDetail:
    """A message in the scope and the last decision about it. Refuses `NoMessage`."""
    for row, sealed in search.list_messages(tx, Search(), message_id=message_id, count_max=1):
        decided = gates.list_decisions(tx, customer_id=None, message_id=message_id, limit=1)
        why = _decision(decided[0], language, _names(tx)) if decided else None
        told = notifications.find_of_message(tx, row.content_key, language=language)
        return MessageDetail(_shown(tx, [(row, sealed)], language)[0], why, told)
    raise NoMessage()


def list_messages(
    tx: ReadTx,
    asked: Search,
    *,
    cursor: str | None = None,
    limit: int = 50,
    language: str = "zh",
) -> Page[MessageRow]:
    """Messages in the scope, newest first."""
    limit = min(limit, PAGE_MAX)
    before = decode_moment(cursor, UUID)
    found = search.list_messages(tx, asked, before=before, count_max=limit + 1)
    items = _shown(tx, found[:limit], language)
    last = items[-1] if len(found) > limit else None
    return Page(items, encode_cursor(last.planned_at.isoformat(), last.id) if last else None)


def failures(tx: ReadTx, language: str = "zh") -> list[FailureCount]:
    """Why messages in the scope did not arrive in the last 30 days, the most frequent reason first."""
    found = search.count_failures(tx, tx.now - timedelta(days=REPLAYED_DAYS))
    return [
        FailureCount(row["failure"], gate.sentence(row["failure"], language), row["count"])
        for row in found
    ]


def list_stops(tx: ReadTx) -> list[Stop]:
    """Emergency stops: those in force with how many messages wait, then the latest that were lifted."""
    found = stops.list_stops(tx, PAGE_MAX)
    held = stops.count_held(tx, [stop.id for stop in found])
    return [replace(stop, held=held.get(stop.id, 0)) for stop in found]


def find_note(tx: ReadTx, note_id: UUID) -> dict[str, Any] | None:
    """A card to staff: its state, and the code of its failure."""
    return records.find_note(tx, note_id)


def decisions_of(tx: ReadTx, customer_id: UUID, language: str = "zh") -> list[DecisionRow]:
    """Why this customer got or did not get messages, newest first.

    Refuses `NoSuchCustomer`, also outside the scope.
    """
    root_id = profiles.get_visible_root(tx, customer_id)
    found = gates.list_decisions(tx, customer_id=root_id, message_id=None, limit=PAGE_MAX)
    ordinals = people_store.list_ordinals(tx, [root_id]).get(root_id, [])
    found += [
        as_decision(root_id, row) for row in mailings.list_outcomes_of(tx, ordinals, PAGE_MAX)
    ]
    found.sort(key=lambda row: (row["at"], row["id"]), reverse=True)
    names = _names(tx)
    return [_decision(row, language, names) for row in found[:PAGE_MAX]]


def facts_of(
    tx: ReadTx, candidates: Sequence[Candidate], own_ids: Sequence[UUID] | None = None
) -> list[tuple[Facts, int | None]]:
    """What the gate asks about each candidate, and the vault's id of the address.

    With `own_ids` (at submission) a candidate's own message does not count against itself, nor do messages that are
    still planned: whichever is submitted first takes the place.
    """
    # Before the messages: places become messages all the time, and one is rather seen twice than not at all.
    held = _held_for(tx, candidates)
    policy, zone = policy_of(tx), merchants.get_merchant(tx).zone
    configured = channels_on(tx)
    repeat_since = tx.now - timedelta(days=policy.repeat_days)
    scopes = scopes_of(tx, {candidate.channel for candidate in candidates})
    rows = gates.find_facts(
        tx, candidates, repeat_since=repeat_since, scopes=scopes, own_ids=own_ids
    )
    since = tx.now - timedelta(hours=HOURS_MAX)
    counting = policies.list_counting(tx, [c.customer_id for c in candidates], since)
    own = set(own_ids or ())
    made = {c: {one.mailing_id for one in found} for c, found in counting.items()}
    past = {
        customer_id: tuple(
            one.past
            for one in found
            if one.id not in own and (own_ids is None or one.state != "planned")
        )
        for customer_id, found in counting.items()
    }
    return [
        (
            _facts(
                tx.now,
                row["zone"] or zone,
                candidate,
                row,
                past.get(candidate.customer_id, ()),
                [
                    one
                    for one in held.get(candidate.customer_id, ())
                    if one.mailing_id not in made.get(candidate.customer_id, ())
                ],
                candidate.channel in configured,
            ),
            row["address_id"],
        )
        for candidate, row in zip(candidates, rows, strict=True)
    ]


def _held_for(tx: ReadTx, candidates: Sequence[Candidate]) -> dict[UUID, list[Held]]:
    """The places that mailings hold for these customers and have made no message of."""
    if not mailings.has_held(tx):
        return {}
    ordinals = people_store.list_ordinals(tx, [candidate.customer_id for candidate in candidates])
    buckets = {mailings.bucket_of(each) for own in ordinals.values() for each in own}
    found = mailings.list_held(tx, sorted(buckets))
    return {
        customer_id: [one for one in found if any(each in one.people for each in own)]
        for customer_id, own in ordinals.items()
    }


def channels_on(tx: ReadTx) -> dict[str, str]:
    """The channels that can send, and the kind of settings that serves each: the newest."""
    changed = {state.kind: state.changed_at for state in merchants.list_channels(tx)}
    served = {
        channel: max((k for k in kinds if k in changed), key=changed.__getitem__, default=None)
        for channel, kinds in CARRIERS.items()
    }
    return {channel: kind for channel, kind in served.items() if kind is not None}


def carrier_of(tx: ReadTx, channel: str) -> str | None:
    """The kind of settings that serves the channel now; None when none is set up."""
    return channels_on(tx).get(channel)


def scopes_of(tx: ReadTx, channels: Collection[str]) -> dict[str, str]:
    """Of channels whose addresses belong to one account, such as openids: whose they are now."""
    served = channels_on(tx)
    personal = [c for c in channels if ADDRESS_KINDS.get(c) in ("openid", "card") and c in served]
    configs = {c: merchants.channel_config(tx, served[c]) for c in personal}
    return {c: open_ears.get()(served[c], config).scope for c, config in configs.items() if config}


def policy_of(tx: ReadTx) -> ContactPolicy:
    """What the merchant allows."""
    stored = policies.find_policy(tx)
    return ContactPolicy.model_validate(stored.document) if stored else ContactPolicy()


def policy_shown(tx: ReadTx) -> PolicyShown:
    """What the merchant allows, in words."""
    stored = policies.find_policy(tx)
    policy = policy_of(tx)
    return PolicyShown(
        version=stored.version if stored else 0,
        policy=policy,
        lines=checking.lines(policy, _names(tx)),
        changed_at=stored.at if stored else None,
        changed_by=stored.by if stored else None,
    )


def preview_policy(tx: ReadTx, policy: ContactPolicy) -> PolicyPreview:
    """The policy in words, and what it would have done to the last 30 days' messages, over 20,000 customers at
    most. Refuses `BadPolicy`."""
    checking.checked(policy)
    since = tx.now - timedelta(days=REPLAYED_DAYS)
    found = policies.list_delivered(tx, since - timedelta(hours=HOURS_MAX), REPLAYED_CUSTOMERS)
    zone = merchants.get_merchant(tx).zone
    histories = (
        (messages[0].zone or zone, [one.past for one in messages]) for messages in found.values()
    )
    names = _names(tx)
    replayed = replaying.replay(histories, policy, since, zone, names)
    return PolicyPreview(checking.lines(policy, names), replayed)


def decision_row(
    id: UUID, candidate: Candidate, message_id: UUID | None, verdict: Allowed | Blocked
) -> tuple[Any, ...]:
    """How a decision is kept."""
    code = verdict.code if isinstance(verdict, Blocked) else None
    checks = [asdict(check) for check in verdict.checks]
    ids = (id, candidate.customer_id, candidate.channel, candidate.purpose, candidate.content_key)
    return (*ids, candidate.campaign_id, candidate.task_id, message_id, code, checks)


def _shown(
    tx: ReadTx, found: Sequence[tuple[MessageRow, bytes | None]], language: str
) -> list[MessageRow]:
    """Messages with their texts, and what becomes of them."""
    in_force = stops.list_in_force(tx)
    shown = []
    for row, sealed in found:
        text = json.loads(tx.keys.open(bytes(sealed)))["text"] if sealed is not None else None
        failure_text = gate.sentence(row.failure, language) if row.failure else None
        held = row.state == "planned" and stopping.holding(
            in_force,
            channel=row.channel,
            campaign_id=row.campaign_id,
            purpose=row.purpose,
            is_test=row.is_test,
        )
        following = gate.HELD[language.startswith("en")] if held else None
        shown.append(replace(row, text=text, failure_text=failure_text, next=following))
    return shown


def _names(tx: ReadTx) -> Names:
    return by_code(categories.list_categories(tx))


def _decision(row: dict[str, Any], language: str, names: Names) -> DecisionRow:
    checks = [_check(check, language, names) for check in row.pop("checks")]
    last = checks[-1].detail if checks and row["code"] else None
    text = gate.sentence(row["code"], language) if row["code"] else None
    return DecisionRow(**row, text=f"{text}：{last}" if text and last else text, checks=checks)


def _check(check: dict[str, Any], language: str, names: Names) -> CheckShown:
    detail = checking.about(check["code"], check.get("about"), names)
    said = (detail.en if language.startswith("en") else detail.zh) if detail else None
    return CheckShown(check["code"], check["passed"], gate.question(check["code"], language), said)


def _facts(
    now: datetime,
    zone: str,
    candidate: Candidate,
    row: dict[str, Any],
    past: tuple[Past, ...],
    held: Sequence[Held],
    is_channel_on: bool,
) -> Facts:
    is_personal = candidate.channel == "wecom"
    return Facts(
        purpose=candidate.purpose,
        now=now,
        zone=zone,
        channel=candidate.channel,
        category=candidate.category,
        campaign_id=candidate.campaign_id,
        staff_id=candidate.staff_id,
        expires_at=candidate.expires_at,
        not_before=candidate.not_before,
        puts_off=candidate.puts_off,
        past=past + tuple(Past(one.at, one.channel, one.category, one.campaign_id) for one in held),
        is_forgotten=row["is_forgotten"],
        is_under_14=row["is_under_14"],
        has_consent=row["has_consent"],
        is_opted_out=row["is_opted_out"],
        suppression=row["suppression"],
        is_held_out=candidate.is_held_out,
        has_same_content=row["has_same_content"]
        or any(one.content_key == candidate.content_key for one in held),
        is_channel_on=is_channel_on,
        has_sender=not is_personal or bool(row["has_sender"]),
        has_address=row["address_id"] is not None,
        is_friend=not is_personal or row["is_friend"],
    )
