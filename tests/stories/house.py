"""A brand as it runs: the API and both simulators on sockets, people logged in, one clock for all."""

import json
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import httpx2
import pytest

from huitou.api import people
from huitou.api.app import create_app
from huitou.base.config import Config
from huitou.base.db import Database
from huitou.simulators.wecom.app import create_app as wecom_app
from tests.adapters.sms_world import WORLD, World
from tests.adapters.sms_world import simulator as sms_simulator
from tests.adapters.wecom.serving import CORP, PLAIN, Sim, eventually, serve
from tests.background import settle
from tests.conftest import Clock

PASSWORD = "a-long-password"
PUSH_SECRET = "push-secret-0123456789"
PHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) MicroMessenger/8.0.50"
UNITS = (
    ("region-1", "城东区", "region", "hq"),
    ("region-2", "城西区", "region", "hq"),
    ("store-0401", "城东一店", "store", "region-1"),
    ("store-0402", "城东二店", "store", "region-1"),
    ("store-0412", "城西店", "store", "region-2"),
    ("mall", "小程序商城", "online", "hq"),
)
STAFF = (
    ("r-1", "城东区经理", "region", "region-1"),
    ("m-0401", "城东一店店长", "manager", "store-0401"),
    ("m-0412", "城西店店长", "manager", "store-0412"),
    ("a-01", "林小满", "associate", "store-0401"),
    ("a-02", "周立夏", "associate", "store-0401"),
    ("a-12", "陈白露", "associate", "store-0412"),
)
PRODUCTS = (
    ("milk", "鲜牛奶", "dairy", "乳制品", 1_200),
    ("yogurt", "酸奶", "dairy", "乳制品", 800),
    ("cheese", "奶酪", "dairy", "乳制品", 2_500),
    ("bread", "吐司", "bakery", "烘焙", 900),
)


class Api:
    """Somebody who asks the product over HTTP."""

    def __init__(self, url: str, **options: Any) -> None:
        self.http = httpx2.Client(
            base_url=url, timeout=30, verify=PLAIN, trust_env=False, **options
        )

    def get(self, path: str, **query: Any) -> Any:
        answer = self.http.get(path, params=query)
        assert answer.status_code == 200, f"{path}: {answer.text}"
        return answer.json()

    def items(self, path: str, **query: Any) -> list[dict[str, Any]]:
        """Every item of a list, page after page."""
        found: list[dict[str, Any]] = []
        while True:
            page = self.get(path, **query)
            assert page.keys() == {"items", "next"}
            found += page["items"]
            if page["next"] is None:
                return found
            query["cursor"] = page["next"]

    def post(self, path: str, body: Any = None) -> Any:
        answer = self.http.post(path, json={} if body is None else body)
        assert answer.status_code < 300, f"{path}: {answer.text}"
        return answer.json() if answer.content else None

    def put(self, path: str, body: Any) -> Any:
        answer = self.http.put(path, json=body)
        assert answer.status_code < 300, f"{path}: {answer.text}"
        return answer.json()

    def patch(self, path: str, body: Any) -> Any:
        answer = self.http.patch(path, json=body)
        assert answer.status_code < 300, f"{path}: {answer.text}"
        return answer.json()

    def refused(self, method: str, path: str, body: Any = None) -> tuple[int, str]:
        """Status and code of the refusal, which is problem+json."""
        answer = self.http.request(method, path, json=body)
        assert answer.status_code >= 400, f"{path} was not refused: {answer.text}"
        assert answer.headers["content-type"] == "application/problem+json", answer.text
        problem = answer.json()
        assert problem.keys() == {"code", "status", "detail", "params"}
        assert problem["status"] == answer.status_code
        return answer.status_code, problem["code"]

    def close(self) -> None:
        self.http.close()


@dataclass
class Person:
    """A customer of the story, by what the outside world knows of them."""

    name: str
    phone: str
    external: str
    associate: str | None = None
    id: str = ""

    @property
    def by_phone(self) -> dict[str, Any]:
        return {"kind": "phone", "value": self.phone, "verified": True}

    @property
    def by_friend(self) -> dict[str, Any]:
        scope = CORP["corp_id"]
        return {
            "kind": "external_userid",
            "value": self.external,
            "scope": scope,
            "verified": True,
        }


class Live:
    """A page that stays open: the notes of one's event stream."""

    def __init__(self, api: Api) -> None:
        self.notes: list[dict[str, Any]] = []
        self._is_ready = threading.Event()
        self._thread = threading.Thread(target=self._listen, args=(api,), daemon=True)
        self._thread.start()
        assert self._is_ready.wait(10)

    def of(self, kind: str) -> list[dict[str, Any]]:
        return [note for note in list(self.notes) if note["kind"] == kind]

    def _listen(self, api: Api) -> None:
        try:
            with api.http.stream("GET", "/v1/stream") as response:
                for line in response.iter_lines():
                    if line == "event: ready":
                        self._is_ready.set()
                    if line.startswith("data: {") and line != "data: {}":
                        self.notes.append(json.loads(line.removeprefix("data: ")))
        except httpx2.HTTPError:
            return


