"""Verbs of reach: plan messages, take them back, respect what customers choose, tell staff."""

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

from huitou.base.db import ReadTx, Tx
from huitou.base.queueing import Wanted
from huitou.catalog import reads as products
from huitou.content import actions as contents
from huitou.content import reads as content
from huitou.content.types import NewLink
from huitou.event import reads as log
from huitou.event.types import LogEntry
from huitou.identity import reads as identities
from huitou.kernel.ids import new_id
from huitou.merchant import actions as merchant_actions
from huitou.merchant import reads as merchants
from huitou.profile import actions as profile_actions
from huitou.profile import reads as profiles
from huitou.profile.types import ConsentChange, ConsentState
from huitou.reach.jobs import asking, news, noting, sending
from huitou.reach.reads import messages as reads
from huitou.reach.rules import checking, gate
from huitou.reach.store import facts as gates
from huitou.reach.store import messages as store
from huitou.reach.store import notifications, policies, records
from huitou.reach.types.channels import CHANNELS
from huitou.reach.types.gate import Allowed, Blocked, Candidate, Decision
from huitou.reach.types.messages import MessagesFailed, MessagesOpened, Standing
from huitou.reach.types.policies import ContactPolicy, Past, PolicyChanged, PolicyShown

_STREAM_TYPES = ("link.opened", "consent.given", "consent.withdrawn")
_CHUNK = 1_000


def plan(tx: Tx, candidates: Sequence[Candidate]) -> list[Decision]:
    """Decide about each candidate, in order, and make the messages of those who are allowed.

    The customers are held until the commit, so that decisions taken at the same time elsewhere
    count each other's messages. Every decision is kept with its checks. Sending follows by itself.
    """
    decided: list[Decision] = []
    for start in range(0, len(candidates), _CHUNK):
        decided += _plan(tx, candidates[start : start + _CHUNK])
    return decided


def hold(tx: Tx, customer_ids: Sequence[UUID]) -> None:
    """Nobody else plans or hands over a message to these customers until the commit: what is read of their messages from
    now on stays true. Call it before anything else is locked."""
    gates.lock_customers(tx, list(identities.canonical(tx, set(customer_ids)).values()))


def rehearse(tx: ReadTx, candidates: Sequence[Candidate]) -> list[str | None]:
    """What `plan` would say now, in order: None for yes, otherwise the code. Keeps nothing."""
    verdicts = _decide(tx, _canonical(tx, candidates))
    return [None if isinstance(v, Allowed) else v.code for _, v, _ in verdicts]


def cancel(tx: Tx, message_ids: Sequence[UUID]) -> None:
    """Take messages back: planned ones at once, those an associate has not confirmed by asking
    the channel. What is on its way already stays."""
    locked = store.lock_messages(tx, message_ids)
    planned = [message for message in locked if message.state == "planned"]
    ends = [(m.id, Standing(m.attempt, "cancelled", tx.now), None) for m in planned]
    if ends:
        store.set_standings(tx, ends)
    out = [str(message.id) for message in locked if message.state in ("submitted", "waiting")]
    tx.defer_all(asking.take_back, [Wanted({"message_id": id}, id) for id in out])
    cancelled = [message.id for message in planned]
    for start in range(0, len(cancelled), _CHUNK):
        tx.tell(MessagesFailed(tuple(cancelled[start : start + _CHUNK])))


def opt_out(tx: Tx, customer_id: UUID, *, reason: str, proof: str) -> None:
    """No more marketing to this customer, on any channel, from this commit on.

    What is planned is cancelled; the log hears of it as `consent.withdrawn`.
    """
    customer_id = _root(tx, customer_id)
    gates.lock_customers(tx, [customer_id])
    consenting = [
        channel
        for channel in CHANNELS
        if profiles.consents(tx, [customer_id], channel, "marketing")
        and not records.is_suppressed(tx, customer_id, channel)
    ]
    records.add_suppressions(
        tx, customer_id, CHANNELS, reason=reason, at=tx.now, restores=consenting
    )
    cancel(tx, store.open_messages(tx, customer_id, CHANNELS))
    contents.mark_opted_out(tx, customer_id, tx.now)
    _set_consent(tx, customer_id, "withdrawn", ["all"], proof)


