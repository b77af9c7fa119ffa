"""A brand with channels against simulators, and customers who can be reached."""

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

import pytest

from huitou.base.db import Database
from huitou.content import actions as contents
from huitou.content.types import Item
from huitou.event.types import Intake
from huitou.identity import reads as identities
from huitou.merchant import actions as merchants
from huitou.reach.types.gate import Candidate
from tests.adapters.sms_world import WORLD, World, simulator
from tests.adapters.wecom.serving import CORP, Sim, running
from tests.conftest import Brand

SECRET = "push-secret-0123456789"
Send = Callable[[Sequence[dict[str, Any]]], Intake]


@pytest.fixture(scope="module")
def sms() -> Iterator[World]:
    with simulator() as world:
        world.sim("/configure", {**WORLD, "is_limiting": False})
        yield world


@pytest.fixture(scope="module")
def wecom() -> Iterator[Sim]:
    with running() as sim:
        members = [{"userid": f"wc-a{no}", "name": no} for no in ("01", "02", "03", "12")]
        sim.order("members", members=members)
        yield sim


@dataclass
class Town:
    """A brand and ways to give it reachable customers."""

    db: Database
    brand: Brand
    send: Send
    drain: Callable[[], None]
    wecom: Sim | None = None

    def people(
        self, count: int, *, consents: Sequence[str] = ("sms",), staff: str = "wc-a01"
    ) -> list[UUID]:
        """Customers with a verified phone; friends of `staff` where WeCom is consented to."""
        found = []
        events: list[dict[str, Any]] = []
        phones = [f"139{uuid4().int % 10**8:08d}" for _ in range(count)]
        for phone in phones:
            who = [{"kind": "phone", "value": phone, "verified": True}]
            friend = {"kind": "external_userid", "value": f"wm{phone}", "scope": CORP["corp_id"]}
            if "wecom" in consents:
                who.append({**friend, "verified": True})
                events.append(self.event("contact.added", who, staff=staff))
                if self.wecom is not None:
                    self.wecom.befriend(staff, f"wm{phone}")
            events.append(self.event("member.joined", who))
            events += [
                self.event("consent.given", who, channel=c, purpose="marketing") for c in consents
            ]
        for start in range(0, len(events), 1000):
            self.send(events[start : start + 1000])
        self.drain()
        with self.db.read(self.brand.merchant.id) as tx:
            for phone in phones:
                customer = identities.find_by_identifier(tx, "phone", phone)
                assert customer is not None
                found.append(customer.id)
        return found

    def spend(self, people: Sequence[UUID], fen: Sequence[int]) -> None:
        """One order of each, of so much; none where it is 0."""
        with self.db.write(self.brand.merchant.id) as tx:
            tx.run(
                'INSERT INTO "order".total (merchant_id, customer_id, order_count, paid_fen, refunded_fen,'
                " first_paid_at, last_paid_at, stage)"
                " SELECT %(merchant)s, id, 1, fen, 0, %(now)s, %(now)s, 'new'"
                " FROM unnest(%(ids)s::uuid[], %(fen)s::bigint[]) AS t (id, fen) WHERE fen > 0",
                {"ids": list(people), "fen": list(fen)},
            )

    def phone(self, customer: UUID) -> str:
        with self.db.read(self.brand.merchant.id) as tx:
            return identities.address_of(tx, [customer], "phone")[customer].removeprefix("+86")

    def event(self, type: str, who: list[dict[str, Any]], **properties: Any) -> dict[str, Any]:
        return {
            "id": uuid4().hex,
            "type": type,
            "occurred_at": self.db.clock(),
            "source": "pos",
            "unit": "store-0401",
            "identifiers": who,
            "properties": properties,
        }

    def product_list(self) -> UUID:
        with self.db.write(self.brand.merchant.id) as tx:
            return contents.add_list(tx, "周末好物", [Item("milk", "您通常 12 天买一次")])

    def candidate(self, customer: UUID, **changes: Any) -> Candidate:
        fields: dict[str, Any] = {
            "channel": "sms",
            "content_key": uuid4().hex,
            "text": "您好",
            "params": {"name": "李女士", "link": "见链接"},
            "unit_id": self.brand.units["store-0401"].id,
        }
        return Candidate(customer_id=customer, **{**fields, **changes})


@pytest.fixture
def town(db: Database, brand: Brand, send: Send, drain: Callable[[], None]) -> Town:
    """Channels are configured but lead nowhere: for everything up to sending."""
    return _configured(Town(db, brand, send, drain), "http://127.0.0.1:9", "http://127.0.0.1:9")


@pytest.fixture
def live_town(
    db: Database, brand: Brand, send: Send, drain: Callable[[], None], sms: World, wecom: Sim
) -> Town:
    """Channels lead to the simulators."""
    return _configured(Town(db, brand, send, drain, wecom), sms.url, wecom.base_url)


def _configured(town: Town, sms_url: str, wecom_url: str) -> Town:
    sms_config = {
        "endpoint": sms_url,
        "access_key_id": "AKID_TEST",
        "access_key_secret": "SECRET_TEST",
        "sign_name": "回头",
        "template_code": "SMS_M",
        "text_variable": "name",
        "link_variable": "link",
        "receipt_secret": SECRET,
        "timeout_seconds": 5,
    }
    wecom_config = {
        **{name: CORP[name] for name in ("corp_id", "agent_id", "secret", "token")},
        "encoding_aes_key": CORP["encoding_aes_key"],
        "base_url": wecom_url,
    }
    with town.db.write(town.brand.merchant.id, principal="test") as tx:
        merchants.set_channel(tx, "sms", json.dumps(sms_config), is_simulated=True)
        merchants.set_channel(tx, "wecom", json.dumps(wecom_config), is_simulated=True)
        merchants.set_setting(tx, "site.url", "http://shop.test")
        merchants.set_setting(tx, "reach.gather_minutes", 0)
    return town
