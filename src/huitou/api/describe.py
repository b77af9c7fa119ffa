"""The API's description without a database: what `openapi.json` and the typed client come from."""

from typing import Any

from fastapi import FastAPI

from huitou import wiring
from huitou.api import events, health, live, people, setup
from huitou.base.http import PROBLEM

_REFUSAL = {
    "type": "object",
    "required": ["code", "status", "detail", "params"],
    "properties": {
        "code": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "params": {"type": "object"},
    },
}


def description() -> dict[str, Any]:
    """OpenAPI of everything an outsider may call, each with the form of its refusals."""
    app = FastAPI(title="Huitou 回头", version="1")
    for router in (health.router, events.router, people.router, live.router, setup.router):
        app.include_router(router)
    for router in (*wiring.routers(), *wiring.edge_routers()):
        app.include_router(router)
    document = app.openapi()
    document.setdefault("components", {}).setdefault("schemas", {})["Refusal"] = _REFUSAL
    refused = {
        "description": "Refused",
        "content": {PROBLEM: {"schema": {"$ref": "#/components/schemas/Refusal"}}},
    }
    for path in document["paths"].values():
        for operation in path.values():
            operation["responses"]["default"] = refused
            operation["responses"].pop("422", None)
    return document
