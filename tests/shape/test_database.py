"""What must be true of every table there is."""

from huitou.base.db import Database
from huitou.wiring import ROOMS

EXEMPT = {("base", "migration")}


def tables(db: Database) -> list[tuple[str, str, bool, bool]]:
    with db.owner() as owner:
        return owner.execute(
            """
            SELECT n.nspname, c.relname, c.relrowsecurity, c.relforcerowsecurity
            FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
            WHERE c.relkind IN ('r', 'p') AND n.nspname = ANY(%s)
            """,
            [["base", *ROOMS]],
        ).fetchall()


def test_row_level_security_is_forced_on_every_table(db: Database) -> None:
    found = tables(db)
    assert len(found) > 40
    open_ones = [
        f"{schema}.{table}"
        for schema, table, is_on, is_forced in found
        if not (is_on and is_forced) and (schema, table) not in EXEMPT
    ]
    assert not open_ones


def test_every_key_begins_with_the_merchant(db: Database) -> None:
    with db.owner() as owner:
        rows = owner.execute(
            """
            SELECT n.nspname || '.' || c.relname, i.relname, a.attname
            FROM pg_index x JOIN pg_class i ON i.oid = x.indexrelid
            JOIN pg_class c ON c.oid = x.indrelid JOIN pg_namespace n ON n.oid = c.relnamespace
            LEFT JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = x.indkey[0]
            WHERE n.nspname = ANY(%s) AND NOT c.relispartition
            """,
            [["base", *ROOMS]],
        ).fetchall()
    # Looked up before a merchant is known, by values nobody can guess (or choose: a log-in).
    before_merchant = {
        "merchant.merchant",
        "merchant.session",
        "merchant.api_key",
        "merchant.staff",
        "content.link",
        "code.code",
        "base.migration",
    }
    strays = [row for row in rows if row[2] != "merchant_id" and row[0] not in before_merchant]
    assert not strays


def test_schemas_are_the_rooms(db: Database) -> None:
    with db.owner() as owner:
        found = {
            row[0]
            for row in owner.execute(
                "SELECT nspname FROM pg_namespace WHERE nspname NOT LIKE 'pg\\_%'"
            ).fetchall()
        }
    assert found - {"public", "information_schema", "procrastinate", "base"} <= set(ROOMS)


def test_the_application_role_is_bound(db: Database) -> None:
    with db.owner() as owner:
        rows = owner.execute(
            "SELECT rolname FROM pg_roles WHERE rolname IN ('huitou_app', current_user)"
            " AND (rolsuper OR rolbypassrls)"
        ).fetchall()
    assert not rows
