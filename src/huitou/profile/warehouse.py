"""What is known of customers, without names: only what rules test."""

from typing import LiteralString

from huitou.base.warehouse.datasets import CHANGED_CUSTOMERS, Dataset, publish

_ROWS: LiteralString = """
    SELECT c.ordinal, c.ordinal, {select} FROM {table} t
    JOIN identity.customer c ON c.merchant_id = t.merchant_id AND c.id = t.customer_id
    WHERE t.merchant_id = %(merchant)s {only}
"""


def _of_customers(name: LiteralString, select: LiteralString, columns: dict[str, str]) -> None:
    """A table with a customer's rows."""
    publish(
        Dataset(
            name=name,
            kind="customer",
            sources=(name,),
            keys=CHANGED_CUSTOMERS,
            rows=_ROWS.replace("{select}", select).replace("{table}", name),
            key_column="c.ordinal",
            columns={"customer_id": "INTEGER", **columns},
        )
    )


_of_customers(
    "profile.customer",
    "t.gender, t.birth_month, t.home_unit_id, t.owner_staff_id, t.joined_on, t.no_profiling,"
    " t.under_14, array_to_json(t.source_channels)",
    {
        "gender": "VARCHAR",
        "birth_month": "INTEGER",
        "home_unit_id": "VARCHAR",
        "owner_staff_id": "VARCHAR",
        "joined_on": "DATE",
        "no_profiling": "BOOLEAN",
        "under_14": "BOOLEAN",
        "source_channels": "VARCHAR[]",
    },
)
publish(
    Dataset(
        name="profile.seen",
        kind="customer",
        sources=("profile.seen", "identity.customer"),
        keys=CHANGED_CUSTOMERS,
        rows=_ROWS.replace("{select}", "t.last_seen_at").replace("{table}", "profile.seen")
        + " AND c.root_id = c.id AND c.state = 'live'",
        key_column="c.ordinal",
        columns={"customer_id": "INTEGER", "last_seen_at": "TIMESTAMPTZ"},
    )
)
_of_customers("profile.tag", "t.name, t.at", {"name": "VARCHAR", "at": "TIMESTAMPTZ"})
_of_customers(
    "profile.consent",
    "t.channel, t.purpose, t.state, t.at",
    {"channel": "VARCHAR", "purpose": "VARCHAR", "state": "VARCHAR", "at": "TIMESTAMPTZ"},
)
_of_customers("profile.friendship", "t.ended_at", {"ended_at": "TIMESTAMPTZ"})

# What values they have PostgreSQL is asked; this says of whom it has to be asked again.
_of_customers("profile.trait", "t.name", {"name": "VARCHAR"})
