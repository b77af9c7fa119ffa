"""Verbs of the merchant room."""

import hashlib
import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import psycopg
from argon2 import PasswordHasher
from argon2.exceptions import VerifyMismatchError

from huitou.base.crypto import MasterKey
from huitou.base.db import Tx
from huitou.kernel.ids import new_id
from huitou.merchant import reads, rules, store
from huitou.merchant.types import (
    ApiKey,
    AuditLine,
    CodeTaken,
    LoginTaken,
    Merchant,
    NewApiKey,
    NewStaff,
    NewUnit,
    NoStaff,
    NoUnit,
    Setting,
    SettingLocked,
    SimulatorOnly,
    Staff,
    Unit,
    UnknownSetting,
    VersionConflict,
    WrongLogin,
)

SESSION_DAYS = 30
passwords = PasswordHasher()
"""Argon2id with the library's defaults; tests use cheap parameters."""


def found_merchant(
    owner: psycopg.Connection, master: MasterKey, *, name: str, now: datetime, is_demo: bool = False
) -> Merchant:
    """Create a merchant with its own key. Its first unit and staff are added in its own Tx."""
    merchant = Merchant(new_id(), name, "Asia/Shanghai", is_demo)
    store.add_merchant(owner, merchant, master.wrap_new(), now)
    return merchant


def audit(tx: Tx, verb: str, subject: str, **detail: Any) -> None:
    """Write who did what. `detail` holds ids, codes and counts, never personal values; a change of one value is
    `{"before": …, "after": …}`."""
    store.add_audit(tx, AuditLine(new_id(), tx.now, tx.principal, verb, subject, detail))


def add_units(tx: Tx, new: Sequence[NewUnit]) -> list[Unit]:
    """Add units, parents first. A code that exists is renamed when kind and parent agree."""
    known = reads.units_by_code(tx)
    added: list[Unit] = []
    blinds: list[bytes | None] = []
    for item in new:
        rules.checked_code(item.code)
        existing = known.get(item.code)
        if existing is not None:
            if existing.kind != item.kind or existing in added:
                raise CodeTaken(code=item.code)
            store.set_unit_name(tx, existing.id, item.name)
            continue
        parent = known.get(item.parent_code) if item.parent_code else None
        if item.parent_code and parent is None:
            raise NoUnit(code=item.parent_code)
        path = f"{parent.path if parent else ''}{item.code}/"
        unit = Unit(new_id(), item.code, item.name, item.kind, path, parent.id if parent else None)
        known[item.code] = unit
        added.append(unit)
        blinds.append(tx.keys.short_blind(item.phone) if item.phone else None)
    store.add_units(tx, added, blinds)
    audit(tx, "unit.added", "merchant", count=len(added))
    return added


def add_staff(tx: Tx, new: Sequence[NewStaff]) -> list[Staff]:
    """Add staff. `phone` is a normalised blind text (`phone||+86…`) kept as a keyed hash only."""
    units = reads.units_by_code(tx)
    added, rows = [], []
    for item in new:
        unit = units.get(item.unit_code)
        if unit is None:
            raise NoUnit(code=item.unit_code)
        staff = Staff(
            new_id(),
            rules.checked_code(item.code),
            item.name,
            item.role,
            unit.id,
            item.wecom_user,
            True,
            False,
        )
        password_hash = passwords.hash(item.password) if item.password else None
        blind = tx.keys.short_blind(item.phone) if item.phone else None
        rows.append(
            [
                *(staff.id, staff.code, staff.name, staff.role, staff.unit_id, staff.wecom_user),
                *(blind, item.login, password_hash),
            ]
        )
        added.append(staff)
    try:
        with tx.savepoint():
            store.add_staff(tx, rows)
    except psycopg.errors.UniqueViolation as error:
        if error.diag.constraint_name == "staff_login":
            raise LoginTaken(login="") from error
        raise CodeTaken(code="") from error
    audit(tx, "staff.added", "merchant", count=len(added))
    return added


