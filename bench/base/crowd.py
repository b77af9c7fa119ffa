"""A base for mailings: customers with consents and addresses, and the messages of two months, by SQL alone."""

import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import psycopg

from bench.base.load import LOADING, index
from huitou.base.crypto import MasterKey
from huitou.base.db import Database
from huitou.base.migrate import all_migrations, migrate
from huitou.base.pg import EmbeddedPostgres
from huitou.merchant import actions as merchants

PER_CUSTOMER = 3
"""Messages logged, on average: some have had none, some a dozen."""

_TABLES = (
    "identity.customer",
    "identity.link",
    "profile.customer",
    "profile.consent",
    '"order".total',
    "reach.message",
)


@dataclass(frozen=True)
class Crowd:
    folder: Path
    merchant: UUID
    at: datetime
    customers: int
    messages: int


def prepare(folder: Path, customers: int, seed: int, say: Callable[[str], None]) -> Crowd:
    """Made when missing, or when a migration it has was changed. The clock stands at half past eight in the evening in
    Shanghai."""
    home = folder / f"crowd-{customers}-{seed}"
    marks = home / "crowd.json"
    schema = [migration.checksum for migration in all_migrations()]
    if marks.exists():
        kept = json.loads(marks.read_text())
        if set(kept["schema"]) <= set(schema):
            at = datetime.fromisoformat(kept["at"])
            return Crowd(home, UUID(kept["merchant"]), at, customers, kept["messages"])
    say(f"making {customers:,} customers with {PER_CUSTOMER * customers:,} messages")
    started = time.monotonic()
    at = datetime.now(UTC).replace(hour=12, minute=30, second=0, microsecond=0) - timedelta(days=1)
    with EmbeddedPostgres(home / "pg", settings=LOADING) as server:
        migrate(server.dsn)
        database = Database(server.dsn, MasterKey.load(home / "master.key"), clock=lambda: at)
        with database.owner() as owner:
            merchant = merchants.found_merchant(owner, database.master, name="bench", now=at).id
        with database.write(merchant, principal="bench") as tx:
            for kind in ("sms", "wechat", "rcs"):
                config = json.dumps(WECHAT if kind == "wechat" else {})
                merchants.set_channel(tx, kind, config, is_simulated=True)
        database.close()
        with psycopg.connect(server.superuser_dsn, autocommit=True) as owner:
            messages = _fill(owner, merchant, customers, seed, at, say)
        index(server.superuser_dsn, say)
    marks.write_text(
        json.dumps(
            {
                "schema": schema,
                "merchant": str(merchant),
                "at": at.isoformat(),
                "messages": messages,
            }
        )
    )
    say(f"made in {time.monotonic() - started:.0f} s")
    return Crowd(home, merchant, at, customers, messages)


def _fill(
    owner: psycopg.Connection,
    merchant: UUID,
    customers: int,
    seed: int,
    at: datetime,
    say: Callable[[str], None],
) -> int:
    messages = PER_CUSTOMER * customers
    given = {"merchant": merchant, "count": customers, "at": at, "seed": seed, "messages": messages}
    owner.execute(_FUNCTIONS)
    owner.execute(
        "UPDATE pg_index SET indisready = false WHERE indrelid = ANY(%s::regclass[]::oid[])",
        [list(_TABLES)],
    )
    for name, statement in _ROWS.items():
        started = time.monotonic()
        owner.execute(statement, given)
        say(f"  {name}: {time.monotonic() - started:.0f} s")
    return messages


WECHAT = {
    "app_id": "wx0123456789abcdef",
    "secret": "S1",
    "token": "QDG6eK",
    "encoding_aes_key": "jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C",
    "base_url": "http://127.0.0.1:9",
}

