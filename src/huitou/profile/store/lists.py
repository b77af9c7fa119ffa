"""Reading profiles, within the asker's scope where a person asks."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, LiteralString
from uuid import UUID

from huitou.base.db import ReadTx
from huitou.identity.types import Person
from huitou.kernel.personal import Personal
from huitou.profile.types import (
    SOURCE_TAG,
    Consent,
    Friendship,
    Gender,
    Happened,
    Profile,
    Tag,
    Trait,
)


@dataclass(frozen=True, slots=True)
class ProfileRow:
    """A row of profile.customer and the last sight; the name is sealed."""

    customer_id: UUID
    ordinal: int
    name_sealed: bytes | None
    gender: Gender | None
    birth_month: int | None
    home_unit_id: UUID | None
    owner_staff_id: UUID | None
    owned_since: datetime | None
    joined_on: date | None
    no_profiling: bool
    under_14: bool
    source_channels: list[str]
    last_seen_at: datetime
    zone: str | None

    def opened(self, tx: ReadTx) -> Profile:
        """The same with the name readable."""
        return Profile(
            self.customer_id,
            self.ordinal,
            Personal(tx.keys.open(self.name_sealed)) if self.name_sealed else None,
            self.gender,
            self.birth_month,
            self.home_unit_id,
            self.owner_staff_id,
            self.owned_since,
            self.joined_on,
            self.no_profiling,
            self.under_14,
            self.source_channels,
            self.last_seen_at,
            self.zone,
        )


_PROFILES: LiteralString = """
    SELECT c.customer_id, c.ordinal, c.name_sealed, c.gender, c.birth_month, c.home_unit_id,
           c.owner_staff_id, c.owned_since, c.joined_on, c.no_profiling, c.under_14,
           c.source_channels, s.last_seen_at, c.zone
    FROM profile.customer c
    JOIN profile.seen s ON s.merchant_id = c.merchant_id AND s.customer_id = c.customer_id
    WHERE c.merchant_id = %(merchant)s
