"""Steps the tests of campaigns and tasks share."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from huitou.campaign import reads
from huitou.campaign.actions import editing, publishing
from huitou.campaign.rules import chain
from huitou.campaign.types.plans import Campaign, Fallback, Plan, Source
from tests.rooms.reach.conftest import Town

SMS = Fallback("{name}您好，您常买的{products}到货了")
EVERYONE = {"v": 1, "all": [{"kind": "trait", "name": "joined_days", "op": "known"}]}


def plan(town: Town, **changes: Any) -> Plan:
    """A care task for everyone, a day long, then an SMS, nobody held out. `copy`, `deadline` and
    `fallback` are the steps' simple form."""
    simple: dict[str, Any] = {
        "copy": "{name}您好，{store}的{associate}给您留了{products}",
        "deadline": town.db.clock() + timedelta(days=1),
        "fallback": SMS,
    }
    simple.update({name: changes.pop(name) for name in tuple(simple) if name in changes})
    fields: dict[str, Any] = {
        "name": "乳制品关怀",
        "source": Source(rule=EVERYONE),
        "goal": "提醒补货",
        "product_mode": "personal",
        "skus": (),
        "steps": chain.simple(**simple),
        "holdout_bp": 0,
        "salt": "salt",
    }
    return Plan(**{**fields, **changes})


def published(town: Town, **changes: Any) -> Campaign:
    """A campaign that is live."""
    with town.db.write(town.brand.merchant.id, principal="test") as tx:
        draft = editing.add(tx, plan(town, **changes))
        publishing.publish(tx, draft.id)
    town.drain()
    return campaign(town, draft.id)


def campaign(town: Town, campaign_id: UUID) -> Campaign:
    with town.db.read(town.brand.merchant.id) as tx:
        return reads.get_campaign(tx, campaign_id)


def arms(town: Town, campaign_id: UUID) -> dict[UUID, tuple[str, str | None]]:
    """Customer → arm and reason."""
    with town.db.read(town.brand.merchant.id) as tx:
        rows = reads.list_candidates(tx, campaign_id, limit=200).items
    return {row.customer_id: (row.arm, row.reason) for row in rows}
