"""What makes a code whole, what WeCom has to be told next, how to greet, and pictures. Pure."""

import io
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal
from uuid import UUID

import segno

from huitou.code.types import (
    Attachment,
    BadCode,
    Draft,
    Made,
    NobodyBehind,
    NotTaken,
    NoWay,
    Outcome,
    Standing,
    Unsure,
    Way,
    Welcome,
)

NAME_MAX, SOURCE_MAX, TAGS_MAX, STAFF_MAX = 60, 40, 10, 100
USERS_MAX = 100
"""Members behind one code (developer.work.weixin.qq.com, 92228)."""
CHUNK = 10
"""Codes of one effect: as many calls as fit well within the lease."""
LEASE = timedelta(minutes=10)
UNKNOWN_PAUSE = timedelta(seconds=60)
"""A call still on its way may arrive after a list that lacks it: look no sooner."""
BOUGHT_WITHIN = timedelta(days=30)
_PAUSES = (timedelta(minutes=1), timedelta(minutes=5), timedelta(minutes=30), timedelta(hours=2))
_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"
GONE = "41044"
"""WeCom's word for a code that somebody took away in its own console."""

Verb = Literal["add", "find", "change", "remove"]


@dataclass(frozen=True, slots=True)
class Kept:
    """How far WeCom is known to know a code."""

    id: UUID
    state: str
    name: str
    asks_first: bool
    is_stopped: bool
    config_id: str | None
    told: Mapping[str, Any] | None
    calling: str | None
    added_at: datetime | None
    attempt: int
    tries: int


@dataclass(frozen=True, slots=True)
class Call:
    """The next thing to say to WeCom about a code. `way` is what it shall know afterwards."""

    code_id: UUID
    attempt: int
    verb: Verb
    way: Way
    config_id: str | None
    added_at: datetime | None


@dataclass(frozen=True, slots=True)
class Settled:
    """What is kept after a call. `told` as jsonb; `next_at` None: nothing by itself."""

    calling: str | None = None
    config_id: str | None = None
    picture_url: str | None = None
    picture: bytes | None = None
    told: dict[str, Any] | None = None
    failure: str | None = None
    detail: str | None = None
    next_at: datetime | None = None


def state_of(id: UUID) -> str:
    """What WeCom calls back with: at most 26 letters and digits, the code's own for ever."""
    number, digits = id.int, ""
    while number:
        number, digit = divmod(number, 36)
        digits = _DIGITS[digit] + digits
    return f"c{digits}"


def checked(draft: Draft) -> Draft:
    """The draft, whole. Refuses `BadCode`, `NobodyBehind`."""
    if not 1 <= len(draft.name.strip()) <= NAME_MAX:
        raise BadCode(field="name")
    if len(draft.source) > SOURCE_MAX:
        raise BadCode(field="source")
    if len(draft.tags) > TAGS_MAX or len(set(draft.tags)) != len(draft.tags):
        raise BadCode(field="tags")
    if (draft.from_minute is None) != (draft.until_minute is None):
        raise BadCode(field="hours")
    if draft.from_minute is not None and draft.from_minute == draft.until_minute:
        raise BadCode(field="hours")
    if (draft.sku is not None) != (draft.kind == "product"):
        raise BadCode(field="sku")
    if draft.product_list_id is not None and draft.kind != "material":
        raise BadCode(field="product_list_id")
    if draft.kind == "store" and draft.staff_ids:
        raise BadCode(field="staff_ids")
    if draft.kind != "store" and not 1 <= len(draft.staff_ids) <= STAFF_MAX:
        raise NobodyBehind()
    _check_attachment(draft.welcome.attachment, has_goods=bool(draft.sku or draft.product_list_id))
    return draft


def _check_attachment(attachment: Attachment | None, *, has_goods: bool) -> None:
    if attachment is None:
        return
    if attachment.kind == "goods" and not has_goods:
        raise BadCode(field="attachment")
    if attachment.kind == "link" and not (
        attachment.title.strip() and attachment.url.startswith(("https://", "http://"))
    ):
        raise BadCode(field="attachment")


