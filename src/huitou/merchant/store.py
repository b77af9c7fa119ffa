"""SQL of the merchant room."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import psycopg
from psycopg.rows import dict_row

from huitou.base.db import ReadTx, Tx
from huitou.merchant.types import (
    ApiKey,
    AuditLine,
    ChannelState,
    Connector,
    Merchant,
    Role,
    Setting,
    Staff,
    Unit,
)

_LOGIN = """
    SELECT s.merchant_id, s.id, s.password_hash
    FROM merchant.staff s WHERE s.login = %s AND s.is_active
"""
_SESSION = """
    SELECT e.merchant_id, e.staff_id FROM merchant.session e
    JOIN merchant.staff s ON s.merchant_id = e.merchant_id AND s.id = e.staff_id AND s.is_active
    WHERE e.token_hash = %s AND e.surface = %s AND e.expires_at > %s
"""
_KEY = """
    SELECT merchant_id, id, permissions FROM merchant.api_key
    WHERE key_hash = %s AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > %s)
"""


def find_login(owner: psycopg.Connection, login: str) -> dict[str, Any] | None:
    """Merchant, staff id and password hash behind a login, whatever the merchant."""
    return owner.cursor(row_factory=dict_row).execute(_LOGIN, [login]).fetchone()


def find_session(
    owner: psycopg.Connection, token_hash: bytes, surface: str, now: datetime
) -> dict[str, Any] | None:
    """Merchant and staff behind a session cookie."""
    cursor = owner.cursor(row_factory=dict_row)
    return cursor.execute(_SESSION, [token_hash, surface, now]).fetchone()


def find_key(owner: psycopg.Connection, key_hash: bytes, now: datetime) -> dict[str, Any] | None:
    """Merchant, key id and permissions behind an API key."""
    return owner.cursor(row_factory=dict_row).execute(_KEY, [key_hash, now]).fetchone()


def add_merchant(
    owner: psycopg.Connection, merchant: Merchant, wrapped_key: bytes, now: datetime
) -> None:
    """A merchant and the head of its log; the owner does it, as no merchant is set yet."""
    owner.execute(
        "INSERT INTO merchant.merchant (id, name, zone, is_demo, wrapped_key, created_at)"
        " VALUES (%s, %s, %s, %s, %s, %s)",
        [merchant.id, merchant.name, merchant.zone, merchant.is_demo, wrapped_key, now],
    )


def get_merchant(tx: ReadTx) -> Merchant:
    """The merchant of the transaction."""
    found = tx.row(
        Merchant, "SELECT id, name, zone, is_demo FROM merchant.merchant WHERE id = %(merchant)s"
    )
    assert found is not None
    return found


def list_units(tx: ReadTx) -> list[Unit]:
    """All units the scope allows, parents first."""
    return tx.rows(
        Unit,
        "SELECT id, code, name, kind, path, parent_id FROM merchant.unit"
        " WHERE merchant_id = %(merchant)s AND base.in_scope(path, %(scope_path)s) ORDER BY path",
    )


def all_units(tx: ReadTx) -> list[Unit]:
    """All units whatever the scope, parents first."""
    return tx.rows(
        Unit,
        "SELECT id, code, name, kind, path, parent_id FROM merchant.unit"
        " WHERE merchant_id = %(merchant)s ORDER BY path",
    )


def find_units(tx: ReadTx, ids: Sequence[UUID], codes: Sequence[str]) -> list[Unit]:
    """Units by id or by code, whatever the scope."""
    return tx.rows(
        Unit,
        "SELECT id, code, name, kind, path, parent_id FROM merchant.unit"
        " WHERE merchant_id = %(merchant)s AND (id = ANY(%(ids)s) OR code = ANY(%(codes)s))",
        {"ids": list(ids), "codes": list(codes)},
    )


def add_units(tx: Tx, units: Sequence[Unit], phone_blinds: Sequence[bytes | None]) -> None:
    """Insert units, parents first."""
    tx.load(
        "new_unit",
        {"id": "uuid", "code": "text", "name": "text", "kind": "text", "path": "text"}
        | {"parent_id": "uuid", "phone_blind": "bytea", "no": "int"},
        [
            (u.id, u.code, u.name, u.kind, u.path, u.parent_id, blind, no)
            for no, (u, blind) in enumerate(zip(units, phone_blinds, strict=True))
        ],
    )
    tx.run(
        "INSERT INTO merchant.unit (merchant_id, id, code, name, kind, path, parent_id, phone_blind)"
        " SELECT %(merchant)s, id, code, name, kind, path, parent_id, phone_blind"
        " FROM new_unit ORDER BY no"
    )


def set_unit_name(tx: Tx, unit_id: UUID, name: str) -> None:
    """Rename a unit."""
    tx.run(
        "UPDATE merchant.unit SET name = %(name)s WHERE merchant_id = %(merchant)s AND id = %(id)s",
        {"id": unit_id, "name": name},
    )


def list_staff(tx: ReadTx, unit_path: str | None, role: Role | None) -> list[Staff]:
    """Staff in the scope, optionally of one subtree and role."""
    return tx.rows(
        Staff,
        """
        SELECT s.id, s.code, s.name, s.role, s.unit_id, s.wecom_user, s.is_active, s.is_away
        FROM merchant.staff s
        JOIN merchant.unit u ON u.merchant_id = s.merchant_id AND u.id = s.unit_id
        WHERE s.merchant_id = %(merchant)s AND base.in_scope(u.path, %(scope_path)s)
          AND base.in_scope(u.path, %(unit_path)s) AND (%(role)s::text IS NULL OR s.role = %(role)s)
        ORDER BY u.path, s.code
        """,
        {"unit_path": unit_path, "role": role},
    )


def find_staff(
    tx: ReadTx, *, id: UUID | None = None, code: str | None = None, wecom_user: str | None = None
) -> Staff | None:
    """One member of staff by whichever key is given, whatever the scope."""
    return tx.row(
        Staff,
        """
        SELECT id, code, name, role, unit_id, wecom_user, is_active, is_away
        FROM merchant.staff WHERE merchant_id = %(merchant)s
          AND (%(id)s::uuid IS NULL OR id = %(id)s)
          AND (%(code)s::text IS NULL OR code = %(code)s)
          AND (%(wecom_user)s::text IS NULL OR wecom_user = %(wecom_user)s)
        """,
        {"id": id, "code": code, "wecom_user": wecom_user},
    )


def find_staff_among(tx: ReadTx, ids: Sequence[UUID], wecom_users: Sequence[str]) -> list[Staff]:
    """Staff by id or by user in WeCom, whatever the scope."""
    return tx.rows(
        Staff,
        """
        SELECT id, code, name, role, unit_id, wecom_user, is_active, is_away
        FROM merchant.staff WHERE merchant_id = %(merchant)s
          AND (id = ANY(%(ids)s) OR wecom_user = ANY(%(users)s))
        """,
        {"ids": list(ids), "users": list(wecom_users)},
    )


def add_staff(tx: Tx, rows: Sequence[Sequence[Any]]) -> None:
    """Insert staff: (id, code, name, role, unit_id, wecom_user, phone_blind, login, hash)."""
    columns = {"id": "uuid", "code": "text", "name": "text", "role": "text", "unit_id": "uuid"}
    tx.load(
        "new_staff",
        columns
        | {"wecom_user": "text", "phone_blind": "bytea", "login": "text", "password_hash": "text"},
        rows,
    )
    tx.run(
        """
        INSERT INTO merchant.staff (merchant_id, id, code, name, role, unit_id, wecom_user,
                                    phone_blind, login, password_hash, created_at)
        SELECT %(merchant)s, id, code, name, role, unit_id, wecom_user, phone_blind, login,
               password_hash, %(now)s FROM new_staff
        """
    )


def set_staff_state(tx: Tx, staff_id: UUID, *, is_away: bool, is_active: bool) -> int:
    """Away or back, employed or gone."""
    return tx.run(
        "UPDATE merchant.staff SET is_away = %(is_away)s, is_active = %(is_active)s"
        " WHERE merchant_id = %(merchant)s AND id = %(id)s",
        {"id": staff_id, "is_away": is_away, "is_active": is_active},
    )


def phone_blinds(tx: ReadTx) -> set[bytes]:
    """Blinds of the phone numbers that belong to stores and staff."""
    return set(
        tx.column(
            """
            SELECT phone_blind FROM merchant.unit
            WHERE merchant_id = %(merchant)s AND phone_blind IS NOT NULL
            UNION
            SELECT phone_blind FROM merchant.staff
            WHERE merchant_id = %(merchant)s AND phone_blind IS NOT NULL
            """
        )
    )


def add_session(
    tx: Tx, *, id: UUID, staff_id: UUID, surface: str, token_hash: bytes, expires_at: datetime
) -> None:
    """A new log-in."""
    tx.run(
        "INSERT INTO merchant.session VALUES (%(merchant)s, %(id)s, %(staff_id)s, %(surface)s,"
        " %(token_hash)s, %(now)s, %(now)s, %(expires_at)s)",
        {
            "id": id,
            "staff_id": staff_id,
            "surface": surface,
            "token_hash": token_hash,
            "expires_at": expires_at,
        },
    )


def remove_session(tx: Tx, token_hash: bytes) -> None:
    """Log out."""
    tx.run(
        "DELETE FROM merchant.session WHERE merchant_id = %(merchant)s AND token_hash = %(hash)s",
        {"hash": token_hash},
    )


def add_key(tx: Tx, key: ApiKey, key_hash: bytes) -> None:
    """Keep a new API key's hash."""
    tx.run(
        "INSERT INTO merchant.api_key VALUES (%(merchant)s, %(id)s, %(name)s, %(prefix)s,"
        " %(key_hash)s, %(permissions)s, %(created_at)s, %(expires_at)s, NULL)",
        {
            "id": key.id,
            "name": key.name,
            "prefix": key.prefix,
            "key_hash": key_hash,
            "permissions": key.permissions,
            "created_at": key.created_at,
            "expires_at": key.expires_at,
        },
    )


