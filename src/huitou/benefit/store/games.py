"""Games, their seeds, and check-ins in PostgreSQL."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal
from uuid import UUID

from psycopg.types.json import Jsonb

from huitou.base.db import ReadTx, Tx
from huitou.benefit.types.games import GameState


@dataclass(frozen=True, slots=True)
class GameRow:
    id: UUID
    kind: Literal["check_in", "wheel"]
    state: GameState
    revision: int
    document: dict[str, Any]
    rules_hash: bytes | None
    starts_at: datetime
    ends_at: datetime
    created_at: datetime
    created_by: str
    published_at: datetime | None
    published_by: str | None
    stopped_at: datetime | None
    stop_reason: str | None


@dataclass(frozen=True, slots=True)
class SeedRow:
    day: date
    sealed: bytes
    hash: bytes
    committed_at: datetime
    reveals_at: datetime


@dataclass(frozen=True, slots=True)
class CheckInRow:
    day: date
    streak: int
    points: int


def find_game(tx: ReadTx, game_id: UUID) -> GameRow | None:
    return tx.row(
        GameRow,
        """
        SELECT id, kind, state, revision, document, rules_hash, starts_at, ends_at, created_at,
            created_by, published_at, published_by, stopped_at, stop_reason
        FROM benefit.game WHERE merchant_id = %(merchant)s AND id = %(id)s
        """,
        {"id": game_id},
    )


def names(tx: ReadTx, game_ids: Sequence[UUID]) -> dict[UUID, str]:
    """Names by id."""
    rows = tx.rows(
        dict,
        """
        SELECT id, document->>'name' AS name FROM benefit.game
        WHERE merchant_id = %(merchant)s AND id = ANY(%(ids)s::uuid[])
        """,
        {"ids": list(game_ids)},
    )
    return {row["id"]: row["name"] for row in rows}


def lock_game(tx: Tx, game_id: UUID) -> None:
    """One change of a game at a time."""
    tx.run(
        "SELECT FROM benefit.game WHERE merchant_id = %(merchant)s AND id = %(id)s FOR UPDATE",
        {"id": game_id},
    )


def list_games(tx: ReadTx, before: UUID | None, count_max: int) -> list[GameRow]:
    """Latest first; ids are made in the order of time."""
    return tx.rows(
        GameRow,
        """
        SELECT id, kind, state, revision, document, rules_hash, starts_at, ends_at, created_at,
            created_by, published_at, published_by, stopped_at, stop_reason
        FROM benefit.game
        WHERE merchant_id = %(merchant)s AND (%(before)s::uuid IS NULL OR id < %(before)s)
        ORDER BY id DESC LIMIT %(count_max)s
        """,
        {"before": before, "count_max": count_max},
    )


def is_any_published(tx: ReadTx) -> bool:
    """Is there a game, over or not, that was published and not stopped?"""
    return bool(
        tx.value(
            "SELECT EXISTS (SELECT FROM benefit.game"
            " WHERE merchant_id = %(merchant)s AND state = 'published')"
        )
    )


def list_open(tx: ReadTx, after: datetime) -> list[GameRow]:
    """Published games that end after then."""
    return tx.rows(
        GameRow,
        """
        SELECT id, kind, state, revision, document, rules_hash, starts_at, ends_at, created_at,
            created_by, published_at, published_by, stopped_at, stop_reason
        FROM benefit.game
        WHERE merchant_id = %(merchant)s AND state = 'published' AND ends_at > %(after)s
        ORDER BY id
        """,
        {"after": after},
    )


def add_game(
    tx: Tx, game_id: UUID, document: dict[str, Any], starts_at: datetime, ends_at: datetime
) -> None:
    tx.run(
        """
        INSERT INTO benefit.game (merchant_id, id, kind, state, document, starts_at, ends_at,
            created_at, created_by)
        VALUES (%(merchant)s, %(id)s, %(kind)s, 'draft', %(document)s, %(starts_at)s, %(ends_at)s,
            %(now)s, %(by)s)
        """,
        {
            "id": game_id,
            "kind": document["kind"],
            "document": Jsonb(document),
            "starts_at": starts_at,
            "ends_at": ends_at,
            "by": tx.principal,
        },
    )


def set_rules(
    tx: Tx,
    game_id: UUID,
    document: dict[str, Any],
    starts_at: datetime,
    ends_at: datetime,
    revision: int,
) -> bool:
    """Whether the draft was still at `revision`."""
    return bool(
        tx.run(
            """
            UPDATE benefit.game SET document = %(document)s, kind = %(kind)s,
                starts_at = %(starts_at)s, ends_at = %(ends_at)s, revision = revision + 1
            WHERE merchant_id = %(merchant)s AND id = %(id)s AND state = 'draft'
              AND revision = %(revision)s
            """,
            {
                "id": game_id,
                "kind": document["kind"],
                "document": Jsonb(document),
                "starts_at": starts_at,
                "ends_at": ends_at,
                "revision": revision,
            },
        )
    )


def remove_draft(tx: Tx, game_id: UUID) -> None:
    tx.run(
        "DELETE FROM benefit.game"
        " WHERE merchant_id = %(merchant)s AND id = %(id)s AND state = 'draft'",
        {"id": game_id},
    )


def set_published(tx: Tx, game_id: UUID, rules_hash: bytes) -> None:
    tx.run(
        """
        UPDATE benefit.game SET state = 'published', rules_hash = %(hash)s,
            published_at = %(now)s, published_by = %(by)s
        WHERE merchant_id = %(merchant)s AND id = %(id)s AND state = 'draft'
        """,
        {"id": game_id, "hash": rules_hash, "by": tx.principal},
    )


def set_stopped(tx: Tx, game_id: UUID, reason: str) -> None:
    tx.run(
        """
        UPDATE benefit.game SET state = 'stopped', stopped_at = %(now)s, stop_reason = %(reason)s
        WHERE merchant_id = %(merchant)s AND id = %(id)s AND state = 'published'
        """,
        {"id": game_id, "reason": reason},
    )


def add_seed(
    tx: Tx, game_id: UUID, day: date, *, sealed: bytes, hash_: bytes, reveals_at: datetime
) -> None:
    """The first one of a day stays."""
    tx.run(
        """
        INSERT INTO benefit.game_seed
            (merchant_id, game_id, day, sealed, hash, committed_at, reveals_at)
        VALUES (%(merchant)s, %(game)s, %(day)s, %(sealed)s, %(hash)s, %(now)s, %(reveals_at)s)
        ON CONFLICT (merchant_id, game_id, day) DO NOTHING
        """,
        {"game": game_id, "day": day, "sealed": sealed, "hash": hash_, "reveals_at": reveals_at},
    )


def find_seed(tx: ReadTx, game_id: UUID, day: date) -> SeedRow | None:
    return tx.row(
        SeedRow,
        """
        SELECT day, sealed, hash, committed_at, reveals_at FROM benefit.game_seed
        WHERE merchant_id = %(merchant)s AND game_id = %(game)s AND day = %(day)s
        """,
        {"game": game_id, "day": day},
    )


def list_seeds(tx: ReadTx, game_id: UUID, before: date | None, count_max: int) -> list[SeedRow]:
    """Latest first."""
    return tx.rows(
        SeedRow,
        """
        SELECT day, sealed, hash, committed_at, reveals_at FROM benefit.game_seed
        WHERE merchant_id = %(merchant)s AND game_id = %(game)s
          AND (%(before)s::date IS NULL OR day < %(before)s)
        ORDER BY day DESC LIMIT %(count_max)s
        """,
        {"game": game_id, "before": before, "count_max": count_max},
    )


def list_check_ins(
    tx: ReadTx, game_id: UUID, customer_ids: Sequence[UUID], since: date
) -> list[CheckInRow]:
    """Of these customers since a day, by day."""
    return tx.rows(
        CheckInRow,
        """
        SELECT day, streak, points FROM benefit.check_in
        WHERE merchant_id = %(merchant)s AND game_id = %(game)s AND customer_id = ANY(%(ids)s)
          AND day >= %(since)s
        ORDER BY day, customer_id
        """,
        {"game": game_id, "ids": list(customer_ids), "since": since},
    )


def add_check_in(tx: Tx, game_id: UUID, customer_id: UUID, row: CheckInRow) -> None:
    tx.run(
        """
        INSERT INTO benefit.check_in (merchant_id, game_id, customer_id, day, streak, points, at)
        VALUES (%(merchant)s, %(game)s, %(customer)s, %(day)s, %(streak)s, %(points)s, %(now)s)
        """,
        {
            "game": game_id,
            "customer": customer_id,
            "day": row.day,
            "streak": row.streak,
            "points": row.points,
        },
    )


def remove_of(tx: Tx, customer_ids: Sequence[UUID]) -> None:
    """Habits of the forgotten; plays stay, as evidence of the lottery."""
    params = {"ids": list(customer_ids)}
    tx.run(
        "DELETE FROM benefit.check_in"
        " WHERE merchant_id = %(merchant)s AND customer_id = ANY(%(ids)s)",
        params,
    )
    tx.run(
        "DELETE FROM benefit.game_share"
        " WHERE merchant_id = %(merchant)s AND customer_id = ANY(%(ids)s)",
        params,
    )


def sum_stocked(tx: ReadTx, account_id: UUID) -> int:
    """Everything that ever came to an account."""
    total: int = tx.value(
        """
        SELECT coalesce(sum(amount), 0)::bigint FROM benefit.entry
        WHERE merchant_id = %(merchant)s AND account_id = %(account)s AND amount > 0
        """,
        {"account": account_id},
    )
    return total


def list_days(tx: ReadTx, customer_ids: Sequence[UUID]) -> list[date]:
    """When these customers checked in, in whatever game."""
    return tx.column(
        """
        SELECT day FROM benefit.check_in
        WHERE merchant_id = %(merchant)s AND customer_id = ANY(%(ids)s) ORDER BY day
        """,
        {"ids": list(customer_ids)},
    )
