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