def list_keys(tx: ReadTx) -> list[ApiKey]:
    """All API keys, newest first."""
    return tx.rows(
        ApiKey,
        "SELECT id, name, prefix, permissions, created_at, expires_at, revoked_at"
        " FROM merchant.api_key WHERE merchant_id = %(merchant)s ORDER BY id DESC",
    )


def set_key_revoked(tx: Tx, key_id: UUID) -> int:
    """End an API key."""
    return tx.run(
        "UPDATE merchant.api_key SET revoked_at = %(now)s"
        " WHERE merchant_id = %(merchant)s AND id = %(id)s AND revoked_at IS NULL",
        {"id": key_id},
    )


def settings_along(tx: ReadTx, key: str, path: str) -> list[Setting]:
    """The stored values of `key` from the merchant down to the unit with `path`."""
    return tx.rows(
        Setting,
        """
        SELECT s.key, s.unit_id, s.value, s.is_locked, s.version
        FROM merchant.setting s
        LEFT JOIN merchant.unit u ON u.merchant_id = s.merchant_id AND u.id = s.unit_id
        WHERE s.merchant_id = %(merchant)s AND s.key = %(key)s
          AND (s.unit_id IS NULL OR starts_with(%(path)s, u.path))
        ORDER BY coalesce(length(u.path), 0)
        """,
        {"key": key, "path": path},
    )