def set_away(tx: Tx, staff_id: UUID, *, is_away: bool) -> Staff:
    """Somebody is off, or back."""
    staff = reads.get_staff(tx, staff_id)
    if not store.set_staff_state(tx, staff_id, is_away=is_away, is_active=staff.is_active):
        raise NoStaff()
    audit(tx, "staff.away" if is_away else "staff.back", f"staff:{staff_id}")
    return reads.get_staff(tx, staff_id)


def check_password(found: dict[str, Any] | None, password: str) -> None:
    """Refuse unless the password fits; costs the same when there is no such login."""
    stored = found["password_hash"] if found else None
    if stored is None:
        passwords.hash(password)
        raise WrongLogin()
    try:
        passwords.verify(stored, password)
    except VerifyMismatchError as error:
        raise WrongLogin() from error


def open_session(tx: Tx, staff_id: UUID, surface: str) -> str:
    """Log somebody in; returns the token for the cookie, of which only a hash is kept."""
    token = secrets.token_urlsafe(32)
    store.add_session(
        tx,
        id=new_id(),
        staff_id=staff_id,
        surface=surface,
        token_hash=hash_of(token),
        expires_at=tx.now + timedelta(days=SESSION_DAYS),
    )
    return token


def close_session(tx: Tx, token: str) -> None:
    """Log out."""
    store.remove_session(tx, hash_of(token))


def add_key(
    tx: Tx, name: str, permissions: Sequence[str], expires_at: datetime | None = None
) -> NewApiKey:
    """A machine's key; its secret is in this answer and nowhere else."""
    secret = f"ht_{secrets.token_urlsafe(32)}"
    key = ApiKey(new_id(), name, secret[:9], list(permissions), tx.now, expires_at, None)
    store.add_key(tx, key, hash_of(secret))
    audit(tx, "api_key.added", f"key:{key.id}", permissions=list(permissions))
    return NewApiKey(key.id, secret)


def revoke_key(tx: Tx, key_id: UUID) -> None:
    """End a key at once; again is no change."""
    if store.set_key_revoked(tx, key_id):
        audit(tx, "api_key.revoked", f"key:{key_id}")


def set_setting(
    tx: Tx,
    key: str,
    value: Any,
    *,
    unit_id: UUID | None = None,
    is_locked: bool = False,
    version: int = 0,
) -> Setting:
    """Set a value for the merchant or override it in a unit; `version` 0 for a first value."""
    kind = rules.SETTINGS.get(key)
    if kind is None or not rules.fits(kind, value):
        raise UnknownSetting(key=key)
    if unit_id is not None:
        path = reads.get_unit(tx, unit_id).path
        above = store.settings_along(tx, key, path)
        if any(found.is_locked and found.unit_id != unit_id for found in above):
            raise SettingLocked()
    before = reads.setting(tx, key, unit_id)
    if not store.set_setting(
        tx, key=key, unit_id=unit_id, value=value, is_locked=is_locked, version=version
    ):
        raise VersionConflict()
    change = {"before": before, "after": value}
    unit = str(unit_id) if unit_id else None
    audit(tx, "setting.changed", key, value=change, unit=unit, is_locked=is_locked)
    return Setting(key, unit_id, value, is_locked, version + 1)


def set_channel(tx: Tx, kind: str, config: str, *, is_simulated: bool) -> None:
    """Store a channel's checked configuration (JSON text), sealed. The demo takes simulators only."""
    if reads.get_merchant(tx).is_demo and not is_simulated:
        raise SimulatorOnly()
    store.set_channel(tx, kind, tx.keys.seal(config), is_simulated=is_simulated)
    audit(tx, "channel.changed", kind, is_simulated=is_simulated)


def add_connector(tx: Tx, name: str, title: str) -> None:
    """Register a source of events."""
    store.add_connector(tx, rules.checked_code(name), title)


def hash_of(secret: str) -> bytes:
    """How tokens and keys are kept."""
    return hashlib.sha256(secret.encode()).digest()
