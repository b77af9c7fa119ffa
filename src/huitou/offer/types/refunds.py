"""What returned pieces give back."""

from dataclasses import dataclass

from huitou.kernel.errors import Conflict, Invalid
from huitou.offer.types.documents import Gift


@dataclass(frozen=True, slots=True)
class Returned:
    """Of a line so far: pieces that came back, and what was given back for them."""

    pieces: int
    fen: int


@dataclass(frozen=True, slots=True)
class RefundLine:
    """`pieces` come back now, `fen` are given back. A line that came back earlier may get the rest of what
    was kept then, for no piece."""

    line_no: int
    pieces: int
    fen: int


@dataclass(frozen=True, slots=True)
class KeptBack:
    """What an offer gave to the pieces that stay and no longer would, kept of what came back so far."""

    id: str
    fen: int
    zh: str
    en: str


@dataclass(frozen=True, slots=True)
class Refund:
    """`refund_fen` is for goods and the sum of `lines`; `shipping_fen` was paid for shipping and is told with
    the last piece: whether it is given back is the merchant's. `coupons` are those of which every piece is
    back now, `gifts` those that have to come back too."""

    refund_fen: int
    shipping_fen: int
    lines: list[RefundLine]
    kept_back: list[KeptBack]
    coupons: list[str]
    gifts: list[Gift]
    is_last: bool


class BadReturn(Invalid):
    code = "offer.bad_return"
    zh, en = (
        "第 {line_no} 行没有这么多可退的商品",
        "Line {line_no} has not that many pieces to return",
    )


class OnlyWhole(Conflict):
    code = "offer.only_whole"
    zh = "「{name}」须整组退回，还差 {missing} 件"
    en = "What was bought by {name} is returned as a whole: {missing} more pieces"