def set_setting(
    tx: Tx, *, key: str, unit_id: UUID | None, value: Any, is_locked: bool, version: int
) -> int:
    """Store a value if nobody changed it meanwhile; 0 rows say somebody did."""
    return tx.run(
        """
        INSERT INTO merchant.setting AS s VALUES
            (%(merchant)s, %(unit_id)s, %(key)s, %(value)s, %(is_locked)s, 1, %(now)s)
        ON CONFLICT (merchant_id, unit_id, key) DO UPDATE
        SET value = excluded.value, is_locked = excluded.is_locked,
            version = s.version + 1, changed_at = excluded.changed_at
        WHERE s.version = %(version)s
        """,
        {
            "key": key,
            "unit_id": unit_id,
            "value": psycopg.types.json.Jsonb(value),
            "is_locked": is_locked,
            "version": version,
        },
    )


def find_channel(tx: ReadTx, kind: str) -> dict[str, Any] | None:
    """A channel's sealed configuration."""
    return tx.row(
        dict,
        "SELECT kind, config_sealed, is_simulated, version, changed_at FROM merchant.channel"
        " WHERE merchant_id = %(merchant)s AND kind = %(kind)s",
        {"kind": kind},
    )


def list_channels(tx: ReadTx) -> list[ChannelState]:
    """The configured channels."""
    return tx.rows(
        ChannelState,
        "SELECT kind, is_simulated, version, changed_at FROM merchant.channel"
        " WHERE merchant_id = %(merchant)s ORDER BY kind",
    )


def set_channel(tx: Tx, kind: str, config_sealed: bytes, *, is_simulated: bool) -> None:
    """Store a channel's configuration."""
    tx.run(
        """
        INSERT INTO merchant.channel AS c
        VALUES (%(merchant)s, %(kind)s, %(config)s, %(is_simulated)s, 1, %(now)s)
        ON CONFLICT (merchant_id, kind) DO UPDATE
        SET config_sealed = excluded.config_sealed, is_simulated = excluded.is_simulated,
            version = c.version + 1, changed_at = excluded.changed_at
        """,
        {"kind": kind, "config": config_sealed, "is_simulated": is_simulated},
    )


def list_connectors(tx: ReadTx) -> list[Connector]:
    """The registered sources of events."""
    return tx.rows(
        Connector,
        "SELECT name, title, created_at FROM merchant.connector"
        " WHERE merchant_id = %(merchant)s ORDER BY name",
    )


def add_connector(tx: Tx, name: str, title: str) -> None:
    """Register a source of events; again is no change."""
    tx.run(
        "INSERT INTO merchant.connector VALUES (%(merchant)s, %(name)s, %(title)s, %(now)s)"
        " ON CONFLICT DO NOTHING",
        {"name": name, "title": title},
    )


def add_audit(tx: Tx, line: AuditLine) -> None:
    """One line, for ever."""
    tx.run(
        "INSERT INTO merchant.audit VALUES (%(merchant)s, %(id)s, %(at)s, %(principal)s, %(verb)s,"
        " %(subject)s, %(detail)s)",
        {
            "id": line.id,
            "at": line.at,
            "principal": line.principal,
            "verb": line.verb,
            "subject": line.subject,
            "detail": psycopg.types.json.Jsonb(line.detail),
        },
    )
