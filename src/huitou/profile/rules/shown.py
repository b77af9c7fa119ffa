"""How units, staff, identifiers and events are shown beside a customer."""

from collections.abc import Mapping
from uuid import UUID

from huitou.kernel.personal import Personal
from huitou.merchant.types import Staff, Unit
from huitou.profile.rules import titles
from huitou.profile.types import Happened, StaffRef, TimelineItem, UnitRef


def identifier(kind: str, value: str) -> Personal:
    """Chinese numbers are shown without +86, as people write them."""
    return Personal(value.removeprefix("+86") if kind == "phone" else value)


def unit_ref(units: Mapping[UUID, Unit], unit_id: UUID | None) -> UnitRef | None:
    """The unit's code and name, if there is such a unit."""
    unit = units.get(unit_id) if unit_id else None
    return UnitRef(unit.id, unit.code, unit.name) if unit else None


def staff_ref(staff: Mapping[UUID, Staff], staff_id: UUID | None) -> StaffRef | None:
    """The person's code and name, if there is such a person."""
    person = staff.get(staff_id) if staff_id else None
    return StaffRef(person.id, person.code, person.name) if person else None


def timeline_item(
    units: Mapping[UUID, Unit], products: Mapping[str, str], happened: Happened
) -> TimelineItem:
    """An event with its title; `products` are names by SKU."""
    unit = unit_ref(units, happened.unit_id)
    said = {**happened.properties, "product": products.get(happened.properties.get("sku", ""))}
    zh, en = titles.title_of(happened.type, said, unit.name if unit else None)
    return TimelineItem(
        happened.position,
        happened.occurred_at,
        happened.type,
        happened.source,
        zh,
        en,
        unit,
        happened.properties,
    )
