"""The library of tags: their kinds, the units they were sent to, and how many customers carry them."""

from collections.abc import Iterable, Sequence
from typing import LiteralString
from uuid import UUID

from huitou.base.db import ReadTx, Tx
from huitou.profile.types import SOURCE_TAG, TagCount, TagKind

_KINDS: LiteralString = """
    SELECT k.id, k.name, k.group_name AS "group", k.segment_id, k.version, k.created_by,
           k.created_at, ARRAY(
               SELECT u.code FROM profile.tag_unit s
               JOIN merchant.unit u ON u.merchant_id = s.merchant_id AND u.id = s.unit_id
               WHERE s.merchant_id = k.merchant_id AND s.tag_id = k.id ORDER BY u.path) AS units
    FROM profile.tag_kind k WHERE k.merchant_id = %(merchant)s
"""

# A tag is the asker's if it was sent to nobody in particular, to a unit above or to one below.
_OURS: LiteralString = """
    AND (%(scope_path)s::text IS NULL
         OR NOT EXISTS (SELECT FROM profile.tag_unit s
                        WHERE s.merchant_id = k.merchant_id AND s.tag_id = k.id)
         OR EXISTS (SELECT FROM profile.tag_unit s
                    JOIN merchant.unit u ON u.merchant_id = s.merchant_id AND u.id = s.unit_id
                    WHERE s.merchant_id = k.merchant_id AND s.tag_id = k.id
                      AND (starts_with(%(scope_path)s, u.path)
                           OR starts_with(u.path, %(scope_path)s))))
"""


def list_kinds(tx: ReadTx) -> list[TagKind]:
    """Those of the scope, by group and name."""
    return tx.rows(TagKind, _KINDS + _OURS + " ORDER BY k.group_name, k.name")


def list_kinds_named(tx: ReadTx, names: Iterable[str]) -> list[TagKind]:
    """Whatever the scope."""
    return tx.rows(TagKind, _KINDS + " AND k.name = ANY(%(names)s)", {"names": list(names)})


def find_following(tx: ReadTx, segment_id: UUID) -> TagKind | None:
    """One that follows the segment, whatever the scope."""
    return tx.row(TagKind, _KINDS + " AND k.segment_id = %(id)s LIMIT 1", {"id": segment_id})


def find_kind(tx: ReadTx, tag_id: UUID) -> TagKind | None:
    """In the scope."""
    return tx.row(TagKind, _KINDS + _OURS + " AND k.id = %(id)s", {"id": tag_id})


def list_hidden(tx: ReadTx) -> set[str]:
    """Names of tags that were sent to other units than the asker's."""
    if tx.scope.unit_path is None:
        return set()
    return {kind.name for kind in tx.rows(TagKind, _KINDS)} - {kind.name for kind in list_kinds(tx)}


def count_tags(tx: ReadTx) -> list[TagCount]:
    """Every tag that somebody in the scope carries. Sources are counted by their combinations, of which
    there are few; who carries a source's tag by somebody's word, too, is counted once."""
    return tx.rows(
        TagCount,
        """
        WITH visible AS NOT MATERIALIZED (
            SELECT p.customer_id, p.source_channels FROM profile.customer p
            LEFT JOIN merchant.unit u ON u.merchant_id = p.merchant_id AND u.id = p.home_unit_id
            WHERE p.merchant_id = %(merchant)s AND base.in_scope(u.path, %(scope_path)s)
              AND (%(scope_staff)s::uuid IS NULL OR p.owner_staff_id = %(scope_staff)s)),
        said AS (
            SELECT t.name, array_agg(DISTINCT CASE WHEN t.source LIKE 'rule:%%' THEN 'rule'
                                                   ELSE t.source END) AS sources,
                   count(*) FILTER (WHERE NOT (
                       starts_with(t.name, %(prefix)s)
                       AND substr(t.name, length(%(prefix)s) + 1) = ANY(v.source_channels))) AS carrying
            FROM profile.tag t JOIN visible v ON v.customer_id = t.customer_id
            WHERE t.merchant_id = %(merchant)s GROUP BY t.name),
        met AS (
            SELECT %(prefix)s || s.name AS name, ARRAY['auto'] AS sources,
                   sum(v.carrying)::bigint AS carrying
            FROM (SELECT source_channels, count(*) AS carrying FROM visible
                  GROUP BY source_channels) v, unnest(v.source_channels) AS s (name)
            GROUP BY s.name)
        SELECT name, coalesce(m.sources, '{}') || coalesce(t.sources, '{}') AS sources,
               coalesce(m.carrying, 0) + coalesce(t.carrying, 0) AS customer_count
        FROM said t FULL JOIN met m USING (name) ORDER BY name
        """,
        {"prefix": SOURCE_TAG},
    )


def add_kind(
    tx: Tx, *, id: UUID, name: str, group: str, segment_id: UUID | None, unit_ids: Sequence[UUID]
) -> None:
    tx.run(
        """
        INSERT INTO profile.tag_kind (merchant_id, id, name, group_name, segment_id, created_by,
                                      created_at)
        VALUES (%(merchant)s, %(id)s, %(name)s, %(group)s, %(segment)s, %(by)s, %(now)s)
        """,
        {"id": id, "name": name, "group": group, "segment": segment_id, "by": tx.principal},
    )
    set_units(tx, id, unit_ids)


def set_kind(tx: Tx, tag_id: UUID, *, group: str, version: int) -> int:
    """Another group, made on `version`; 0 when it has another by now."""
    return tx.run(
        """
        UPDATE profile.tag_kind SET group_name = %(group)s, version = version + 1
        WHERE merchant_id = %(merchant)s AND id = %(id)s AND version = %(version)s
        """,
        {"id": tag_id, "group": group, "version": version},
    )


def set_units(tx: Tx, tag_id: UUID, unit_ids: Sequence[UUID]) -> None:
    tx.run(
        "DELETE FROM profile.tag_unit WHERE merchant_id = %(merchant)s AND tag_id = %(id)s",
        {"id": tag_id},
    )
    tx.run(
        """
        INSERT INTO profile.tag_unit (merchant_id, tag_id, unit_id)
        SELECT %(merchant)s, %(id)s, u.id FROM unnest(%(units)s::uuid[]) AS u (id)
        """,
        {"id": tag_id, "units": list(unit_ids)},
    )


def remove_kind(tx: Tx, tag_id: UUID) -> None:
    tx.run(
        "DELETE FROM profile.tag_kind WHERE merchant_id = %(merchant)s AND id = %(id)s",
        {"id": tag_id},
    )
