"""Possible duplicates: what was found, and what a person said."""

from collections.abc import Iterable, Sequence
from uuid import UUID

from huitou.base.db import ReadTx, Tx
from huitou.identity.types import Band, Likeness, Suggestion
from huitou.kernel.ids import new_id


def set_open(tx: Tx, run_id: UUID, alike: Sequence[Likeness]) -> None:
    """What is open from now on; what a person decided stays, and who was set apart is left out."""
    tx.load(
        "identity_alike",
        {
            "id": "uuid",
            "one": "int",
            "other": "int",
            "bp": "int",
            "weight": "int",
            "evidence": "jsonb",
        },
        (
            (
                new_id(),
                each.one,
                each.other,
                min(9_999, int(each.probability * 10_000)),
                round(each.bits * 100),
                [[part.field, part.level, round(part.bits * 100)] for part in each.compared],
            )
            for each in alike
        ),
    )
    tx.run(
        """
        INSERT INTO identity.suggestion AS s
            (merchant_id, id, one_id, other_id, probability_bp, weight, evidence, state, found_by,
             found_at)
        SELECT %(merchant)s, t.id, c.id, d.id, t.bp, t.weight, t.evidence, 'open', %(run)s, %(now)s
        FROM pg_temp.identity_alike t
        JOIN identity.customer c ON c.merchant_id = %(merchant)s AND c.ordinal = t.one
        JOIN identity.customer d ON d.merchant_id = %(merchant)s AND d.ordinal = t.other
        WHERE c.root_id = c.id AND d.root_id = d.id AND c.state = 'live' AND d.state = 'live'
          AND NOT EXISTS (
              SELECT FROM identity.apart a
              JOIN identity.customer e ON e.merchant_id = a.merchant_id AND e.id = a.one_id
              JOIN identity.customer f ON f.merchant_id = a.merchant_id AND f.id = a.other_id
              WHERE a.merchant_id = %(merchant)s
                AND ((e.root_id = c.id AND f.root_id = d.id)
                  OR (e.root_id = d.id AND f.root_id = c.id)))
        ON CONFLICT (merchant_id, one_id, other_id) DO UPDATE SET
            probability_bp = excluded.probability_bp, weight = excluded.weight,
            evidence = excluded.evidence, found_by = excluded.found_by
        WHERE s.state = 'open'
        """,
        {"run": run_id},
    )
    tx.run(
        """
        DELETE FROM identity.suggestion
        WHERE merchant_id = %(merchant)s AND state = 'open' AND found_by <> %(run)s
        """,
        {"run": run_id},
    )


def list_suggestions(
    tx: ReadTx, *, state: str, before: tuple[int, UUID] | None, count_max: int
) -> list[Suggestion]:
    """By weight, heaviest first. Open ones whose customers are one by now, or gone, are left out."""
    weight, last_id = before or (None, None)
    return tx.rows(
        Suggestion,
        """
        SELECT s.id, s.one_id, s.other_id, s.probability_bp, s.weight, s.evidence, s.state,
               s.found_at, s.decided_at, s.decided_by, s.is_automatic
        FROM identity.suggestion s
        JOIN identity.customer c ON c.merchant_id = s.merchant_id AND c.id = s.one_id
        JOIN identity.customer d ON d.merchant_id = s.merchant_id AND d.id = s.other_id
        WHERE s.merchant_id = %(merchant)s AND s.state = %(state)s
          AND c.state = 'live' AND d.state = 'live'
          AND (s.state <> 'open' OR c.root_id <> d.root_id)
          AND (%(weight)s::int IS NULL OR (-s.weight, s.id) > (-%(weight)s::int, %(last)s::uuid))
        ORDER BY s.weight DESC, s.id LIMIT %(count_max)s
        """,
        {"state": state, "weight": weight, "last": last_id, "count_max": count_max},
    )


def list_in_bands(tx: ReadTx, bounds: Sequence[int], bands: Sequence[int]) -> list[Suggestion]:
    """Open ones whose probability falls in a band named by its lower end, heaviest first."""
    return tx.rows(
        Suggestion,
        """
        SELECT id, one_id, other_id, probability_bp, weight, evidence, state, found_at, decided_at,
               decided_by, is_automatic
        FROM identity.suggestion
        WHERE merchant_id = %(merchant)s AND state = 'open'
          AND (%(bounds)s::int[])[width_bucket(probability_bp, %(bounds)s::int[])]
              = ANY(%(bands)s::int[])
        ORDER BY weight DESC, id
        """,
        {"bounds": list(bounds), "bands": list(bands)},
    )


def find_suggestion(tx: ReadTx, suggestion_id: UUID) -> Suggestion | None:
    return tx.row(
        Suggestion,
        """
        SELECT id, one_id, other_id, probability_bp, weight, evidence, state, found_at, decided_at,
               decided_by, is_automatic
        FROM identity.suggestion WHERE merchant_id = %(merchant)s AND id = %(id)s
        """,
        {"id": suggestion_id},
    )


def set_decided(tx: Tx, suggestion_id: UUID, state: str, *, is_automatic: bool) -> None:
    tx.run(
        """
        UPDATE identity.suggestion
        SET state = %(state)s, decided_at = %(now)s, decided_by = %(by)s,
            is_automatic = %(automatic)s
        WHERE merchant_id = %(merchant)s AND id = %(id)s
        """,
        {"id": suggestion_id, "state": state, "by": tx.principal, "automatic": is_automatic},
    )


def set_undecided(tx: Tx, suggestion_id: UUID) -> None:
    tx.run(
        """
        UPDATE identity.suggestion
        SET state = 'open', decided_at = NULL, decided_by = NULL, is_automatic = false
        WHERE merchant_id = %(merchant)s AND id = %(id)s
        """,
        {"id": suggestion_id},
    )


def remove_of(tx: Tx, customer_ids: Iterable[UUID]) -> None:
    """Of forgotten customers nothing is kept."""
    tx.run(
        """
        DELETE FROM identity.suggestion
        WHERE merchant_id = %(merchant)s
          AND (one_id = ANY(%(ids)s) OR other_id = ANY(%(ids)s))
        """,
        {"ids": list(customer_ids)},
    )


def list_bands(tx: ReadTx, bounds: Sequence[int]) -> list[Band]:
    """Per range of probability: what is open, and what people decided."""
    return tx.rows(
        Band,
        """
        SELECT b.low AS from_bp,
               count(*) FILTER (WHERE s.state = 'open') AS open,
               count(*) FILTER (WHERE s.state = 'accepted' AND NOT s.is_automatic) AS accepted,
               count(*) FILTER (WHERE s.state = 'rejected') AS rejected
        FROM unnest(%(bounds)s::int[]) WITH ORDINALITY AS b (low, no)
        LEFT JOIN identity.suggestion s
          ON s.merchant_id = %(merchant)s
         AND width_bucket(s.probability_bp, %(bounds)s::int[]) = b.no
        GROUP BY b.low ORDER BY b.low
        """,
        {"bounds": list(bounds)},
    )
