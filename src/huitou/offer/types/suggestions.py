"""What is one step away."""

from dataclasses import dataclass

from huitou.offer.types.documents import Goods


@dataclass(frozen=True, slots=True)
class Away:
    """A threshold that was not reached: what is missing (fen or pieces) of which goods."""

    id: str
    goods: Goods
    short_fen: int | None
    short_pieces: int | None


@dataclass(frozen=True, slots=True)
class Suggestion:
    """With `pieces` more of a product (`adds_fen` at list prices) the cheapest way to buy the cart costs
    `more_fen` more (below zero: less), because what `id` takes off begins or grows: `saves_fen` of the
    list price are not paid. Worked out by the solver with the product in the cart."""

    id: str
    name: str
    short_fen: int | None
    short_pieces: int | None
    sku: str
    product_name: str
    pieces: int
    adds_fen: int
    more_fen: int
    saves_fen: int
    zh: str
    en: str


@dataclass(frozen=True, slots=True)
class Suggested:
    """What the cart costs now, and what is one step away: what saves most first."""

    payable_fen: int
    suggestions: list[Suggestion]
