"""What a cart costs, over HTTP: tills, malls, the customer's page."""

from time import monotonic
from typing import Annotated

from pydantic import AwareDatetime, Field

from huitou.base.http import Body, Reading, Router, needs
from huitou.benefit.types.templates import SaleChannel
from huitou.offer.reads import carts as reads
from huitou.offer.reads import drafts, suggestions
from huitou.offer.reads.carts import BUDGET_MS_MAX, Wanted, WantedLine
from huitou.offer.types.answers import Priced
from huitou.offer.types.carts import UNITS_MAX, Choice, Decision, Slot
from huitou.offer.types.documents import FEN_MAX
from huitou.offer.types.offers import OfferDocument
from huitou.offer.types.refusals import BadDecision
from huitou.offer.types.suggestions import Suggested

router = Router(prefix="/v1/offers", tags=["offers"])

Code = Annotated[str, Field(min_length=1, max_length=100)]
Fen = Annotated[int, Field(ge=0, le=FEN_MAX)]
Ids = Annotated[list[Code], Field(max_length=50, default_factory=list)]
Pieces = Annotated[int, Field(ge=1, le=UNITS_MAX)]
LineNo = Annotated[int, Field(ge=1, le=100_000)]
Budget = Annotated[int, Field(ge=1, le=BUDGET_MS_MAX)]


class LineBody(Body):
    """`list_fen` of a piece; left out: the catalogue's."""

    line_no: LineNo
    sku: Code
    quantity: Pieces
    list_fen: Fen | None = None


class CartBody(Body):
    """`customer` is an id or `kind:value[@scope]`; `channel` left out is the unit's; `promoter` is the code or id
    of the member of staff through whose link it comes."""

    unit: Annotated[str, Field(min_length=1, max_length=64)]
    lines: Annotated[list[LineBody], Field(min_length=1, max_length=UNITS_MAX)]
    shipping_fen: Fen = 0
    customer: Annotated[str, Field(min_length=1, max_length=200)] | None = None
    channel: SaleChannel | None = None
    at: Annotated[AwareDatetime, Field(strict=False)] | None = None
    promoter: Annotated[str, Field(min_length=1, max_length=64)] | None = None

    def wanted(self) -> Wanted:
        lines = tuple(
            WantedLine(line.line_no, line.sku, line.quantity, line.list_fen) for line in self.lines
        )
        return Wanted(
            self.unit,
            lines,
            self.shipping_fen,
            self.customer,
            self.channel,
            self.at,
            self.promoter,
        )


class BestBody(CartBody):
    pinned: Ids
    refused: Ids
    budget_ms: Budget = 50


class DraftBody(CartBody):
    """A cart, and an offer as it is written until now."""

    document: OfferDocument
    budget_ms: Budget = 50


class SuggestBody(CartBody):
    budget_ms: Budget = 200


class ChoiceBody(Body):
    sku: Code
    list_fen: Fen
    count: Pieces
    price: Code | None = None
    piece: Code | None = None
    slot: Slot = "buy"
    activities: Ids


class DecisionBody(Body):
    """As an answer gave it."""

    choices: Annotated[list[ChoiceBody], Field(max_length=UNITS_MAX)]
    coupons: Ids

    def decision(self) -> Decision:
        choices = (
            Choice(
                each.sku,
                each.list_fen,
                each.count,
                each.price,
                each.piece,
                each.slot,
                tuple(each.activities),
            )
            for each in self.choices
        )
        return Decision(tuple(choices), tuple(self.coupons))


class PriceBody(CartBody):
    """A `decision`; or `coupons`, with which everything else is chosen as is best."""

    decision: DecisionBody | None = None
    coupons: Ids
    budget_ms: Budget = 50


@router.post("/best", dependencies=[needs("offer.read")])
def best_price(tx: Reading, body: BestBody) -> Priced:
    """The cheapest way to buy a cart: what is paid for each line, how that comes about, whether it is
    proven, and why everything else is not used."""
    return reads.best(
        tx,
        body.wanted(),
        clock=monotonic,
        budget_ms=body.budget_ms,
        pinned=body.pinned,
        refused=body.refused,
    )


@router.post("/price", dependencies=[needs("offer.read")])
def price_cart(tx: Reading, body: PriceBody) -> Priced:
    """What a cart costs as it was decided, or with exactly these coupons."""
    if body.decision is not None:
        if body.coupons:
            raise BadDecision(reason="a decision names its coupons itself")
        return reads.priced(tx, body.wanted(), body.decision.decision())
    return reads.with_coupons(
        tx, body.wanted(), body.coupons, clock=monotonic, budget_ms=body.budget_ms
    )


@router.post("/preview/price", dependencies=[needs("offer.edit")])
def price_with_draft(tx: Reading, body: DraftBody) -> Priced:
    """What a cart would cost with this offer alone, which need not be kept."""
    return drafts.price(tx, body.document, body.wanted(), clock=monotonic, budget_ms=body.budget_ms)


@router.post("/suggest", dependencies=[needs("offer.read")])
def suggest_more(tx: Reading, body: SuggestBody) -> Suggested:
    """What is one step away: a little more of which product begins or raises which benefit, and how much
    more is then paid."""
    return suggestions.suggest(tx, body.wanted(), clock=monotonic, budget_ms=body.budget_ms)