@dataclass
class House:
    """The running product of one merchant."""

    db: Database
    clock: Clock
    url: str
    wecom: Sim
    sms: World
    merchant: UUID
    owner: Api
    key: Api
    people: dict[str, Api] = field(default_factory=dict)
    staff: dict[str, dict[str, Any]] = field(default_factory=dict)
    units: dict[str, dict[str, Any]] = field(default_factory=dict)

    def settle(self) -> None:
        """The worker's work, until nothing is left."""
        settle(self.db, self.merchant)

    def later(self, **by: float) -> None:
        """Time passes, for everybody; the worker follows."""
        self.clock.move(**by)
        self.settle()

    def send(self, *events: dict[str, Any]) -> dict[str, Any]:
        """`POST /v1/events`; the answer."""
        answer: dict[str, Any] = self.key.post("/v1/events", {"events": list(events)})
        return answer

    def take(self, *events: dict[str, Any]) -> None:
        """Events that are all accepted, and consumed."""
        for start in range(0, len(events), 500):
            part = events[start : start + 500]
            answer = self.send(*part)
            assert answer["accepted"] == len(part), answer
        self.settle()

    def event(
        self, type: str, who: Sequence[dict[str, Any]], at: datetime | None = None, **more: Any
    ) -> dict[str, Any]:
        """An event of the shop's till; `unit`, `source` and `id` may be named in `more`."""
        return {
            "id": more.pop("id", uuid4().hex),
            "type": type,
            "occurred_at": (at or self.clock.now).isoformat(),
            "source": more.pop("source", "pos"),
            "unit": more.pop("unit", "store-0401"),
            "identifiers": list(who),
            "properties": more,
        }

    def paid(
        self,
        who: Sequence[dict[str, Any]],
        lines: dict[str, int],
        at: datetime | None = None,
        **more: Any,
    ) -> dict[str, Any]:
        """`order.paid` with `lines`: SKU → fen."""
        listed = [
            {"line_no": n, "sku": sku, "quantity": 1000, "list_fen": fen, "paid_fen": fen}
            for n, (sku, fen) in enumerate(lines.items(), 1)
        ]
        number = more.pop("order_no", uuid4().hex[:16])
        return self.event(
            "order.paid",
            who,
            at,
            order_no=number,
            lines=listed,
            paid_fen=sum(lines.values()),
            **more,
        )

    def refunded(
        self, order_no: str, refund_no: str, lines: dict[int, int], **more: Any
    ) -> dict[str, Any]:
        """`order.refunded` with `lines`: line number → fen."""
        listed = [{"line_no": n, "quantity": 0, "refund_fen": f} for n, f in lines.items()]
        return self.event(
            "order.refunded",
            [],
            order_no=order_no,
            refund_no=refund_no,
            lines=listed,
            refund_fen=sum(lines.values()),
            **more,
        )

    def login(self, code: str, surface: str = "console") -> Api:
        """A member of staff at the console or the phone."""
        api = Api(self.url, headers={"X-Huitou-Surface": surface})
        api.post("/v1/session", {"login": code, "password": PASSWORD})
        return api

    def meet(self, person: Person, *consents: str, is_friend: bool = True) -> list[dict[str, Any]]:
        """A customer joins; as a friend through WeCom's own callback. Returns what the shop says."""
        events = [self.event("member.joined", [person.by_phone], method="counter")]
        if is_friend:
            assert person.associate is not None
            self.wecom.befriend(f"wc-{person.associate}", person.external, callback=True)
            both = [person.by_friend, person.by_phone]
            events.append(self.event("identity.bound", both, method="welcome_bound"))
        events += [
            self.event("consent.given", [person.by_phone], channel=c, purpose="marketing")
            for c in consents
        ]
        return events

    def find(self, person: Person) -> str:
        """The customer's id, by phone."""
        found = self.key.get("/v1/customers", identifier=f"phone:{person.phone}")
        person.id = found["id"]
        return person.id

    def inbox(self, person: Person) -> list[dict[str, Any]]:
        """The associates' messages in the customer's WeCom, greetings and notes left out."""
        messages = self.wecom.look(f"inbox/{person.external}")["messages"]
        return [message for message in messages if message["msgid"]]

    def texts(self, person: Person) -> list[str]:
        """The SMS the customer got."""
        return [message["content"] for message in self.sms.messages(person.phone)]

    def phone_page(self, link: str) -> Api:
        """A customer's phone, showing the page behind a link."""
        phone = Api(self.url, headers={"User-Agent": PHONE}, follow_redirects=True)
        answer = phone.http.get(link)
        assert answer.status_code == 200
        return phone


