"""The demo brand's stored value: a plan, customers who paid in and paid with it, and what waits for a
second person."""

from typing import Any

import httpx2

from huitou.demo.front_door import get, post

_PAID_IN = 60
_PAYING_EACH = 3
"""Every so many of those who paid in have paid their latest bill with it."""
_STEPS = (5_000, 10_000, 20_000)


def open_stored(api: httpx2.Client, unit: str) -> None:
    """Publish the plan, take money, pay bills with it, and ask for decisions. Repeatable."""
    _publish(api)
    customers = [each["id"] for each in get(api, "/v1/customers?limit=100")["items"][:_PAID_IN]]
    for place, customer in enumerate(customers):
        body = {"customer": customer, "unit": unit, "paid_fen": _STEPS[place % len(_STEPS)]}
        post(api, "/v1/recharges", {**body, "payment_no": f"DEMO-RECHARGE-{place:04}"})
    units = {each["id"]: each["code"] for each in get(api, "/v1/units")["items"]}
    for customer in customers[::_PAYING_EACH]:
        _pay_latest(api, customer, units)
    if len(customers) > 2 and not get(api, "/v1/approvals")["items"]:
        _ask(api, customers[1], customers[2], unit)


def _publish(api: httpx2.Client) -> None:
    plans = get(api, "/v1/stored-plans")["items"]
    if any(each["state"] == "published" for each in plans):
        return
    draft = next((each for each in plans if each["state"] == "draft"), None)
    draft = draft or post(api, "/v1/stored-plans", {"plan": PLAN})
    path = f"/v1/stored-plans/{draft['version']}/publish"
    post(api, path, {"revision": draft["revision"]})


def _pay_latest(api: httpx2.Client, customer: str, units: dict[str, str]) -> None:
    """The latest bill, as far as the balance goes; one that is paid stays as it is."""
    for order in get(api, f"/v1/customers/{customer}/orders?limit=1")["items"]:
        where = {"unit": units[order["unit_id"]], "order_no": order["order_no"]}
        has_fen = get(api, f"/v1/customers/{customer}/balance")["stored_fen"]
        fen = min(has_fen, order["paid_fen"])
        if fen > 0 and not get(api, f"/v1/orders/{order['id']}/payments"):
            body = {**where, "customer": customer, "order_fen": order["paid_fen"]}
            post(api, "/v1/payments", {**body, "stored_fen": fen})


def _ask(api: httpx2.Client, leaver: str, owed: str, unit: str) -> None:
    """A card given back, and points given by hand beyond what one person may."""
    post(api, "/v1/withdrawals", {"customer": leaver, "unit": unit, "reason": "客户搬家，退卡"})
    body = {"customer": owed, "asset": "points", "direction": "give", "amount": 20_000}
    post(api, "/v1/adjustments", {**body, "reason": "系统升级期间漏记积分，按小票补录"})


PLAN: dict[str, Any] = {
    "name": "回禾储值卡",
    "card": "named",
    "steps": [
        {"pay_fen": 5_000, "bonus_fen": 1_000},
        {"pay_fen": 10_000, "bonus_fen": 2_500},
        {"pay_fen": 20_000, "bonus_fen": 6_000},
    ],
    "bonus_days": 365,
    "spend_order": "pro_rata",
    "undo_days": 7,
    "withdrawal": {"take_back": "unearned", "fee_bp": 0},
    "terms": "本金永久有效，余额可随时申请退还；赠金不可提现，自赠送之日起一年内有效。",
}
