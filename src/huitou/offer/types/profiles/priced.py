"""What a cart costs by the rules of another shop system. Money in minor units of one currency."""

from dataclasses import dataclass
from functools import reduce


@dataclass(frozen=True, slots=True)
class Refused:
    """A promotion that took no effect, and why: a code of the profile (docs/offer-profiles.md)."""

    name: str
    reason: str


@dataclass(frozen=True, slots=True)
class PricedLine:
    """A line of the cart. `unit_discounts` has one amount for each piece; `units_used` is how many
    pieces offers have used up, with or without a discount (Oscar, Lunar). `item_discount` is the part of the
    discount that promotions on items took, the rest its share of promotions on the order (Sylius)."""

    product: str
    unit_price: int
    unit_discounts: tuple[int, ...]
    units_used: int = 0
    item_discount: int = 0

    @property
    def discount(self) -> int:
        return sum(self.unit_discounts)

    @property
    def total(self) -> int:
        return self.unit_price * len(self.unit_discounts) - self.discount


@dataclass(frozen=True, slots=True)
class Priced:
    """The cart, priced. `shipping` is what shipping still costs; `applied` names promotions in the
    order in which they took effect."""

    lines: tuple[PricedLine, ...]
    shipping: int = 0
    shipping_discount: int = 0
    applied: tuple[str, ...] = ()
    refused: tuple[Refused, ...] = ()

    @property
    def discount(self) -> int:
        """Taken off goods; what is taken off shipping is not in it."""
        return sum(line.discount for line in self.lines)

    @property
    def total(self) -> int:
        return reduce(lambda total, line: total + line.total, self.lines, self.shipping)
