"""The committed description of the API is the one the code gives."""

import json
from pathlib import Path

from huitou import wiring
from huitou.api.describe import description

ROOT = Path(__file__).parents[2]


def test_openapi_is_committed() -> None:
    wiring.wire()
    committed = json.loads((ROOT / "openapi.json").read_text(encoding="utf-8"))
    assert committed == json.loads(json.dumps(description())), "run `make openapi` and commit"


def test_every_operation_declares_refusals() -> None:
    for path, operations in description()["paths"].items():
        for verb, operation in operations.items():
            assert "default" in operation["responses"], f"{verb} {path}"


def test_every_answer_says_what_is_in_it() -> None:
    """So that the console's types, which are made from this, are exact."""
    grows_with_the_rooms = "/v1/customers/{customer_id}/export"
    for path, operations in description()["paths"].items():
        for verb, operation in operations.items():
            told = [
                response["content"]["application/json"]["schema"]
                for status, response in operation["responses"].items()
                if status.startswith("2") and "application/json" in response.get("content", {})
            ]
            if path != grows_with_the_rooms:
                assert all(schema.keys() & {"$ref", "anyOf", "items"} for schema in told), (
                    f"{verb} {path}"
                )


def test_answers_hold_every_field_and_requests_need_not() -> None:
    schemas = description()["components"]["schemas"]
    assert "measured_to" in schemas["Lift"]["required"]
    assert "params" not in schemas["TestIn"]["required"]
