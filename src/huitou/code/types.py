"""Codes, what stands in them, what WeCom is told of them, and refusals."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Literal, Protocol
from uuid import UUID

from huitou.base.ports import Port
from huitou.kernel.errors import Conflict, Invalid, NotFound

Kind = Literal["staff", "store", "material", "product"]
Standing = Literal["making", "live", "failed", "stopped"]
"""`making`: WeCom has not confirmed it yet, or not its last change."""


@dataclass(frozen=True, slots=True)
class Attachment:
    """A card under the greeting. `goods`: the code's own product or list; `link`: any address."""

    kind: Literal["goods", "link"]
    title: str = ""
    description: str = ""
    url: str = ""
    picture_url: str = ""


@dataclass(frozen=True, slots=True)
class Welcome:
    """What a new friend is greeted with, and outside the hours with `away_text`, if there is one."""

    text: str
    away_text: str = ""
    attachment: Attachment | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What is said of a code wherever it hangs. `from_minute`, `until_minute`: hours as minutes of the day in
    the merchant's zone, together or not at all; past midnight where the first is later. `day_limit`: friends
    an associate gets by it on one day, before others of the code take over."""

    name: str
    welcome: Welcome
    fallback_staff_id: UUID | None = None
    source: str = ""
    tags: Sequence[str] = ()
    from_minute: int | None = None
    until_minute: int | None = None
    asks_first: bool = False
    day_limit: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft(Terms):
    """A code to be made. `staff_ids` are those behind it; of a `store` code it is empty: all of the store's
    associates on duty."""

    kind: Kind
    unit_id: UUID
    staff_ids: Sequence[UUID] = ()
    sku: str | None = None
    product_list_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Print:
    """A code on a sheet."""

    code: "Code"
    unit: str
    picture: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Code:
    """A code as it is kept. `behind` are the WeCom users whom a scan leads to now."""

    id: UUID
    state: str
    name: str
    kind: Kind
    unit_id: UUID
    staff_ids: list[UUID]
    fallback_staff_id: UUID | None
    sku: str | None
    product_list_id: UUID | None
    source: str
    tags: list[str]
    welcome: Welcome
    from_minute: int | None
    until_minute: int | None
    asks_first: bool
    day_limit: int | None
    batch_id: UUID | None
    created_at: datetime
    stopped_at: datetime | None
    version: int
    standing: Standing
    behind: list[str]
    has_picture: bool
    failure: str | None
    failure_detail: str | None = field(repr=False)


@dataclass(frozen=True, slots=True)
class Numbers:
    """What came of a code. `added` customers, of whom `friends` are still with somebody of the code; `opened`
    looked at a list sent to them since; `bought` within 30 days of coming, `first_bought` for the first time
    ever; `paid_fen` since they came, refunds taken off. A customer who came by two codes counts at both."""

    added: int = 0
    friends: int = 0
    opened: int = 0
    bought: int = 0
    first_bought: int = 0
    paid_fen: int = 0


@dataclass(frozen=True, slots=True)
class DayNumbers:
    """Of those who came on one day."""

    day: date
    numbers: Numbers


@dataclass(frozen=True, slots=True)
class Refused:
    """A store of a batch that got no code, and why: a code of a refusal."""

    unit_id: UUID
    reason: str


@dataclass(frozen=True, slots=True)
class Batch:
    """Copies of one code for many stores; the counts are of what WeCom knows of them."""

    id: UUID
    name: str
    created_at: datetime
    total: int
    live: int
    making: int
    failed: int
    stopped: int
    refused: list[Refused]


@dataclass(frozen=True, slots=True)
class Greeting:
    """What to say to a new friend who came by a code, with the card under it."""

    code_id: UUID
    text: str
    card: "Card | None"


@dataclass(frozen=True, slots=True)
class Card:
    title: str
    description: str
    url: str
    picture_url: str | None


@dataclass(frozen=True, slots=True)
class Way:
    """What WeCom shall know of a code."""

    state: str
    users: tuple[str, ...]
    remark: str
    asks_first: bool


@dataclass(frozen=True, slots=True)
class Made:
    """WeCom has it. `picture` is the QR code as an image, where it could be fetched."""

    config_id: str
    picture_url: str
    picture: bytes | None = field(repr=False)


@dataclass(frozen=True, slots=True)
class Done:
    """WeCom took the change."""


@dataclass(frozen=True, slots=True)
class NoWay:
    """WeCom surely has no such code."""


@dataclass(frozen=True, slots=True)
class NotTaken:
    """WeCom said no, or was surely not reached; a final one is not tried again by itself."""

    code: str
    detail: str
    is_final: bool


@dataclass(frozen=True, slots=True)
class Unsure:
    """The call may have arrived."""

    detail: str


Outcome = Made | Done | NoWay | NotTaken | Unsure


class Ways(Protocol):
    """WeCom's「联系我」codes. Nothing is raised; methods speak to the network."""

    def add(self, way: Way) -> Outcome:
        """Make a code: `Made`, `NotTaken`, `Unsure`."""
        ...

    def find(self, state: str, since: datetime, known: frozenset[str]) -> Outcome:
        """The code with this state, made after `since` and none of `known` ids: `Made`, `NoWay`, …"""
        ...

    def change(self, config_id: str, way: Way) -> Outcome:
        """Tell what holds from now on; again is the same: `Done`, `NotTaken`, `Unsure`."""
        ...

    def remove(self, config_id: str) -> Outcome:
        """A scan leads nowhere from now on; again is the same."""
        ...


open_ways: Port[Callable[[str], Ways]] = Port("code.open_ways")
"""Configuration of `wecom` as JSON → adapter, the same one for the same text."""


class NoCode(NotFound):
    code = "code.not_found"
    zh, en = "没有这个活码", "There is no such code"


class NoBatch(NotFound):
    code = "code.no_batch"
    zh, en = "没有这个批次", "There is no such batch"


class CodeChanged(Conflict):
    code = "version.conflict"


class CodeStopped(Conflict):
    code = "code.stopped"
    zh, en = "活码已停用", "The code is stopped"


class NobodyBehind(Invalid):
    code = "code.nobody"
    zh, en = (
        "没有可添加的员工：请选择绑定了企业微信账号的在职员工",
        "Nobody can be added: choose active staff with a WeCom account",
    )


class NotYourUnit(Invalid):
    code = "code.not_your_unit"
    zh, en = "只能为管辖范围内的门店和员工建码", "Only for stores and staff of your own"


class BadCode(Invalid):
    code = "code.bad"
    zh, en = "活码不完整：{field}", "The code is not complete: {field}"


class NameUnknownYet(Invalid):
    code = "code.name_unknown"
    zh, en = (
        "刚添加时还不知道客户姓名，欢迎语不能用 {{name}}",
        "A new friend's name is not known yet: a greeting has no {{name}}",
    )
