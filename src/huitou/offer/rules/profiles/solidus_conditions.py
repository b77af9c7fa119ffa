"""When a benefit of Solidus may act: conditions of the order, of a line, of a shipment. `Conditions::…`."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Self

from huitou.offer.types.profiles.solidus import (
    AdjustShipment,
    Benefit,
    Condition,
    Context,
    FirstOrder,
    FirstRepeatPurchaseSince,
    ItemTotal,
    Line,
    LineHas,
    MinimumQuantity,
    NthOrder,
    OneUsePerUser,
    Order,
    OrderHas,
    Policy,
    ProductIs,
    Shipment,
    ShippingMethod,
    StoreIs,
    TaxonIs,
    UserIs,
    UserLoggedIn,
    UserRole,
)


@dataclass(slots=True)
class State:
    """An order, and what its lines and shipments still cost after the lanes so far."""

    order: Order
    lines: list[int]
    shipments: list[int]

    @classmethod
    def of(cls, order: Order) -> Self:
        lines = [line.unit_price * line.quantity for line in order.lines]
        return cls(order, lines, [shipment.cost for shipment in order.shipments])


def holds_for_order(benefit: Benefit, name: str, state: State, context: Context) -> bool:
    return all(_of_order(c, benefit, name, state, context) for c in benefit.conditions)


def holds_for_line(benefit: Benefit, line: Line) -> bool:
    return all(_of_line(condition, line) for condition in benefit.conditions)


def holds_for_shipment(benefit: AdjustShipment, shipment: Shipment) -> bool:
    return all(
        shipment.method in condition.methods
        for condition in benefit.conditions
        if isinstance(condition, ShippingMethod)
    )


def applicable_lines(benefit: Benefit, state: State) -> list[int]:
    """The places of the lines that pass the benefit's conditions."""
    lines = state.order.lines
    return [place for place, line in enumerate(lines) if holds_for_line(benefit, line)]


def _of_line(condition: Condition, line: Line) -> bool:
    match condition:
        case ProductIs(products, policy):
            return (line.product in products) == (policy != "none")
        case TaxonIs(taxons, policy):
            return bool(line.taxons & taxons) == (policy != "none")
        case LineHas(products, taxons, policy):
            found = line.product in products or bool(line.taxons & taxons)
            return found == (policy == "include")
        case _:
            return True


def _of_order(
    condition: Condition, benefit: Benefit, name: str, state: State, context: Context
) -> bool:
    lines = state.order.lines
    match condition:
        case ItemTotal(amount, operator, is_discounted):
            total = sum(line.unit_price * line.quantity for line in lines)
            total = sum(state.lines) if is_discounted else total
            return total >= amount if operator == "gte" else total > amount
        case MinimumQuantity(quantity):
            places = applicable_lines(benefit, state)
            return sum(lines[place].quantity for place in places) >= quantity
        case ProductIs(products, policy):
            return _order_has([{line.product} for line in lines], products, policy)
        case TaxonIs(taxons, policy):
            return _order_has([line.taxons for line in lines], taxons, policy)
        case OrderHas(products, taxons, policy):
            own = [{line.product} if products else line.taxons for line in lines]
            return _order_has(own, products or taxons, policy)
        case StoreIs(stores):
            return context.store in stores
        case _:
            return _of_user(condition, name, context)


def _of_user(condition: Condition, name: str, context: Context) -> bool:
    user = context.user
    match condition:
        case FirstOrder():
            return not (user.completed_orders if user else context.guest_orders)
        case NthOrder(nth):
            return user is not None and user.completed_orders + 1 == nth
        case FirstRepeatPurchaseSince(days):
            last = user.last_completed_at if user else None
            return last is not None and last < context.now - timedelta(days=days)
        case OneUsePerUser():
            return user is not None and name not in user.used_promotions
        case UserLoggedIn():
            return user is not None
        case UserIs(users):
            return user is not None and user.id in users
        case UserRole(roles, policy):
            if user is None:
                return False
            return roles <= user.roles if policy == "all" and roles else bool(roles & user.roles)
        case _:
            return True


def _order_has(lines: Sequence[Collection[str]], wanted: frozenset[str], policy: Policy) -> bool:
    """`OrderProduct`, `OrderTaxon`. Nothing wanted is always had."""
    if not wanted:
        return True
    match policy:
        case "all":
            return all(any(each in line for line in lines) for each in wanted)
        case "any":
            return any(wanted & set(line) for line in lines)
        case "none":
            return not any(wanted & set(line) for line in lines)
        case "only":
            return all(wanted & set(line) for line in lines)
