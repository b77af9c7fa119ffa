"""What the mall asks of the outside: the product, who is visiting, and telling of its orders."""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import httpx2

from huitou.simulators.mall.store import Purchase, Sold, Store

SOURCE = "mall"
QUANTITY_MAX = 9
TIMEOUT_S = 10.0
HOLD_MINUTES = 30

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


@dataclass(frozen=True, slots=True)
class Quoted:
    """What a basket costs: its products and lines, how that comes about in sentences, and what Huitou is to be
    told when it is bought."""

    products: list[Product]
    lines: list[Sold]
    said: list[str]
    placed: Json | None

    @property
    def list_fen(self) -> int:
        return sum(line.list_fen for line in self.lines)

    @property
    def paid_fen(self) -> int:
        return sum(line.paid_fen for line in self.lines)


class Shop:
    """Sells what links lead to, at the visitor's own price, and tells Huitou of it."""

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

    def quote(self, pieces: Mapping[str, int], visitor: Visitor, promoter: str) -> Quoted:
        """What these products cost the visitor: as Huitou has it, or the list prices where it has no answer."""
        products = [self.product(sku) for sku in pieces]
        lines = [
            {
                "line_no": n,
                "sku": each.sku,
                "quantity": pieces[each.sku],
                "list_fen": each.price_fen,
            }
            for n, each in enumerate(products, 1)
        ]
        cart: Json = {"unit": self._place.unit, "lines": lines}
        customer = self._customer(visitor)
        if customer is not None:
            cart["customer"] = customer
        if promoter:
            cart["promoter"] = promoter
        best = self._ask("POST", "/v1/offers/best", json=cart)
        paid = {line["line_no"]: line["paid_fen"] for line in best["lines"]} if best else {}
        sold = [
            Sold(
                each.sku,
                each.name,
                pieces[each.sku],
                each.price_fen * pieces[each.sku],
                paid.get(n, each.price_fen * pieces[each.sku]),
            )
            for n, each in enumerate(products, 1)
        ]
        said = [step["zh"] for step in best["steps"] if step["off_fen"]] if best else []
        placed = cart | {"decision": best["decision"]} if best else None
        return Quoted(products, sold, said, placed)

    def buy(
        self, *, link: str, pieces: Mapping[str, int], nonce: str, promoter: str = ""
    ) -> Purchase:
        """Pay. The same nonce is the same order, however often it comes."""
        visitor = self.visitor(link, nonce)
        quoted = self.quote(pieces, visitor, promoter)
        now = self._now()
        digest = hashlib.sha256(nonce.encode()).hexdigest()[:10].upper()
        purchase = self._store.add(
            Purchase(
                nonce=nonce,
                order_no=f"M{now:%y%m%d}{digest}",
                link=link,
                lines=quoted.lines,
                placed=quoted.placed,
                paid_at=now.isoformat(),
                identifiers=visitor.identifiers,
            )
        )
        self._place_order(purchase)
        # Told again when the answer got lost: the event's id and content are those kept above.
        self._tell(self._paid(purchase))
        self._take_coupons(purchase)
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

    def _customer(self, visitor: Visitor) -> str | None:
        """As whom Huitou knows the visitor."""
        for each in visitor.identifiers:
            scope = f"@{each['scope']}" if each.get("scope") else ""
            told = {"identifier": f"{each['kind']}:{each['value']}{scope}"}
            found = self._ask("GET", "/v1/customers", params=told)
            if found:
                return str(found["id"])
        return None

    def _place_order(self, purchase: Purchase) -> None:
        """Huitou keeps how the price came about and counts it; the same order again is the same."""
        if purchase.placed is None:
            return
        body = purchase.placed | {"order_no": purchase.order_no, "payable_fen": purchase.paid_fen}
        if body["decision"]["coupons"]:
            body["hold_minutes"] = HOLD_MINUTES
        if self._ask("PUT", "/v1/offers/orders", json=body) is None:
            self._store.remove(purchase.nonce)
            raise Trouble(409, "优惠刚刚有变化，请返回重新下单")

    def _take_coupons(self, purchase: Purchase) -> None:
        if purchase.placed is not None and purchase.placed["decision"]["coupons"]:
            told = {"unit": self._place.unit, "order_no": purchase.order_no}
            self._ask("POST", "/v1/coupons/capture", json=told)

    def _paid(self, purchase: Purchase) -> Json:
        lines = [
            {
                "line_no": n,
                "sku": line.sku,
                "quantity": line.quantity * 1000,
                "list_fen": line.list_fen,
                "paid_fen": line.paid_fen,
            }
            for n, line in enumerate(purchase.lines, 1)
        ]
        properties = {
            "order_no": purchase.order_no,
            "lines": lines,
            "paid_fen": purchase.paid_fen,
            "shipping_fen": 0,
        }
        return self._event(purchase, "order.paid", purchase.paid_at, properties)

    def _refunded(self, purchase: Purchase) -> Json:
        assert purchase.refunded_at is not None
        lines = [
            {"line_no": n, "quantity": line.quantity * 1000, "refund_fen": line.paid_fen}
            for n, line in enumerate(purchase.lines, 1)
        ]
        properties = {
            "order_no": purchase.order_no,
            "refund_no": f"{purchase.order_no}-R",
            "lines": lines,
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
        response = self._send(method, path, **request)
        if response.status_code >= 400:
            raise Trouble(502, f"商城暂时不能下单（{response.status_code}）")
        answer: Json = response.json()
        return answer

    def _ask(self, method: str, path: str, **request: Any) -> Json | None:
        """The answer, or None where Huitou refuses."""
        response = self._send(method, path, **request)
        if response.status_code >= 500:
            raise Trouble(502, f"商城暂时不能下单（{response.status_code}）")
        answer: Json | None = response.json() if response.status_code < 400 else None
        return answer

    def _send(self, method: str, path: str, **request: Any) -> httpx2.Response:
        headers = {"Authorization": f"Bearer {self._place.api_key()}"}
        try:
            return self._http.request(
                method, self._place.api_url + path, headers=headers, **request
            )
        except httpx2.TransportError as error:
            raise Trouble(503, "网络不太好，请再试一次") from error
