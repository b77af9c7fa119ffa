"""Something for everybody in a segment: points, a red packet, a coupon."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import Field

from huitou.benefit.types.documents import Part
from huitou.kernel.errors import Conflict, Forbidden, Invalid, NotFound

GrantState = Literal["draft", "running", "paused", "done", "undoing", "undone"]
Days = Annotated[int, Field(ge=1, le=3_660)]


class PointsGrant(Part):
    """`days` from when they come; None as the points plan says."""

    kind: Literal["points"]
    points: Annotated[int, Field(ge=1, le=1_000_000)]
    days: Days | None = None


class RedPacket(Part):
    """Bonus money (赠金) by lot: between `least_fen` and `most_fen`, good for `days`."""

    kind: Literal["red_packet"]
    least_fen: Annotated[int, Field(ge=1, le=100_000)]
    most_fen: Annotated[int, Field(ge=1, le=100_000)]
    days: Days


class CouponGrant(Part):
    """One coupon each; `template` is the id of a template."""

    kind: Literal["coupon"]
    template: Annotated[str, Field(pattern=r"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$")]


Gift = Annotated[PointsGrant | RedPacket | CouponGrant, Field(discriminator="kind")]


class GrantDocument(Part):
    """`budget` is the most that is given in all, in points, fen or coupons; None without end."""

    gift: Gift
    budget: Annotated[int, Field(ge=1, le=10**12)] | None = None


@dataclass(frozen=True, slots=True)
class GrantRun:
    """A grant and how far it is. `total` members were there when it was drafted; `seen` were gone
    through, `given` got theirs, `amount` in all; `passed_over` says why others got nothing;
    `taken_back` is what undoing brought back."""

    id: UUID
    name: str
    document: dict[str, Any]
    segment_id: UUID
    state: GrantState
    total: int
    seen: int
    given: int
    amount: int
    passed_over: dict[str, int]
    taken_back: int
    created_at: datetime
    created_by: str
    started_at: datetime | None
    started_by: str | None
    ended_at: datetime | None


@dataclass(frozen=True, slots=True)
class GrantShown:
    """A grant with what it means: `most_amount` is what it gives at most."""

    run: GrantRun
    sentence_zh: str
    sentence_en: str
    most_amount: int


@dataclass(frozen=True, slots=True)
class Given:
    """What a customer got by a grant, and what was taken back of it."""

    customer_id: UUID
    amount: int
    transaction_id: UUID | None
    serial: int | None
    taken_back: int


class NoGrant(NotFound):
    code = "grant.not_found"
    zh = "没有这次发放"
    en = "There is no such grant"


class WrongGrantState(Conflict):
    code = "grant.state"
    zh = "现在不能这样操作这次发放"
    en = "The grant is not in a state for that"


class BadGrant(Invalid):
    code = "grant.bad"
    zh = "发放设置有误：{reason}"
    en = "The grant is wrong: {reason}"


class SecondPerson(Forbidden):
    code = "grant.second_person"
    zh = "最多发放 {most}，超过单人上限 {limit}，须由另一人启动"
    en = "It gives up to {most}, above the limit of {limit} for one person: another has to start it"