def is_open(from_minute: int | None, until_minute: int | None, minute: int) -> bool:
    """Is the minute of the day within the hours? They may go past midnight."""
    if from_minute is None or until_minute is None:
        return True
    if from_minute < until_minute:
        return from_minute <= minute < until_minute
    return minute >= from_minute or minute < until_minute


def words_of(welcome: Welcome, *, open_now: bool) -> str:
    """The text for this moment."""
    return welcome.text if open_now or not welcome.away_text else welcome.away_text


def told_of(way: Way) -> dict[str, Any]:
    """What is remembered of a way that WeCom confirmed."""
    return {"users": list(way.users), "remark": way.remark, "asks_first": way.asks_first}


def next_call(kept: Kept, users: tuple[str, ...]) -> Call | None:
    """What to say next; None where all is said, or nobody stands behind the code.

    An `add` whose end is not known is looked for before anything else.
    """
    way = Way(kept.state, users[:USERS_MAX], kept.name[:30], kept.asks_first)

    def call(verb: Verb) -> Call:
        return Call(kept.id, kept.attempt + 1, verb, way, kept.config_id, kept.added_at)

    if kept.calling in ("add", "find", "unknown"):
        return call("find")
    if kept.is_stopped:
        return call("remove") if kept.config_id is not None else None
    if not users:
        return None
    if kept.config_id is None:
        return call("add")
    return call("change") if kept.told != told_of(way) else None


def settled(call: Call, outcome: Outcome, now: datetime, tries: int) -> Settled:
    """What is kept of a call's end. A found code is told anew: it may be of an older wish."""
    if isinstance(outcome, Made):
        return Settled(
            config_id=outcome.config_id,
            picture_url=outcome.picture_url,
            picture=outcome.picture,
            told=told_of(call.way) if call.verb == "add" else None,
            next_at=None if call.verb == "add" else now,
        )
    if isinstance(outcome, NoWay):
        return Settled(next_at=now)
    if isinstance(outcome, Unsure):
        pause = UNKNOWN_PAUSE if call.verb in ("add", "find") else pause_after(tries)
        calling = "unknown" if call.verb in ("add", "find") else None
        return Settled(calling, call.config_id, failure="unanswered", detail=outcome.detail,
                       next_at=now + pause)  # fmt: skip
    if isinstance(outcome, NotTaken):
        calling = "unknown" if call.verb == "find" else None
        next_at = None if outcome.is_final else now + pause_after(tries)
        return Settled(calling, call.config_id, failure=outcome.code, detail=outcome.detail,
                       next_at=next_at)  # fmt: skip
    is_gone = call.verb == "remove"
    return Settled(
        config_id=None if is_gone else call.config_id,
        told=None if is_gone else told_of(call.way),
    )


def pause_after(tries: int) -> timedelta:
    """How long to wait after so many tries that failed."""
    return _PAUSES[min(tries, len(_PAUSES) - 1)]


def standing_of(
    *, is_stopped: bool, is_told: bool, failure: str | None, next_at: datetime | None
) -> Standing:
    """Where a code stands, for a person. What is tried again by itself is still being made."""
    if is_stopped:
        return "stopped"
    if failure is not None and next_at is None:
        return "failed"
    return "live" if is_told else "making"


def qr_svg(text: str) -> str:
    """A QR code as SVG."""
    return _drawn(text, "svg", xmldecl=False, nl=False, omitsize=True).decode()


def qr_png(text: str) -> bytes:
    """A QR code as PNG, some 600 pixels wide, with the quiet zone of ISO/IEC 18004."""
    return _drawn(text, "png", scale=max(4, 600 // segno.make_qr(text).symbol_size()[0]))


def _drawn(text: str, kind: str, **options: Any) -> bytes:
    out = io.BytesIO()
    segno.make_qr(text, error="m").save(out, kind=kind, border=4, **options)
    return out.getvalue()