def opt_in(tx: Tx, customer_id: UUID, *, proof: str) -> None:
    """Take an `opt_out` back: exactly the consents that it ended."""
    customer_id = _root(tx, customer_id)
    gates.lock_customers(tx, [customer_id])
    restored = records.take_suppressions(tx, customer_id)
    contents.mark_opted_out(tx, customer_id, None)
    _set_consent(tx, customer_id, "given", restored, proof)


def stop_channel(tx: Tx, customer_id: UUID, channel: str) -> None:
    """No more marketing on one channel, from this commit on; the log is told by the caller."""
    gates.lock_customers(tx, [customer_id])
    records.add_suppressions(tx, customer_id, [channel], reason="reply", at=tx.now)
    cancel(tx, store.open_messages(tx, customer_id, [channel]))


def notify_staff(
    tx: Tx, staff_id: UUID, title: str, text: str, path: str, *, key: str | None = None
) -> UUID:
    """Show a card in the employee's WeCom, leading to `path` of this site.

    One card for each `key`, however often it is asked for; without one every call is a card.
    """
    note_id = new_id()
    is_new = records.add_note(
        tx,
        id=note_id,
        key=key or str(note_id),
        staff_id=staff_id,
        title=title,
        body=text,
        path=path,
    )
    if is_new:
        tx.defer(noting.show_note, key=str(note_id), note_id=str(note_id))
    return note_id


def consume(tx: Tx, after: int, upto: int) -> None:
    """What customers did, from the log: links opened, consents given and withdrawn."""
    entries = log.log_slice(tx, after, upto, _STREAM_TYPES)
    if not entries:
        return
    _take_openings(tx, [entry for entry in entries if entry.type == "link.opened"])
    told = [entry for entry in entries if entry.type != "link.opened"]
    customers = identities.customers_of(tx, [entry.position for entry in told])
    withdrawn, given = (
        [
            (customers[entry.position], channel, entry.occurred_at)
            for entry in told
            if entry.type == type
            and entry.position in customers
            and entry.properties.get("purpose", "marketing") == "marketing"
            for channel in _channels_of(entry.properties)
        ]
        for type in ("consent.withdrawn", "consent.given")
    )
    stopping = sorted({customer for customer, _, _ in withdrawn})
    gates.lock_customers(tx, stopping)
    records.suppress_withdrawn(tx, withdrawn)
    records.lift_given(tx, given)
    cancel(tx, store.stopped_messages(tx, stopping))


def move_customers(tx: Tx, customer_ids: Sequence[UUID]) -> None:
    """After merges or splits among these customers: everything is of who answers now, and what one
    of them has stopped goes to none of them."""
    records.set_receivers(tx, customer_ids)
    first = {*records.first_customers(tx, customer_ids), *customer_ids}
    owners = identities.canonical(tx, first)
    records.set_customers(tx, list(owners.items()))
    contents.give_links(tx, records.list_misled(tx, customer_ids))
    cancel(tx, store.stopped_messages(tx, sorted(set(owners.values()))))


def forget(tx: Tx, customer_ids: Sequence[UUID]) -> None:
    """What was written to them is erased; what is planned never goes out."""
    for customer_id in customer_ids:
        cancel(tx, store.open_messages(tx, customer_id, CHANNELS))
    store.erase_bodies(tx, customer_ids)
    notifications.erase(tx, customer_ids)


