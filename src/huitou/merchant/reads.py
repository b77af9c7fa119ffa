"""What others may ask of the merchant room."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from huitou.base.db import ReadTx
from huitou.merchant import rules, store
from huitou.merchant.types import (
    ApiKey,
    ChannelState,
    Connector,
    Merchant,
    NoStaff,
    NoUnit,
    Role,
    Setting,
    SettingInForce,
    Staff,
    Unit,
    UnknownSetting,
)


def get_merchant(tx: ReadTx) -> Merchant:
    """The merchant of the transaction."""
    return store.get_merchant(tx)


def list_units(tx: ReadTx) -> list[Unit]:
    """Units in the scope, parents first."""
    return store.list_units(tx)


def units_by_code(tx: ReadTx) -> dict[str, Unit]:
    """Every unit by its code, whatever the scope."""
    return {unit.code: unit for unit in store.all_units(tx)}


def units_by_id(tx: ReadTx) -> dict[UUID, Unit]:
    """Every unit by its id, whatever the scope."""
    return {unit.id: unit for unit in store.all_units(tx)}


def find_units(tx: ReadTx, ids: Iterable[UUID]) -> dict[UUID, Unit]:
    """These units by id, whatever the scope."""
    return {unit.id: unit for unit in store.find_units(tx, list(ids), [])}


def unit_ids_of(tx: ReadTx, codes: Iterable[str]) -> dict[str, UUID]:
    """The ids of the units with these codes; unknown ones are missing."""
    return {unit.code: unit.id for unit in store.find_units(tx, [], list(codes))}


def find_unit_by_code(tx: ReadTx, code: str) -> Unit | None:
    """The unit with this code."""
    found = store.find_units(tx, [], [code])
    return found[0] if found else None


def get_unit_by_code(tx: ReadTx, code: str) -> Unit:
    """The unit, or a refusal."""
    unit = find_unit_by_code(tx, code)
    if unit is None:
        raise NoUnit(code=code)
    return unit


def get_unit(tx: ReadTx, unit_id: UUID) -> Unit:
    """The unit, or a refusal."""
    unit = find_units(tx, [unit_id]).get(unit_id)
    if unit is None:
        raise NoUnit(code=str(unit_id))
    return unit


def list_staff(tx: ReadTx, unit_path: str | None = None, role: Role | None = None) -> list[Staff]:
    """Staff in the scope, by unit and code."""
    return store.list_staff(tx, unit_path, role)


def staff_by_id(tx: ReadTx) -> dict[UUID, Staff]:
    """Staff in the scope by id."""
    return {staff.id: staff for staff in store.list_staff(tx, None, None)}


def staff_of_wecom(tx: ReadTx, users: Iterable[str]) -> dict[str, UUID]:
    """The ids of the staff with these users in WeCom; unknown ones are missing."""
    found = store.find_staff_among(tx, [], list(users))
    return {staff.wecom_user: staff.id for staff in found if staff.wecom_user}


def wecom_users_of(tx: ReadTx, staff_ids: Iterable[UUID]) -> dict[UUID, str]:
    """The users in WeCom of these members of staff; those without one are missing."""
    found = store.find_staff_among(tx, list(staff_ids), [])
    return {staff.id: staff.wecom_user for staff in found if staff.wecom_user}


def units_of_staff(tx: ReadTx, staff_ids: Iterable[UUID]) -> dict[UUID, UUID]:
    """Where these members of staff work."""
    found = store.find_staff_among(tx, list(staff_ids), [])
    return {staff.id: staff.unit_id for staff in found}


def staff_names(tx: ReadTx, staff_ids: Iterable[UUID]) -> dict[UUID, str]:
    """The names of these members of staff, whatever the scope."""
    return {staff.id: staff.name for staff in store.find_staff_among(tx, list(staff_ids), [])}


def get_staff(tx: ReadTx, staff_id: UUID) -> Staff:
    """One member of staff, or a refusal."""
    staff = store.find_staff(tx, id=staff_id)
    if staff is None:
        raise NoStaff()
    return staff


def find_staff_by_code(tx: ReadTx, code: str) -> Staff | None:
    """One member of staff by code."""
    return store.find_staff(tx, code=code)


def find_staff_by_wecom(tx: ReadTx, user: str) -> Staff | None:
    """One member of staff by user id in WeCom."""
    return store.find_staff(tx, wecom_user=user)


def store_phone_blinds(tx: ReadTx) -> set[bytes]:
    """Blinds of phone numbers that belong to stores or staff: they identify no customer."""
    return store.phone_blinds(tx)


def list_keys(tx: ReadTx) -> list[ApiKey]:
    """API keys, newest first, without their secrets."""
    return store.list_keys(tx)


def setting(tx: ReadTx, key: str, unit_id: UUID | None = None) -> Any:
    """The value in force for the merchant, or for a unit: the nearest one, unless locked above."""
    kind = rules.SETTINGS.get(key)
    if kind is None:
        raise UnknownSetting(key=key)
    path = get_unit(tx, unit_id).path if unit_id else ""
    value = kind.default
    for found in store.settings_along(tx, key, path):
        value = found.value
        if found.is_locked:
            break
    return value


def settings_in_force(tx: ReadTx, unit_id: UUID | None, language: str) -> list[SettingInForce]:
    """Every setting with its value for the merchant or a unit, and which unit set it.

    Refuses `NoUnit`, also out of the scope.
    """
    if unit_id is not None and unit_id not in {unit.id for unit in list_units(tx)}:
        raise NoUnit(code=str(unit_id))
    units = units_by_id(tx)
    path = get_unit(tx, unit_id).path if unit_id else ""
    found: list[SettingInForce] = []
    for key, kind in rules.SETTINGS.items():
        chosen: Setting | None = None
        for stored in store.settings_along(tx, key, path):
            chosen = stored
            if stored.is_locked:
                break
        found.append(
            SettingInForce(
                key=key,
                title=kind.en if language == "en" else kind.zh,
                type=kind.type.__name__,
                default=kind.default,
                value=chosen.value if chosen else kind.default,
                from_unit=units[chosen.unit_id] if chosen and chosen.unit_id else None,
                is_set=chosen is not None and chosen.unit_id == unit_id,
                is_locked=chosen is not None and chosen.is_locked,
                version=chosen.version if chosen and chosen.unit_id == unit_id else 0,
            )
        )
    return found


def list_channels(tx: ReadTx) -> list[ChannelState]:
    """The configured channels."""
    return store.list_channels(tx)


def channel_config(tx: ReadTx, kind: str) -> str | None:
    """A channel's configuration as JSON text, for the adapter alone."""
    found = store.find_channel(tx, kind)
    return None if found is None else tx.keys.open(found["config_sealed"])


def list_connectors(tx: ReadTx) -> list[Connector]:
    """The registered sources of events."""
    return store.list_connectors(tx)
