"""Campaigns from before there were steps: nobody's place is lost, nobody is written to again."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from psycopg.types.json import Jsonb

from huitou.base.crypto import MasterKey
from huitou.base.db import Database, Tx
from huitou.base.migrate import migrate
from huitou.base.pg import EmbeddedPostgres
from huitou.campaign import reads
from huitou.campaign.actions import advancing
from huitou.kernel.ids import new_id
from tests.conftest import Brand, make_brand
from tests.older import database_before, insert


@pytest.fixture
def old(cluster: EmbeddedPostgres, master: MasterKey) -> Iterator[tuple[Database, str]]:
    with database_before(281, cluster, master) as made:
        yield made


class Old:
    """Customers of one old campaign, each with a task and perhaps an SMS."""

    def __init__(
        self, tx: Tx, brand: Brand, *, state: str, fallback: dict[str, Any] | None
    ) -> None:
        self.tx, self.id, self.brand = tx, new_id(), brand
        self.deadline = tx.now + timedelta(hours=2)
        insert(
            tx,
            "campaign.campaign",
            id=self.id,
            name="旧",
            kind="care",
            source=Jsonb({}),
            goal="g",
            copy="{name}您好",
            product_mode="none",
            skus=[],
            deadline=self.deadline,
            fallback=Jsonb(fallback) if fallback else None,
            holdout_bp=0,
            salt="salt",
            state=state,
            created_by="test",
            created_at=tx.now,
            published_at=tx.now,
        )

    def customer(
        self, task: str | None, *, sms: str | None = None, code: str | None = None
    ) -> UUID:
        """With a task in this state, an SMS in that one, or a code instead of it."""
        tx, id_, staff = self.tx, new_id(), self.brand.staff["a-01"]
        ordinal = tx.value("SELECT count(*) + 1 FROM identity.customer")
        insert(tx, "identity.customer", id=id_, root_id=id_, ordinal=ordinal, created_at=tx.now)
        task_id = new_id() if task else None
        if task_id:
            insert(
                tx,
                "associate.task",
                id=task_id,
                campaign_id=self.id,
                customer_id=id_,
                first_customer_id=id_,
                staff_id=staff.id,
                unit_id=staff.unit_id,
                state=task,
                title="旧",
                reason=Jsonb({}),
                copy="",
                skus=[],
                categories=[],
                deadline=self.deadline,
                closes_at=self.deadline,
                created_at=tx.now,
            )
        message_id = new_id() if sms else None
        if message_id:
            insert(
                tx,
                "reach.message",
                id=message_id,
                customer_id=id_,
                first_customer_id=id_,
                channel="sms",
                purpose="marketing",
                campaign_id=self.id,
                content_key=f"campaign:{self.id}",
                state=sms,
                planned_at=tx.now,
                delivered_at=tx.now if sms == "delivered" else None,
            )
        insert(
            tx,
            "campaign.candidate",
            campaign_id=self.id,
            first_customer_id=id_,
            customer_id=id_,
            arm="treated",
            reason=None if task else "no_associate",
            task_id=task_id,
            message_id=message_id,
            fallback_code=code,
            at=tx.now,
        )
        return id_


def test_old_campaigns_go_on_where_they_were(old: tuple[Database, str]) -> None:
    db, dsn = old
    brand = make_brand(db)
    with db.write(brand.merchant.id, principal="test") as tx:
        live = Old(tx, brand, state="live", fallback={"text": "到货了", "grace_minutes": 30})
        people = {
            live.customer("open"): [(None, None)],
            live.customer(None): [(None, "no_associate")],
            live.customer("sent"): [("succeeded", None)],
            live.customer("fallback", sms="delivered"): [("late", "not_sent"), ("succeeded", None)],
            live.customer("fallback", sms="unknown"): [("late", "not_sent"), (None, None)],
            live.customer("expired", code="cap"): [("late", "not_sent"), ("blocked", "cap")],
            live.customer(None, sms="failed"): [
                ("blocked", "no_associate"),
                ("failed", "failed"),
            ],
        }
        over = Old(tx, brand, state="ended", fallback=None)
        closed = over.customer("cancelled")
        draft = Old(tx, brand, state="draft", fallback=None)
    migrate(dsn)
    with db.read(brand.merchant.id) as tx:
        shown = reads.get_campaign(tx, live.id)
        assert (shown.copy, shown.deadline, shown.copies) == ("{name}您好", live.deadline, "one")
        assert shown.closes_at == live.deadline + timedelta(minutes=30)
        assert shown.fallback and shown.fallback.text == "到货了"
        assert [step.deadline for step in shown.steps] == [live.deadline, None]
        plain = reads.get_campaign(tx, draft.id)
        assert (plain.fallback, len(plain.steps), plain.closes_at) == (
            None,
            1,
            draft.deadline + timedelta(minutes=60),
        )
        rows = reads.list_candidates(tx, live.id).items
        assert {
            row.customer_id: [(step.outcome, step.code) for step in row.steps] for row in rows
        } == people
        [row] = reads.list_candidates(tx, over.id).items
        assert row.customer_id == closed
        assert [(step.outcome, step.code) for step in row.steps] == [("stopped", "cancelled")]
        assert {step.due_at for row in rows for step in row.steps if step.step == 0} == {
            shown.closes_at
        }
    with db.write(brand.merchant.id, principal="test") as tx:
        advancing.advance_chunk(tx, campaign_id=str(live.id))
    with db.read(brand.merchant.id) as tx:
        assert tx.value("SELECT count(*) FROM reach.decision") == 0, "nobody's time is over yet"
