"""What others may ask of mailings."""

from typing import Any
from uuid import UUID

from pyroaring import BitMap

from huitou.base.db import ReadTx
from huitou.kernel.page import PAGE_MAX, Page, decode_number, encode_cursor
from huitou.kernel.personal import Personal
from huitou.reach.rules import gate
from huitou.reach.rules.crowds import CODES
from huitou.reach.store import mailings
from huitou.reach.store import people as people_store
from huitou.reach.store.mailings import Stored
from huitou.reach.types.mailings import MailingPerson, MailingShown, NoMailing, Rival, Tally


def get_mailing(tx: ReadTx, mailing_id: UUID) -> MailingShown:
    """How far a mailing is, and what was decided. Refuses `NoMailing`."""
    stored = mailings.find_mailing(tx, mailing_id)
    if stored is None:
        raise NoMailing()
    tallies = [tally(*counted) for counted in mailings.count_outcomes(tx, mailing_id)]
    return MailingShown(
        id=stored.id,
        campaign_id=stored.campaign_id,
        state=stored.state,
        candidates=len(BitMap.deserialize(stored.audience)),
        tallies=tallies,
        rivals=_rivals(tx, stored) if any(t.outcome == "outranked_by" for t in tallies) else [],
        at=stored.at,
        decided_at=stored.decided_at,
        reserved_at=stored.reserved_at,
        done_at=stored.done_at,
    )


def list_mailings(tx: ReadTx, campaign_id: UUID) -> list[MailingShown]:
    """Those of a campaign, the oldest first."""
    return [get_mailing(tx, id) for id in mailings.list_of_campaign(tx, campaign_id)]


def list_mailing_people(
    tx: ReadTx, mailing_id: UUID, outcome: str, *, cursor: str | None = None, limit: int = 50
) -> Page[MailingPerson]:
    """Who has this outcome, in the scope, by ordinal. Refuses `NoMailing`."""
    stored = mailings.find_mailing(tx, mailing_id)
    if stored is None:
        raise NoMailing()
    after, limit = decode_number(cursor) or 0, min(limit, PAGE_MAX)
    parts = mailings.list_outcome(tx, mailing_id, outcome, after)
    channels = {
        ordinal: part.channel for part in parts for ordinal in part.people if ordinal > after
    }
    seen = people_store.list_seen(tx, sorted(channels), limit + 1)
    zh, en = gate.sentence(outcome, "zh"), gate.sentence(outcome, "en")
    places = _places_of_rivals(tx, stored) if outcome == "outranked_by" else []
    items = [
        MailingPerson(
            customer_id=id,
            customer_ordinal=ordinal,
            name=Personal(tx.keys.open(sealed)) if sealed else None,
            channel=channels[ordinal],
            outcome=outcome,
            zh=zh,
            en=en,
            outranked_by=next(
                (campaign_id for _, campaign_id, people in places if ordinal in people), None
            ),
        )
        for ordinal, id, sealed in seen[:limit]
    ]
    last = items[-1].customer_ordinal if len(seen) > limit else None
    return Page(items, encode_cursor(last) if last is not None else None)


def tally(outcome: str, channel: str, count: int) -> Tally:
    """A count with its words."""
    zh, en = gate.sentence(outcome, "zh"), gate.sentence(outcome, "en")
    return Tally(outcome, channel, count, zh, en)


def outcomes(tx: ReadTx, mailing_id: UUID) -> dict[str, BitMap]:
    """Who has which outcome, by ordinal."""
    found: dict[str, BitMap] = {}
    for part in mailings.list_parts(tx, mailing_id, None):
        found[part.outcome] = found.get(part.outcome, BitMap()) | part.people
    return found


def is_open(tx: ReadTx, mailing_id: UUID) -> bool:
    """Whether it goes on."""
    stored = mailings.find_mailing(tx, mailing_id)
    return stored is not None and stored.state not in ("done", "stopped")


def is_decided(tx: ReadTx, mailing_id: UUID) -> bool:
    """Whether its places are held, or were."""
    stored = mailings.find_mailing(tx, mailing_id)
    return stored is not None and stored.state not in ("deciding", "reserving")


def _rivals(tx: ReadTx, stored: Stored) -> list[Rival]:
    """Who has the places of those outranked, most first."""
    outranked = outcomes(tx, stored.id)["outranked_by"]
    found = [
        Rival(id, campaign_id, len(people & outranked))
        for id, campaign_id, people in _places_of_rivals(tx, stored)
    ]
    return sorted((one for one in found if one.count), key=lambda one: -one.count)


def _places_of_rivals(tx: ReadTx, stored: Stored) -> list[tuple[UUID, UUID | None, BitMap]]:
    """Of each other mailing of the same round who has a place."""
    others = mailings.list_round(tx, stored.round_id) if stored.round_id else []
    found = []
    for id, campaign_id in others:
        if id != stored.id:
            of = outcomes(tx, id)
            people = BitMap.union(BitMap(), *(of.get(one, BitMap()) for one in mailings.HAS_PLACE))
            found.append((id, campaign_id, people))
    return found


def as_decision(customer_id: UUID, row: dict[str, Any]) -> dict[str, Any]:
    """What a mailing decided, as a decision: up to the reason every question was answered with yes."""
    is_allowed = row["outcome"] in mailings.HAS_PLACE
    asked = [code for code in CODES if code in gate.QUESTIONS]
    code = None if is_allowed else row["outcome"]
    passed = asked[: asked.index(code)] if code in asked else asked
    checks = [{"code": one, "passed": True} for one in passed]
    if code in asked:
        checks.append({"code": code, "passed": False})
    return {
        "id": row["id"],
        "customer_id": customer_id,
        "channel": row["channel"],
        "purpose": "marketing",
        "content_key": row["content_key"],
        "campaign_id": row["campaign_id"],
        "task_id": None,
        "message_id": None,
        "outcome": "allowed" if is_allowed else "blocked",
        "code": code,
        "checks": checks,
        "at": row["at"],
    }
