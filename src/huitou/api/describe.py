"""The API's description without a database: what `openapi.json` and the typed client come from."""

from typing import Any

from fastapi import FastAPI

from huitou import wiring
from huitou.api import data_health, events, health, live, people, setup
from huitou.base.http import PROBLEM

_REFUSAL = {
    "type": "object",
    "required": ["code", "status", "detail", "params"],
    "properties": {
        "code": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "params": {"type": "object", "additionalProperties": {"type": "string"}},
    },
}


def description() -> dict[str, Any]:
    """OpenAPI of everything an outsider may call, each with the form of its refusals."""
    app = FastAPI(title="Huitou 回头", version="1")
    for own in (health, data_health, events, people, live, setup):
        app.include_router(own.router)
    for router in (*wiring.routers(), *wiring.edge_routers()):
        app.include_router(router)
    document = app.openapi()
    document.setdefault("components", {}).setdefault("schemas", {})["Refusal"] = _REFUSAL
    refused = {
        "description": "Refused",
        "content": {PROBLEM: {"schema": {"$ref": "#/components/schemas/Refusal"}}},
    }
    _answer_whole(document)
    for path in document["paths"].values():
        for operation in path.values():
            operation["responses"]["default"] = refused
            operation["responses"].pop("422", None)
    return document


def _answer_whole(document: dict[str, Any]) -> None:
    """Answers hold every field, also those a constructor may leave out; requests need not."""
    schemas: dict[str, Any] = document["components"]["schemas"]
    operations = [each for path in document["paths"].values() for each in path.values()]
    answered = _named(schemas, [each["responses"] for each in operations])
    asked = _named(schemas, [each.get("requestBody") for each in operations])
    for name in answered - asked:
        if "properties" in schemas[name]:
            schemas[name]["required"] = list(schemas[name]["properties"])


def _named(schemas: dict[str, Any], value: Any) -> set[str]:
    """The schemas referred to from here, and from those."""
    found: set[str] = set()
    waiting = [value]
    while waiting:
        each = waiting.pop()
        if isinstance(each, list):
            waiting += each
        elif isinstance(each, dict):
            name = str(each.get("$ref", "")).rpartition("/")[2]
            if name and name not in found:
                found.add(name)
                waiting.append(schemas[name])
            waiting += each.values()
    return found