# The ids of customers ascend, as those of version 7 do. `share`: an even number in [0, 1) for a customer and a salt.
_FUNCTIONS = """
    CREATE SCHEMA bench;
    CREATE FUNCTION bench.id(n bigint) RETURNS uuid IMMUTABLE PARALLEL SAFE LANGUAGE sql
        RETURN ('01900000-0000-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid;
    CREATE FUNCTION bench.share(n bigint, salt bigint) RETURNS float IMMUTABLE PARALLEL SAFE LANGUAGE sql
        RETURN (hashint8extended(n, salt) & 1048575) / 1048576.0;
"""
_ROWS = {
    "customers": """
        INSERT INTO identity.customer (merchant_id, id, ordinal, created_at, root_id)
        SELECT %(merchant)s, bench.id(n), n, %(at)s - interval '400 days', bench.id(n)
        FROM generate_series(1, %(count)s) n
    """,
    "profiles": """
        INSERT INTO profile.customer (merchant_id, customer_id, ordinal, under_14)
        SELECT %(merchant)s, bench.id(n), n, bench.share(n, 1) < 0.01
        FROM generate_series(1, %(count)s) n
    """,
    "sights": """
        INSERT INTO profile.seen (merchant_id, customer_id, last_seen_at, sources)
        SELECT %(merchant)s, bench.id(n), %(at)s - interval '1 day', '{}'
        FROM generate_series(1, %(count)s) n
    """,
    "consents": """
        INSERT INTO profile.consent (merchant_id, customer_id, channel, purpose, state, at, proof)
        SELECT %(merchant)s, bench.id(n), c.channel, 'marketing', 'given', %(at)s - interval '90 days', '{}'
        FROM generate_series(1, %(count)s) n
        CROSS JOIN (VALUES ('sms', 2, 0.6), ('wechat', 3, 0.4), ('rcs', 4, 0.3)) c (channel, salt, share)
        WHERE bench.share(n, c.salt) < c.share
    """,
    "addresses": """
        INSERT INTO identity.link (merchant_id, identifier_id, kind, scope, customer_id, grade, is_verified,
            source, linked_at)
        SELECT %(merchant)s, 2 * n + c.salt - 5, c.kind, c.scope, bench.id(n), 'A', true, 'bench',
            %(at)s - interval '90 days'
        FROM generate_series(1, %(count)s) n
        CROSS JOIN (VALUES ('phone', '', 5, 0.9), ('openid', 'wx0123456789abcdef', 6, 0.5))
            c (kind, scope, salt, share)
        WHERE bench.share(n, c.salt) < c.share
    """,
    "totals": """
        INSERT INTO "order".total (merchant_id, customer_id, order_count, paid_fen, refunded_fen, first_paid_at,
            last_paid_at, stage)
        SELECT %(merchant)s, bench.id(n), 3, (30000 * -ln(1 - bench.share(n, 8) + 0.000001))::bigint + 3000, 0,
            %(at)s - interval '200 days', %(at)s - interval '20 days', 'active'
        FROM generate_series(1, %(count)s) n WHERE bench.share(n, 7) < 0.5
    """,
    # In the order of time; the busiest tenth of the customers gets half of everything.
    "messages": """
        INSERT INTO reach.message (merchant_id, id, customer_id, first_customer_id, channel, purpose, campaign_id,
            content_key, category, state, planned_at, submitted_at, delivered_at)
        SELECT %(merchant)s, ('01910000-0000-7000-8000-' || lpad(to_hex(m), 12, '0'))::uuid, c.id, c.id,
            (ARRAY['sms', 'sms', 'wechat', 'rcs'])[1 + m %% 4], 'marketing',
            ('01920000-0000-7000-8000-' || lpad(to_hex(m %% 300), 12, '0'))::uuid, 'campaign:' || m %% 300,
            CASE m %% 5 WHEN 0 THEN 'care' ELSE 'promotion' END, 'delivered', c.at, c.at, c.at
        FROM generate_series(1, %(messages)s) m
        CROSS JOIN LATERAL (SELECT
            CASE WHEN m %% 2 = 0 THEN 1 + abs(hashint8extended(m, %(seed)s + 10)) %% %(count)s
                 ELSE 1 + 10 * (abs(hashint8extended(m, %(seed)s + 11)) %% greatest(%(count)s / 10, 1)) END AS n,
            %(at)s - interval '60 days' * (1 - m / %(messages)s::float) AS at) drawn
        CROSS JOIN LATERAL (SELECT
            bench.id(least(drawn.n, %(count)s)) AS id, drawn.at) c
    """,
}
