"""A worker whose segment stream runs one statement per segment and micro-batch: the baseline of
`segment-live`, as it was done before all segments were judged in one pass."""

from collections.abc import Sequence
from dataclasses import replace
from uuid import UUID

from psycopg import sql

from huitou.base import feed
from huitou.base.db import Tx
from huitou.base.jobs import STREAMS
from huitou.segment import actions, reads
from huitou.segment.rules import compile as compiler
from huitou.segment.store import segments as store
from huitou.segment.types.answers import Changed, Stored
from huitou.worker import __main__ as worker

_REFRESH = """
    WITH matched AS MATERIALIZED ({members}),
    gone AS (
        DELETE FROM segment.member m
        WHERE m.merchant_id = %(merchant)s AND m.segment_id = %(segment)s
          AND m.customer_id = ANY(%(ids)s)
          AND NOT EXISTS (SELECT FROM matched WHERE matched.id = m.customer_id)
        RETURNING m.customer_id),
    come AS (
        INSERT INTO segment.member (merchant_id, segment_id, customer_id, entered_at)
        SELECT %(merchant)s, %(segment)s, id, %(now)s FROM matched
        ON CONFLICT DO NOTHING RETURNING customer_id),
    noted AS (
        INSERT INTO segment.change (merchant_id, segment_id, customer_id, kind, at)
        SELECT %(merchant)s, %(segment)s, customer_id, 'left', %(now)s FROM gone
        UNION ALL
        SELECT %(merchant)s, %(segment)s, customer_id, 'entered', %(now)s FROM come
        RETURNING kind)
    UPDATE segment.segment SET member_count = member_count + (
        SELECT count(*) FILTER (WHERE kind = 'entered') - count(*) FILTER (WHERE kind = 'left')
        FROM noted)
    WHERE merchant_id = %(merchant)s AND id = %(segment)s
"""


def consume(tx: Tx, after: int, upto: int) -> None:
    """The segment stream, segment by segment."""
    tx.lock(actions.STREAM)
    feed.begin(tx, actions.STREAM)
    changed = feed.take(tx, actions.STREAM, Changed, store.CHANGED)
    touched = {each.customer_id for each in changed if each.customer_id is not None}
    ids = sorted(touched | set(store.list_touched(tx, after, upto)))
    for stored in reads.list_active(tx) if ids else []:
        _refresh(tx, stored, ids)


def _refresh(tx: Tx, stored: Stored, ids: Sequence[UUID]) -> None:
    tree, context = reads.resolve(tx, stored.rule, stored.id)
    members = compiler.members(tree, context, ids)
    query = sql.SQL(_REFRESH).format(members=members.query)
    tx.run(query, {**members.params, "segment": stored.id})


if __name__ == "__main__":
    from huitou import wiring

    wiring.wire()
    STREAMS[actions.STREAM] = replace(STREAMS[actions.STREAM], run=consume)
    worker.main()