@pytest.fixture(scope="module")
def brand(db: Database, clock: Clock, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """A house for the tests of a module."""
    folder = tmp_path_factory.mktemp("house")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HUITOU_DATA", str(folder))
        with house(db, clock, folder) as made:
            yield made


@contextmanager
def house(db: Database, clock: Clock, folder: Path) -> Iterator[House]:
    """A brand set up over HTTP, as its owner does it. The clock begins in the past, at ten in the
    morning in Shanghai, and so stays behind the real one however the story moves it."""
    clock.now = (clock.now - timedelta(days=6)).replace(hour=2, minute=0, second=0, microsecond=0)
    _make_partitions(db, clock.now)
    people._logins.storage.reset()  # as in a process of its own, nobody has tried to log in yet
    wecom_now = wecom_app(None, lambda: clock.now.timestamp(), corp=CORP)
    app = create_app(db)
    app.state.config = Config.from_environment(data=str(folder))
    with serve(app) as url, serve(wecom_now) as wecom_url, sms_simulator() as sms:
        wecom = Sim(wecom_url)
        owner, merchant = _founded(url)
        key = owner.post("/v1/api-keys", {"name": "till", "permissions": _permissions(owner)})
        bearer = {"Authorization": f"Bearer {key['secret']}"}
        made = House(db, clock, url, wecom, sms, merchant, owner, Api(url, headers=bearer))
        made.people["hq"] = owner
        _furnish(made)
        try:
            yield made
        finally:
            for api in (*made.people.values(), made.key):
                api.close()
            wecom.close()


def _make_partitions(db: Database, now: datetime) -> None:
    with db.owner() as owner:
        owner.execute(
            "SELECT event.make_partition(%(now)s), event.make_partition(%(now)s + interval '7 days')",
            {"now": now},
        )


def _founded(url: str) -> tuple[Api, UUID]:
    owner = Api(url)
    assert owner.get("/v1/setup") == {"needed": True}
    answer = owner.post(
        "/v1/setup",
        {"merchant_name": "回禾超市", "name": "店主", "login": "owner", "password": PASSWORD},
    )
    return owner, UUID(answer["merchant"])


def _permissions(owner: Api) -> list[str]:
    permissions: list[str] = owner.get("/v1/me")["permissions"]
    return permissions


def _furnish(made: House) -> None:
    """Stores, staff with their logins, products, and both channels against the simulators."""
    hq = made.owner
    for code, name, kind, parent in UNITS:
        hq.post("/v1/units", {"code": code, "name": name, "kind": kind, "parent_code": parent})
    made.units = {unit["code"]: unit for unit in hq.items("/v1/units")}
    for code, name, role, unit in STAFF:
        body = {"code": code, "name": name, "role": role, "unit_code": unit}
        body |= {"wecom_user": f"wc-{code}", "login": code, "password": PASSWORD}
        made.staff[code] = hq.post("/v1/staff", body)
        made.people[code] = made.login(code, "phone")
    products = [
        {"sku": s, "name": n, "category": c, "category_name": cn, "price_fen": fen}
        for s, n, c, cn, fen in PRODUCTS
    ]
    hq.post("/v1/products", {"products": products})
    members = [{"userid": f"wc-{code}", "name": name} for code, name, *_ in STAFF]
    made.wecom.order("members", members=members)
    callback = f"{made.url}/callbacks/wecom/{made.merchant}"
    made.wecom.order("corp", callback_url=callback, callback_timeout_s=10.0)
    named = ("corp_id", "agent_id", "secret", "token", "encoding_aes_key")
    wecom = {name: CORP[name] for name in named} | {"base_url": made.wecom.base_url}
    assert hq.put("/v1/channels/wecom", {"config": wecom})["is_simulated"]
    assert made.wecom.order("callback/verify")["is_verified"]
    push = f"{made.url}/callbacks/sms/{made.merchant}/{PUSH_SECRET}"
    pushes = {"report_url": f"{push}/report", "up_url": f"{push}/up", "is_limiting": False}
    made.sms.sim("/configure", {**WORLD, **pushes})
    sms = {
        "endpoint": made.sms.url,
        "access_key_id": "AKID_TEST",
        "access_key_secret": "SECRET_TEST",
        "sign_name": "回头",
        "template_code": "SMS_M",
        "text_variable": "name",
        "link_variable": "link",
        "receipt_secret": PUSH_SECRET,
    }
    assert hq.put("/v1/channels/sms", {"config": sms})["is_simulated"]


def until(house: House, is_so: Callable[[], object]) -> None:
    """Wait for what comes back over a socket; the worker works meanwhile."""

    def settled() -> object:
        house.settle()
        return is_so()

    eventually(settled)
