"""What the mall asks of the outside: the product, who is visiting, and telling of its orders."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import httpx2

from huitou.simulators.mall.store import Purchase, Store

SOURCE = "mall"
QUANTITY_MAX = 9
TIMEOUT_S = 10.0

Json = dict[str, Any]


class Trouble(Exception):
    """Something the customer should be told of, in words of a mall."""

    def __init__(self, status: int, text: str) -> None:
        super().__init__(text)
        self.status = status
        self.text = text


@dataclass(frozen=True, slots=True)
class Place:
    """Where the mall stands: Huitou's API, WeCom, and the scopes its identifiers have there.

    The key is asked for each time: in the demo it is made after the mall has started.
    """

    api_url: str
    api_key: Callable[[], str]
    wecom_url: str
    scope_openid: str
    scope_wecom: str
    unit: str


@dataclass(frozen=True, slots=True)
class Product:
    """What is for sale. `picture` is inline SVG, a URL, or empty."""

    sku: str
    name: str
    category: str
    price_fen: int
    picture: str


@dataclass(frozen=True, slots=True)
class Visitor:
    """Who is here; `name` is theirs in WeChat, None for somebody nobody knows."""

    name: str | None
    identifiers: list[Json]


class Shop:
    """Sells one product at a time and tells Huitou of it."""

    def __init__(self, place: Place, store: Store, now: Callable[[], datetime]) -> None:
        self._place = place
        self._store = store
        self._now = now
        self._http = httpx2.Client(trust_env=False, timeout=TIMEOUT_S)

    def product(self, sku: str) -> Product:
        """A product with its price, from Huitou's catalogue. Raises Trouble when not for sale."""
        found = self._api("GET", "/v1/products", params={"q": sku, "limit": 200})["items"]
        row = next((item for item in found if item["sku"] == sku), None)
        if row is None:
            raise Trouble(404, "这件商品不存在")
        if not row["is_listed"] or row["price_fen"] is None:
            raise Trouble(409, "这件商品暂时不卖")
        return Product(
            sku=sku,
            name=row["name"],
            category=row["category_name"],
            price_fen=row["price_fen"],
            picture=row["picture"] or "",
        )

    def visitor(self, link: str, nonce: str) -> Visitor:
        """Who opened the link: WeChat tells a mini-program, here the simulator does."""
        if link:
            answer = self._http.get(
                f"{self._place.wecom_url}/sim/recipient", params={"contains": link}
            )
            if answer.status_code == 200:
                return self._known(answer.json())
        openid = "o" + hashlib.sha256(nonce.encode()).hexdigest()[:27]
        scope = self._place.scope_openid
        return Visitor(None, [{"kind": "openid", "value": openid, "scope": scope}])

    def buy(self, *, link: str, sku: str, quantity: int, nonce: str) -> Purchase:
        """Pay. The same nonce is the same order, however often it comes."""
        product, visitor = self.product(sku), self.visitor(link, nonce)
        now = self._now()
        digest = hashlib.sha256(nonce.encode()).hexdigest()[:10].upper()
        purchase = self._store.add(
            Purchase(
                nonce=nonce,
                order_no=f"M{now:%y%m%d}{digest}",
                link=link,
                sku=sku,
                name=product.name,
                quantity=quantity,
                price_fen=product.price_fen,
                paid_at=now.isoformat(),
                identifiers=visitor.identifiers,
            )
        )
        # Told again when the answer got lost: the event's id and content are those kept above.
        self._tell(self._paid(purchase))
        return purchase

    def refund(self, order_no: str) -> Purchase:
        """Give everything back. The same order is refunded once."""
        purchase = self._store.refund(order_no, self._now().isoformat())
        if purchase is None:
            raise Trouble(404, "没有这笔订单")
        self._tell(self._refunded(purchase))
        return purchase

    def order(self, order_no: str) -> Purchase:
        """An order of before."""
        purchase = self._store.find(order_no)
        if purchase is None:
            raise Trouble(404, "没有这笔订单")
        return purchase

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def _known(self, person: Json) -> Visitor:
        scope = self._place.scope_wecom
        unionid = person["unionid"]
        identifiers = [
            {"kind": "external_userid", "value": person["external_userid"], "scope": scope}
        ]
        if unionid:
            identifiers.insert(0, {"kind": "unionid", "value": unionid})
        return Visitor(person["name"], identifiers)

    def _paid(self, purchase: Purchase) -> Json:
        line = {
            "line_no": 1,
            "sku": purchase.sku,
            "quantity": purchase.quantity * 1000,
            "list_fen": purchase.paid_fen,
            "paid_fen": purchase.paid_fen,
        }
        properties = {
            "order_no": purchase.order_no,
            "lines": [line],
            "paid_fen": purchase.paid_fen,
            "shipping_fen": 0,
        }
        return self._event(purchase, "order.paid", purchase.paid_at, properties)

    def _refunded(self, purchase: Purchase) -> Json:
        assert purchase.refunded_at is not None
        line = {
            "line_no": 1,
            "quantity": purchase.quantity * 1000,
            "refund_fen": purchase.paid_fen,
        }
        properties = {
            "order_no": purchase.order_no,
            "refund_no": f"{purchase.order_no}-R",
            "lines": [line],
            "refund_fen": purchase.paid_fen,
        }
        return self._event(purchase, "order.refunded", purchase.refunded_at, properties)

    def _event(self, purchase: Purchase, kind: str, at: str, properties: Json) -> Json:
        return {
            "id": f"{kind}:{purchase.order_no}",
            "type": kind,
            "occurred_at": at,
            "source": SOURCE,
            "unit": self._place.unit,
            "identifiers": purchase.identifiers,
            "properties": properties,
        }

    def _tell(self, event: Json) -> None:
        answer = self._api("POST", "/v1/events", json={"events": [event]})
        if answer["rejected"]:
            raise Trouble(502, f"收银台没有接受这笔订单（{answer['rejected'][0]['code']}）")

    def _api(self, method: str, path: str, **request: Any) -> Json:
        headers = {"Authorization": f"Bearer {self._place.api_key()}"}
        try:
            response = self._http.request(
                method, self._place.api_url + path, headers=headers, **request
            )
        except httpx2.TransportError as error:
            raise Trouble(503, "网络不太好，请再试一次") from error
        if response.status_code >= 400:
            raise Trouble(502, f"商城暂时不能下单（{response.status_code}）")
        answer: Json = response.json()
        return answer
