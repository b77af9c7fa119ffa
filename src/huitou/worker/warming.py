"""Reading ahead after the database started: what events ask for at random, in one sweep.

An event touches a dozen pages, and among ten million customers each is another one: page by page, a
cold database becomes warm in hours. In a row, a disk gives the same pages in seconds. They go to the
system's page cache, as much as `effective_cache_size` says there is.
"""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

import structlog

from huitou.base.db import Database

_logger = structlog.get_logger("warming")
FRESH = timedelta(minutes=10)
"""For so long after its start a server is taken for cold."""
_LOCK = 5_276_301
"""An advisory lock: one process reads."""

ASKED: Sequence[str] = (
    "event.identifier_merchant_id_blind_key",
    "identity.link_pkey",
    "identity.link",
    "identity.customer_pkey",
    "identity.customer",
    "profile.seen_pkey",
    "profile.seen",
    "profile.customer_pkey",
    "profile.customer",
    "identity.customer_merchant_id_ordinal_key",
    "identity.resolved_customer",
    '"order".total_pkey',
    '"order".total',
    '"order".category_total_pkey',
    '"order".category_total',
    '"order".purchase_customer',
    '"order".line_customer',
    '"order".line_sku',
    "identity.customer_root",
    "profile.seen_joined",
    "profile.customer_owner",
    "profile.customer_home",
    "profile.friendship_pkey",
    "profile.friendship",
    "profile.description_pkey",
    "profile.description",
    "profile.consent_pkey",
    "profile.consent",
    "event.identifier_tail",
    "identity.link_customer",
    "event.identifier_pkey",
    "segment.member_customer",
    '"order".purchase',
    '"order".line',
)
"""Tables and indexes in which every event has pages of its own, those first that most events need and
those last that rules look back into. What only grows at its end is warm anyway."""


def find_start(database: Database) -> tuple[datetime, bool]:
    """When the server started, and whether it is still taken for cold."""
    with database.owner() as owner:
        row = owner.execute(
            "SELECT pg_postmaster_start_time(), now() - pg_postmaster_start_time() < %s", [FRESH]
        ).fetchone()
    assert row is not None
    return row[0], row[1]


def read_ahead(database: Database, is_stopped: Callable[[], bool] = lambda: False) -> int:
    """Read what events ask for; returns how many bytes were read.

    None while another process does it, or when the extension `pg_prewarm` is missing, which only an
    administrator of the server can add.
    """
    read = 0
    with database.owner() as owner:
        if owner.execute(_MAY, [_LOCK]).fetchone() != (True,):
            return 0
        try:
            for name, first, last, size in owner.execute(_PIECES, _SIZES).fetchall():
                if is_stopped():
                    break
                owner.execute(_READ, [name, first, last])
                owner.commit()
                read += size
        finally:
            owner.execute("SELECT pg_advisory_unlock(%s)", [_LOCK])
    _logger.info("read_ahead", megabytes=read // 2**20)
    return read


_MAY = """
    SELECT to_regproc('public.pg_prewarm') IS NOT NULL AND pg_try_advisory_lock(%s)
"""
_READ = "SELECT public.pg_prewarm(%s::regclass, 'read', 'main', %s, %s)"
# In order, while the page cache has room.
_PIECES = """
    SELECT name, first, last, size FROM (
        SELECT no, name, first, last, size, sum(size) OVER (ORDER BY no, first) AS so_far
        FROM current_setting('block_size') AS setting, CAST(setting AS bigint) AS block,
             unnest(%(names)s::text[]) WITH ORDINALITY AS asked (name, no),
             CAST(pg_relation_size(name::regclass) / block AS bigint) AS blocks,
             generate_series(0, blocks - 1, %(at_once)s) AS first,
             least(first + %(at_once)s, blocks) AS upto,
             LATERAL (SELECT upto - 1 AS last, (upto - first) * block AS size) AS piece) AS pieces
    WHERE so_far <= pg_size_bytes(current_setting('effective_cache_size'))
    ORDER BY no, first
"""
_SIZES = {"names": list(ASKED), "at_once": 16_384}
