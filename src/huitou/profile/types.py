"""Profiles, consents, tags, the timeline, and the ports that rooms above serve."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal
from uuid import UUID

from huitou.base.db import ReadTx
from huitou.base.ports import Port
from huitou.kernel.errors import Conflict, Forbidden, Invalid, NotFound
from huitou.kernel.personal import Personal

ConsentState = Literal["given", "withdrawn"]
Gender = Literal["female", "male"]

CHANNELS = ("wecom", "sms", "wechat", "mini", "rcs", "phone", "webhook", "email")
ALL_CHANNELS = "all"
"""A consent to `all` is one to each of `CHANNELS`."""
TAG_MAX = 40
PURPOSES = ("marketing", "service")


@dataclass(frozen=True, slots=True)
class Profile:
    """What is known of a customer who answers for itself. `name` is personal."""

    customer_id: UUID
    ordinal: int
    name: Personal | None
    gender: Gender | None
    birth_month: int | None
    home_unit_id: UUID | None
    owner_staff_id: UUID | None
    owned_since: datetime | None
    joined_on: date | None
    no_profiling: bool
    under_14: bool
    source_channels: list[str]
    last_seen_at: datetime
    zone: str | None


@dataclass(frozen=True, slots=True)
class Consent:
    channel: str
    purpose: str
    state: ConsentState
    at: datetime
    proof: Any


@dataclass(frozen=True, slots=True)
class ConsentChange:
    """A decision of a customer. `proof` says how we know: ids and codes, no personal values."""

    customer_id: UUID
    channel: str
    purpose: str
    state: ConsentState
    at: datetime
    proof: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Tag:
    """`source` is `auto`, or who put it there."""

    name: str
    source: str
    at: datetime


@dataclass(frozen=True, slots=True)
class TagKind:
    """A tag of the library. Who follows a segment carries it by that alone. `units` are the codes of
    those it was sent to: they and what is below them use it; none is everybody."""

    id: UUID
    name: str
    group: str
    segment_id: UUID | None
    units: list[str]
    version: int
    created_by: str
    created_at: datetime


@dataclass(frozen=True, slots=True)
class TagCount:
    """How many customers carry a tag, and by whom: `auto` (their sources), `rule`, a person, a
    third party."""

    name: str
    sources: list[str]
    customer_count: int


SOURCE_TAG = "source:"
"""A tag `source:pos` is on whoever has `pos` among their `source_channels`. It has a row only if somebody
said so, too."""


@dataclass(frozen=True, slots=True)
class Trait:
    name: str
    value: Any
    at: datetime
    source: str


@dataclass(frozen=True, slots=True)
class Friendship:
    """A customer and a member of staff in WeCom. `identifier_id` is the external_userid's."""

    staff_id: UUID
    identifier_id: int | None
    since: datetime
    ended_at: datetime | None


@dataclass(frozen=True, slots=True)
class UnitRef:
    id: UUID
    code: str
    name: str


@dataclass(frozen=True, slots=True)
class StaffRef:
    id: UUID
    code: str
    name: str


@dataclass(frozen=True, slots=True)
class CustomerRow:
    """A line of the list; personal values are masked when shown."""

    id: UUID
    ordinal: int
    name: Personal | None
    phone: Personal | None
    gender: Gender | None
    home_unit: UnitRef | None
    associate: StaffRef | None
    joined_on: date | None
    last_seen_at: datetime
    source_channels: list[str]
    tags: list[str]


@dataclass(frozen=True, slots=True)
class IdentifierRow:
    id: int
    kind: str
    scope: str
    value: Personal
    grade: str
    is_verified: bool
    quarantine: str | None
    source: str
    linked_at: datetime


@dataclass(frozen=True, slots=True)
class FriendshipRow:
    associate: StaffRef | None
    since: datetime
    ended_at: datetime | None


@dataclass(frozen=True, slots=True)
class CustomerDetail:
    """The head of the 360° page. For a merged id, everything is of `merged_into`, who answers."""

    id: UUID
    ordinal: int
    merged_into: UUID | None
    state: Literal["live", "forgotten"]
    created_at: datetime
    name: Personal | None
    gender: Gender | None
    birth_month: int | None
    home_unit: UnitRef | None
    associate: StaffRef | None
    owned_since: datetime | None
    joined_on: date | None
    last_seen_at: datetime | None
    no_profiling: bool
    under_14: bool
    source_channels: list[str]
    identifiers: list[IdentifierRow]
    consents: list[Consent]
    friendships: list[FriendshipRow]
    tags: list[Tag]
    traits: dict[str, Any]
    zone: str | None