"""


def find_profiles(tx: ReadTx, customer_ids: Iterable[UUID]) -> list[Profile]:
    """Profiles by id, whatever the scope."""
    rows = tx.rows(
        ProfileRow, _PROFILES + " AND c.customer_id = ANY(%(ids)s)", {"ids": list(customer_ids)}
    )
    return [row.opened(tx) for row in rows]


def list_people(tx: ReadTx, count_max: int) -> list[Person]:
    """Customers with a name, those seen last first, each with the firmest phone and e-mail."""
    found = tx.rows(
        dict,
        """
        SELECT c.ordinal, c.name_sealed, c.gender, c.birth_month, c.home_unit_id,
               p.sealed AS phone_sealed, e.sealed AS email_sealed
        FROM profile.customer c
        JOIN profile.seen s ON s.merchant_id = c.merchant_id AND s.customer_id = c.customer_id
        LEFT JOIN LATERAL (
            SELECT i.sealed FROM identity.customer m
            JOIN identity.link l ON l.merchant_id = m.merchant_id AND l.customer_id = m.id
            JOIN event.identifier i ON i.merchant_id = l.merchant_id AND i.id = l.identifier_id
            WHERE m.merchant_id = c.merchant_id AND m.root_id = c.customer_id
              AND l.kind = 'phone' AND l.quarantine IS NULL
            ORDER BY l.grade, l.linked_at DESC LIMIT 1) p ON true
        LEFT JOIN LATERAL (
            SELECT i.sealed FROM identity.customer m
            JOIN identity.link l ON l.merchant_id = m.merchant_id AND l.customer_id = m.id
            JOIN event.identifier i ON i.merchant_id = l.merchant_id AND i.id = l.identifier_id
            WHERE m.merchant_id = c.merchant_id AND m.root_id = c.customer_id
              AND l.kind = 'email' AND l.quarantine IS NULL
            ORDER BY l.grade, l.linked_at DESC LIMIT 1) e ON true
        WHERE c.merchant_id = %(merchant)s AND c.name_sealed IS NOT NULL
        ORDER BY s.last_seen_at DESC, c.customer_id LIMIT %(count_max)s
        """,
        {"count_max": count_max},
    )
    return [
        Person(
            id=row["ordinal"],
            name=tx.keys.open(row["name_sealed"]),
            month=str(row["birth_month"]) if row["birth_month"] else None,
            gender=row["gender"],
            home=str(row["home_unit_id"]) if row["home_unit_id"] else None,
            phone=tx.keys.open(row["phone_sealed"]) if row["phone_sealed"] else None,
            email=tx.keys.open(row["email_sealed"]) if row["email_sealed"] else None,
        )
        for row in found
    ]


def list_visible(
    tx: ReadTx, customer_ids: Sequence[UUID], entrusted: Collection[UUID]
) -> set[UUID]:
    """Which of the customers the asker may see: those of the scope, and those entrusted to them."""
    return set(
        tx.column(
            """
            SELECT c.customer_id FROM profile.customer c
            LEFT JOIN merchant.unit u ON u.merchant_id = c.merchant_id AND u.id = c.home_unit_id
            WHERE c.merchant_id = %(merchant)s AND c.customer_id = ANY(%(ids)s)
              AND (c.customer_id = ANY(%(entrusted)s)
                   OR (%(scope_path)s::text IS NULL OR base.in_scope(u.path, %(scope_path)s))
                   AND (%(scope_staff)s::uuid IS NULL OR c.owner_staff_id = %(scope_staff)s))
            """,
            {"ids": list(customer_ids), "entrusted": list(entrusted)},
        )
    )


_LIST: LiteralString = (
    _PROFILES
    + """
      AND (%(scope_staff)s::uuid IS NULL OR c.owner_staff_id = %(scope_staff)s)
      AND (%(ids)s::uuid[] IS NULL OR c.customer_id = ANY(%(ids)s))
      AND (%(unit_ids)s::uuid[] IS NULL OR c.home_unit_id = ANY(%(unit_ids)s))
      AND (%(staff)s::uuid IS NULL OR c.owner_staff_id = %(staff)s)
      AND {tagged}
      AND (%(seen_at)s::timestamptz IS NULL
           OR (s.last_seen_at, s.customer_id) < (%(seen_at)s, %(customer)s::uuid))
    ORDER BY s.last_seen_at DESC, s.customer_id DESC LIMIT %(count_max)s
    """
)
_TAGGED: LiteralString = """EXISTS (
    SELECT FROM profile.tag g WHERE g.merchant_id = c.merchant_id
    AND g.customer_id = c.customer_id AND g.name = %(tag)s)"""
_MET: LiteralString = f"(%(source)s = ANY(c.source_channels) OR {_TAGGED})"


def list_profiles(
    tx: ReadTx,
    *,
    ids: Sequence[UUID] | None,
    unit_ids: Sequence[UUID] | None,
    staff_id: UUID | None,
    tag: str | None,
    before: tuple[datetime, UUID] | None,
    count_max: int,
) -> list[Profile]:
    """The most recently seen first, of these ids and home units or of all.

    A scope of units is given as `unit_ids`, so that the indexes serve. So does that of tags, for those
    that are no source's.
    """
    seen_at, customer_id = before or (None, None)
    rows = tx.rows(
        ProfileRow,
        _LIST.replace("{tagged}", _tagged(tag)),
        {
            "ids": None if ids is None else list(ids),
            "unit_ids": None if unit_ids is None else list(unit_ids),
            "staff": staff_id,
            "tag": tag,
            "source": tag.removeprefix(SOURCE_TAG) if tag else None,
            "seen_at": seen_at,
            "customer": customer_id,
            "count_max": count_max,
        },
    )
    return [row.opened(tx) for row in rows]


def _tagged(tag: str | None) -> LiteralString:
    if tag is None:
        return "true"
    return _MET if tag.startswith(SOURCE_TAG) else _TAGGED


def find_named(tx: ReadTx, name_blind: bytes) -> list[UUID]:
    return tx.column(
        """
        SELECT customer_id FROM profile.customer
        WHERE merchant_id = %(merchant)s AND name_blind = %(blind)s
        """,
        {"blind": name_blind},
    )


def list_tags(tx: ReadTx, customer_ids: Iterable[UUID]) -> dict[UUID, list[Tag]]:
    """By name. Those of their sources are on them since they are known."""
    found: dict[UUID, list[Tag]] = {}
    for row in tx.rows(
        dict,
        """
        SELECT DISTINCT ON (name, customer_id) customer_id, name, source, at FROM (
            SELECT 1 AS rank, customer_id, name, source, at FROM profile.tag
            WHERE merchant_id = %(merchant)s AND customer_id = ANY(%(ids)s)
            UNION ALL
            SELECT 2, c.customer_id, %(prefix)s || s.name, 'auto', i.created_at
            FROM profile.customer c
            JOIN identity.customer i ON i.merchant_id = c.merchant_id AND i.id = c.customer_id
            CROSS JOIN LATERAL unnest(c.source_channels) AS s (name)
            WHERE c.merchant_id = %(merchant)s AND c.customer_id = ANY(%(ids)s)) AS carried
        ORDER BY name, customer_id, rank
        """,
        {"ids": list(customer_ids), "prefix": SOURCE_TAG},
    ):
        found.setdefault(row["customer_id"], []).append(Tag(row["name"], row["source"], row["at"]))
    return found


def list_traits(tx: ReadTx, customer_id: UUID) -> list[Trait]:
    return tx.rows(
        Trait,
        """
        SELECT name, value, at, source FROM profile.trait
        WHERE merchant_id = %(merchant)s AND customer_id = %(customer)s ORDER BY name
        """,
        {"customer": customer_id},
    )


def list_consents(tx: ReadTx, customer_id: UUID) -> list[Consent]:
    return tx.rows(
        Consent,
        """
        SELECT channel, purpose, state, at, proof FROM profile.consent
        WHERE merchant_id = %(merchant)s AND customer_id = %(customer)s
        ORDER BY channel, purpose
        """,
        {"customer": customer_id},
    )


def list_consent_log(tx: ReadTx, customer_id: UUID) -> list[Consent]:
    """Every decision that was ever taken, oldest first."""
    return tx.rows(
        Consent,
        """
        SELECT l.channel, l.purpose, l.state, l.at, l.proof
        FROM identity.customer m
        JOIN profile.consent_log l ON l.merchant_id = m.merchant_id AND l.customer_id = m.id
        WHERE m.merchant_id = %(merchant)s AND m.root_id = %(customer)s
        ORDER BY l.at, l.id
        """,
        {"customer": customer_id},
    )


def list_consenting(
    tx: ReadTx, customer_ids: Iterable[UUID], channel: str, purpose: str
) -> set[UUID]:
    return set(
        tx.column(
            """
            SELECT customer_id FROM profile.consent
            WHERE merchant_id = %(merchant)s AND channel = %(channel)s AND purpose = %(purpose)s
              AND state = 'given' AND customer_id = ANY(%(ids)s)
            """,
            {"ids": list(customer_ids), "channel": channel, "purpose": purpose},
        )
    )


def list_friendships(tx: ReadTx, customer_id: UUID) -> list[Friendship]:
    return tx.rows(
        Friendship,
        """
        SELECT staff_id, identifier_id, since, ended_at FROM profile.friendship
        WHERE merchant_id = %(merchant)s AND customer_id = %(customer)s
        ORDER BY since, staff_id
        """,
        {"customer": customer_id},
    )


def list_friends(
    tx: ReadTx, customer_ids: Iterable[UUID], staff_id: UUID | None
) -> list[dict[str, Any]]:
    """`customer_id, staff_id, identifier_id` of friendships that last."""
    return tx.rows(
        dict,
        """
        SELECT customer_id, staff_id, identifier_id FROM profile.friendship
        WHERE merchant_id = %(merchant)s AND customer_id = ANY(%(ids)s) AND ended_at IS NULL
          AND (%(staff)s::uuid IS NULL OR staff_id = %(staff)s)
        ORDER BY customer_id, since
        """,
        {"ids": list(customer_ids), "staff": staff_id},
    )


def list_book(tx: ReadTx, staff_id: UUID) -> list[UUID]:
    return tx.column(
        """
        SELECT c.customer_id FROM profile.customer c
        JOIN profile.seen s ON s.merchant_id = c.merchant_id AND s.customer_id = c.customer_id
        WHERE c.merchant_id = %(merchant)s AND c.owner_staff_id = %(staff)s
        ORDER BY s.last_seen_at DESC, c.customer_id
        """,
        {"staff": staff_id},
    )


def list_timeline(
    tx: ReadTx, root_id: UUID, before: tuple[datetime, int] | None, count_max: int
) -> list[Happened]:
    """Events of a customer and of all merged into it, newest first."""
    at, position = before or (None, None)
    return tx.rows(
        Happened,
        """
        SELECT l.position, l.type, l.source, l.occurred_at, l.unit_id, l.properties
        FROM identity.customer m
        JOIN identity.resolved r ON r.merchant_id = m.merchant_id AND r.customer_id = m.id
        JOIN event.log l ON l.merchant_id = r.merchant_id AND l.position = r.position
        WHERE m.merchant_id = %(merchant)s AND m.root_id = %(root)s
          AND (%(at)s::timestamptz IS NULL
               OR (l.occurred_at, l.position) < (%(at)s, %(position)s::bigint))
        ORDER BY l.occurred_at DESC, l.position DESC LIMIT %(count_max)s
        """,
        {"root": root_id, "at": at, "position": position, "count_max": count_max},
    )
