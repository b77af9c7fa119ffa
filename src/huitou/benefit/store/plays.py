"""Plays and what gave them, in PostgreSQL."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from uuid import UUID

from huitou.base.db import ReadTx, Tx
from huitou.benefit.types.games import Play


@dataclass(frozen=True, slots=True)
class Tally:
    """Plays that drew one prize and were given another (or the same)."""

    drawn: str
    given: str
    count: int


@dataclass(frozen=True, slots=True)
class PlaysGiven:
    """A posting that gave plays for an order, as far as it was not taken back."""

    order_id: str
    game_id: str
    transaction_id: UUID


def find_by_ref(tx: ReadTx, game_id: UUID, customer_ids: Sequence[UUID], ref: str) -> Play | None:
    return tx.row(
        Play,
        """
        SELECT id, game_id, customer_id, ref, number, day, message, roll, drawn, given, outcome, at,
            handed_at, handed_by
        FROM benefit.game_play
        WHERE merchant_id = %(merchant)s AND game_id = %(game)s AND customer_id = ANY(%(ids)s)
          AND ref = %(ref)s
        ORDER BY at LIMIT 1
        """,
        {"game": game_id, "ids": list(customer_ids), "ref": ref},
    )


def find_play(tx: ReadTx, play_id: UUID) -> Play | None:
    return tx.row(
        Play,
        """
        SELECT id, game_id, customer_id, ref, number, day, message, roll, drawn, given, outcome, at,
            handed_at, handed_by
        FROM benefit.game_play WHERE merchant_id = %(merchant)s AND id = %(id)s
        """,
        {"id": play_id},
    )


def list_plays(
    tx: ReadTx,
    *,
    game_id: UUID | None,
    customer_ids: Sequence[UUID] | None,
    before: tuple[datetime, UUID] | None,
    count_max: int,
) -> list[Play]:
    """Latest first, of a game or of customers."""
    return tx.rows(
        Play,
        """
        SELECT id, game_id, customer_id, ref, number, day, message, roll, drawn, given, outcome, at,
            handed_at, handed_by
        FROM benefit.game_play
        WHERE merchant_id = %(merchant)s
          AND (%(game)s::uuid IS NULL OR game_id = %(game)s)
          AND (%(ids)s::uuid[] IS NULL OR customer_id = ANY(%(ids)s))
          AND (%(at)s::timestamptz IS NULL OR (at, id) < (%(at)s, %(id)s::uuid))
        ORDER BY at DESC, id DESC LIMIT %(count_max)s
        """,
        {
            "game": game_id,
            "ids": None if customer_ids is None else list(customer_ids),
            "at": before[0] if before else None,
            "id": before[1] if before else None,
            "count_max": count_max,
        },
    )


def count_plays(tx: ReadTx, game_id: UUID, customer_id: UUID) -> int:
    """How many a customer's own plays are (not those of who was merged into them)."""
    count: int = tx.value(
        """
        SELECT count(*) FROM benefit.game_play
        WHERE merchant_id = %(merchant)s AND game_id = %(game)s AND customer_id = %(customer)s
        """,
        {"game": game_id, "customer": customer_id},
    )
    return count


def add_play(tx: Tx, play: Play) -> None:
    tx.run(
        """
        INSERT INTO benefit.game_play (merchant_id, id, game_id, customer_id, ref, number, day,
            message, roll, drawn, given, outcome, at)
        VALUES (%(merchant)s, %(id)s, %(game_id)s, %(customer_id)s, %(ref)s, %(number)s, %(day)s,
            %(message)s, %(roll)s, %(drawn)s, %(given)s, %(outcome)s, %(at)s)
        """,
        asdict(play),
    )


def set_handed(tx: Tx, play_id: UUID) -> bool:
    """Whether it was still to be handed over."""
    return bool(
        tx.run(
            """
            UPDATE benefit.game_play SET handed_at = %(now)s, handed_by = %(by)s
            WHERE merchant_id = %(merchant)s AND id = %(id)s AND handed_at IS NULL
            """,
            {"id": play_id, "by": tx.principal},
        )
    )


def count_outcomes(tx: ReadTx, game_id: UUID) -> tuple[int, list[Tally]]:
    """How many played, and the plays by what was drawn and given."""
    tallies = tx.rows(
        Tally,
        """
        SELECT drawn, given, count(*)::int AS count FROM benefit.game_play
        WHERE merchant_id = %(merchant)s AND game_id = %(game)s GROUP BY drawn, given
        """,
        {"game": game_id},
    )
    players: int = tx.value(
        """
        SELECT count(DISTINCT customer_id) FROM benefit.game_play
        WHERE merchant_id = %(merchant)s AND game_id = %(game)s
        """,
        {"game": game_id},
    )
    return players, tallies


def add_share(tx: Tx, game_id: UUID, customer_id: UUID, day: date, ref: str) -> bool:
    """Whether the share is new."""
    return bool(
        tx.run(
            """
            INSERT INTO benefit.game_share (merchant_id, game_id, customer_id, day, ref, at)
            VALUES (%(merchant)s, %(game)s, %(customer)s, %(day)s, %(ref)s, %(now)s)
            ON CONFLICT (merchant_id, game_id, customer_id, ref) DO NOTHING
            """,
            {"game": game_id, "customer": customer_id, "day": day, "ref": ref},
        )
    )


def list_shares(tx: ReadTx, game_id: UUID, customer_ids: Sequence[UUID], day: date) -> list[str]:
    return tx.column(
        """
        SELECT ref FROM benefit.game_share
        WHERE merchant_id = %(merchant)s AND game_id = %(game)s AND customer_id = ANY(%(ids)s)
          AND day = %(day)s
        """,
        {"game": game_id, "ids": list(customer_ids), "day": day},
    )


def list_holders(tx: ReadTx, customer_ids: Sequence[UUID], asset: str) -> dict[UUID, int]:
    """What each of these customers has of an asset without lots; who never had any is missing."""
    rows = tx.rows(
        dict,
        """
        SELECT owner_id, balance FROM benefit.account
        WHERE merchant_id = %(merchant)s AND owner_kind = 'customer' AND owner_id = ANY(%(ids)s)
          AND asset = %(asset)s
        """,
        {"ids": list(customer_ids), "asset": asset},
    )
    return {row["owner_id"]: row["balance"] for row in rows}


def list_given_for(tx: ReadTx, order_ids: Sequence[UUID]) -> list[PlaysGiven]:
    """Postings of plays for these orders that nothing reversed."""
    return tx.rows(
        PlaysGiven,
        """
        SELECT t.ref_id AS order_id, t.detail->>'game' AS game_id, t.id AS transaction_id
        FROM benefit.transaction t
        WHERE t.merchant_id = %(merchant)s AND t.ref_kind = 'order' AND t.ref_id = ANY(%(ids)s)
          AND t.kind = 'plays' AND t.reverses IS NULL
          AND NOT EXISTS (SELECT FROM benefit.transaction r
                          WHERE r.merchant_id = t.merchant_id AND r.reverses = t.id)
        ORDER BY t.id
        """,
        {"ids": [str(order_id) for order_id in order_ids]},
    )