@dataclass(frozen=True, slots=True)
class RevealedIdentifier:
    id: int
    kind: str
    scope: str
    value: str


@dataclass(frozen=True, slots=True)
class Revealed:
    """Personal values in full."""

    id: UUID
    name: str | None
    identifiers: list[RevealedIdentifier]


@dataclass(frozen=True, slots=True)
class Happened:
    position: int
    type: str
    source: str
    occurred_at: datetime
    unit_id: UUID | None
    properties: Any


@dataclass(frozen=True, slots=True)
class TimelineItem:
    """One event. `detail` is what the event said: amounts in fen, ids and codes."""

    position: int
    at: datetime
    type: str
    source: str
    title_zh: str
    title_en: str
    unit: UnitRef | None
    detail: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Evidence:
    """Why something about this customer's identity is believed, in words."""

    kind: Literal["link", "merge", "move"]
    id: str
    at: datetime
    position: int | None
    is_undone: bool
    may_undo: bool
    sentence_zh: str
    sentence_en: str


@dataclass(frozen=True, slots=True)
class WhyOne:
    """Why these identifiers are one customer: links, merges (open ones may be undone), moves."""

    customer_id: UUID
    members: list[int]
    evidence: list[Evidence]


@dataclass(frozen=True, slots=True)
class Description:
    """What a merchant's own customer file says of one customer, found by an identifier."""

    kind: str
    scope: str | None
    value: str
    name: str | None = None
    gender: Gender | None = None
    birth_month: int | None = None
    home_unit_id: UUID | None = None
    owner_staff_id: UUID | None = None
    joined_on: date | None = None
    no_profiling: bool = False
    under_14: bool = False
    zone: str | None = None
    tags: tuple[str, ...] = ()
    tag_source: str | None = None
    """Who says so of the tags: a third party's name."""
    event_id: str | None = None
    """The event of the same source that told of the customer: whoever identity makes of it."""


@dataclass(frozen=True, slots=True)
class Described:
    """`awaited` waits for its event to be read; `unknown` has an identifier of nobody, and no
    event."""

    described: int
    awaited: int
    unknown: int


Exporter = Callable[[ReadTx, UUID], object]
EXPORTERS: Port[Mapping[str, Exporter]] = Port("profile.exporters")
EXPORTERS.bind({})
"""Room → everything it keeps about a customer, as plain JSON values. Wiring binds all rooms."""

Entrusted = Callable[[ReadTx, Sequence[UUID]], Collection[UUID]]
ENTRUSTED: Port[Entrusted] = Port("profile.entrusted")
ENTRUSTED.bind(lambda _tx, _customer_ids: ())
"""Which of these customers are in the hands of the associate who asks, whoever's book they are in.
Wiring binds the room of the tasks."""


class UnknownZone(Invalid):
    code = "profile.unknown_zone"
    zh, en = "没有名为 {zone} 的时区（例如 Asia/Shanghai）", "There is no time zone {zone}"


class UnknownChannel(Invalid):
    code = "profile.unknown_channel"
    zh, en = "没有名为 {channel} 的触达渠道或用途", "There is no channel or purpose {channel}"


class BadTag(Invalid):
    code = "profile.bad_tag"
    zh, en = "标签为 1 到 40 个字符", "A tag has 1 to 40 characters"


class NoTag(NotFound):
    code = "profile.no_tag"
    zh, en = "没有这个标签", "There is no such tag"


class TagTaken(Conflict):
    code = "profile.tag_taken"
    zh, en = "已有名为「{name}」的标签", "There is a tag {name} already"


class TagChanged(Conflict):
    code = "profile.tag_changed"
    zh, en = "标签已被他人修改，请刷新", "Somebody else changed the tag: load it again"


class RuleTag(Conflict):
    code = "profile.rule_tag"
    zh, en = "「{name}」由规则维护，不能手工增减", "{name} follows a rule and is not set by hand"


class NotYourTag(Forbidden):
    code = "profile.not_your_tag"
    zh, en = "「{name}」没有下发给您的门店", "{name} was not sent to your units"