def add_test(
    tx: Tx,
    channel: str,
    text: str,
    address: str,
    params: dict[str, str],
    *,
    template: str | None = None,
    link: dict[str, str] | None = None,
) -> UUID:
    """A test message: marked, counted nowhere, of no customer. `link` as `channels.Link`."""
    message_id = new_id()
    body: dict[str, Any] = {"text": text, "params": params, "template": template, "link": link}
    body["address"] = address
    row = {
        "id": message_id,
        "channel": channel,
        "purpose": "service",
        "content_key": "test",
        "body_sealed": tx.keys.seal(json.dumps(body, ensure_ascii=False)),
        "is_test": True,
    }
    store.add_messages(tx, [{**dict.fromkeys(store.NEW_COLUMNS), **row}])
    sending.queue(tx, [(message_id, channel, None)])
    return message_id


def set_policy(tx: Tx, policy: ContactPolicy, *, version: int) -> PolicyShown:
    """What holds for every decision from this commit on; `version` is the one that was looked at.

    Refuses `BadPolicy`, `PolicyChanged`.
    """
    checking.checked(policy)
    stored = policies.find_policy(tx)
    if version != (stored.version if stored else 0) or not policies.add_policy(
        tx, version + 1, policy.model_dump(mode="json")
    ):
        raise PolicyChanged()
    merchant_actions.audit(tx, "reach.policy_changed", f"policy:{version + 1}")
    return reads.policy_shown(tx)


def _plan(tx: Tx, candidates: Sequence[Candidate]) -> list[Decision]:
    wanted = _canonical(tx, candidates)
    gates.lock_customers(tx, [candidate.customer_id for candidate in wanted])
    verdicts = _decide(tx, wanted)
    chosen = [(new_id(), c, v.at) for c, v, _ in verdicts if isinstance(v, Allowed)]
    add_messages(tx, chosen)
    message_ids = iter([message_id for message_id, _, _ in chosen])
    decided, rows = [], []
    for candidate, verdict, _ in verdicts:
        message_id = next(message_ids) if isinstance(verdict, Allowed) else None
        code = verdict.code if isinstance(verdict, Blocked) else None
        decision = Decision(new_id(), candidate.customer_id, message_id, code)
        decided.append(decision)
        rows.append(reads.decision_row(decision.id, candidate, message_id, verdict))
    if rows:
        gates.add_decisions(tx, rows)
    return decided


def _canonical(tx: ReadTx, candidates: Sequence[Candidate]) -> list[Candidate]:
    """Candidates under the customer who answers now."""
    roots = identities.canonical(tx, {candidate.customer_id for candidate in candidates})
    return [replace(c, customer_id=roots.get(c.customer_id, c.customer_id)) for c in candidates]


def _root(tx: ReadTx, customer_id: UUID) -> UUID:
    """Who answers now: a link may be older than a merge that its room has not heard of yet."""
    return identities.canonical(tx, [customer_id]).get(customer_id, customer_id)


def _decide(
    tx: ReadTx, candidates: Sequence[Candidate]
) -> list[tuple[Candidate, Allowed | Blocked, int | None]]:
    """The gate on each; what is allowed counts for those after it."""
    policy = reads.policy_of(tx)
    planned: dict[UUID, tuple[Past, ...]] = {}
    contents_seen: set[tuple[UUID, str]] = set()
    verdicts: list[tuple[Candidate, Allowed | Blocked, int | None]] = []
    for candidate, (facts, address_id) in zip(
        candidates, reads.facts_of(tx, candidates), strict=True
    ):
        content_of = (candidate.customer_id, candidate.content_key)
        before = planned.get(candidate.customer_id, ())
        now_known = replace(
            facts,
            past=facts.past + before,
            has_same_content=facts.has_same_content
            or (content_of in contents_seen and not candidate.repeats),
        )
        verdict = gate.gate(now_known, policy)
        if isinstance(verdict, Allowed):
            contents_seen.add(content_of)
            if candidate.purpose == "marketing":
                planned[candidate.customer_id] = (*before, facts.message(verdict.at))
        verdicts.append((candidate, verdict, address_id))
    return verdicts


