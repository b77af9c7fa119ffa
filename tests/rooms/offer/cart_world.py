"""Published offers, carts and customers for the tests of carts and orders."""

from typing import Any

from fastapi.testclient import TestClient


def offer(client: TestClient, name: str, terms: dict[str, Any], **fields: Any) -> str:
    """A published offer; its id. One person may publish whatever it costs."""
    client.put("/v1/settings/offer.approval_fen", json={"value": 0})
    document = {"name": name, "terms": terms, **fields}
    added = client.post("/v1/offers", json=document)
    assert added.status_code == 201, added.text
    id_: str = added.json()["id"]
    published = client.post(f"/v1/offers/{id_}/publish", json={"version": 1})
    assert published.status_code == 200, published.text
    return id_


def off(at_least: int, off_fen: int, **fields: Any) -> dict[str, Any]:
    """满减."""
    tiers = [{"at_least": at_least, "off_fen": off_fen}]
    return {"kind": "activity", "tiers": tiers, **fields}


def cart(*lines: tuple[str, int, int], **fields: Any) -> dict[str, Any]:
    """Lines of (SKU, quantity, list price) at a store."""
    told = [
        {"line_no": n, "sku": sku, "quantity": quantity, "list_fen": fen}
        for n, (sku, quantity, fen) in enumerate(lines, 1)
    ]
    return {"unit": "store-0401", "lines": told, "budget_ms": 500, **fields}


def best(client: TestClient, body: dict[str, Any]) -> dict[str, Any]:
    """The answer of /best, after making sure that it adds up and that pricing it again gives the same."""
    answer = client.post("/v1/offers/best", json=body)
    assert answer.status_code == 200, answer.text
    priced: dict[str, Any] = answer.json()
    adds_up(priced)
    again = {name: value for name, value in body.items() if name not in ("pinned", "refused")}
    repeated = client.post("/v1/offers/price", json=again | {"decision": priced["decision"]})
    assert repeated.status_code == 200, repeated.text
    for name in ("payable_fen", "lines", "steps", "gifts", "decision", "rules_hash"):
        assert repeated.json()[name] == priced[name]
    return priced


def adds_up(priced: dict[str, Any]) -> None:
    """Lines and shipping are what is payable; every line its pieces."""
    paid = sum(line["paid_fen"] for line in priced["lines"])
    assert paid + priced["shipping_fen"] == priced["payable_fen"]
    for line in priced["lines"]:
        assert sum(line["by_piece"]) == line["paid_fen"]
        assert len(line["by_piece"]) == line["quantity"]


def why(priced: dict[str, Any]) -> dict[str, str]:
    """Why each instrument is not used, by id."""
    return {each["id"]: each["code"] for each in priced["unused"]}