def add_messages(tx: Tx, chosen: Sequence[tuple[UUID, Candidate, datetime]]) -> None:
    """Make messages, `(id, candidate, when)`, that were decided about; sending follows by itself."""
    if not chosen:
        return
    staff = merchants.staff_by_id(tx)
    units = {
        message_id: c.unit_id or (staff[c.staff_id].unit_id if c.staff_id in staff else None)
        for message_id, c, _ in chosen
    }
    linked = [(message_id, c) for message_id, c, _ in chosen if c.product_list_id is not None]
    links = contents.add_links(tx, [_new_link(m, c, units[m]) for m, c in linked])
    urls = content.urls_of(tx, [link.token for link in links])
    cards = _cards(tx, [c.product_list_id for _, c in linked if c.product_list_id])
    shown = {
        message_id: (link.id, {**cards[link.product_list_id], "url": url})
        for (message_id, _), link, url in zip(linked, links, urls, strict=True)
    }
    rows = []
    for message_id, c, at in chosen:
        link_id, card = shown.get(message_id, (None, None))
        body = {"text": c.text, "params": c.params, "template": c.template, "link": card}
        row = {
            **{name: getattr(c, name, None) for name in store.NEW_COLUMNS},
            "id": message_id,
            "unit_id": units[message_id],
            "link_id": link_id,
            "body_sealed": tx.keys.seal(json.dumps(body, ensure_ascii=False)),
            "is_test": False,
            "not_before": at if at > tx.now else None,
        }
        rows.append(row)
    store.add_messages(tx, rows)
    sending.queue(tx, [(id, c.channel, at if at > tx.now else None) for id, c, at in chosen])


def _new_link(message_id: UUID, candidate: Candidate, unit_id: UUID | None) -> NewLink:
    assert candidate.product_list_id is not None
    return NewLink(
        product_list_id=candidate.product_list_id,
        customer_id=candidate.customer_id,
        channel=candidate.channel,
        message_id=message_id,
        campaign_id=candidate.campaign_id,
        opportunity_id=candidate.opportunity_id,
        task_id=candidate.task_id,
        staff_id=candidate.staff_id,
        unit_id=unit_id,
    )


def _cards(tx: ReadTx, list_ids: Sequence[UUID]) -> dict[UUID, dict[str, str]]:
    """How the links to lists are shown in a chat."""
    lists = content.lists_by_id(tx, list_ids)
    skus = {item.sku for found in lists.values() for item in found.items}
    names = {
        sku: product.name for sku, product in products.products_by_sku(tx, sorted(skus)).items()
    }
    return {
        id: {
            "title": found.title,
            "description": "、".join(names.get(item.sku, item.sku) for item in found.items[:4]),
        }
        for id, found in lists.items()
    }


def _set_consent(
    tx: Tx, customer_id: UUID, state: ConsentState, channels: Sequence[str], proof: str
) -> None:
    """In force at once, in the profile and in the log."""
    changes = [
        ConsentChange(customer_id, channel, "marketing", state, tx.now, {"said": proof})
        for channel in channels
    ]
    profile_actions.set_consents(tx, changes)


def _channels_of(properties: dict[str, Any]) -> Sequence[str]:
    channel = properties.get("channel")
    if channel == "all":
        return CHANNELS
    return [channel] if channel in CHANNELS else []


def _take_openings(tx: Tx, entries: Sequence[LogEntry]) -> None:
    own = [e for e in entries if e.source == "huitou" and "message" in e.properties]
    if not own:
        return
    fresh = store.set_opened(
        tx, [UUID(e.properties["message"]) for e in own], [e.occurred_at for e in own]
    )
    news.show(tx, [(message, "opened") for message in store.find_messages(tx, fresh)])
    for start in range(0, len(fresh), _CHUNK):
        tx.tell(MessagesOpened(tuple(fresh[start : start + _CHUNK])))
