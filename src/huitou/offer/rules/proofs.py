"""An order's proof as it is kept, and priced again. Pure."""

import hashlib
import json
from dataclasses import dataclass
from typing import Any

from pydantic import TypeAdapter

from huitou.offer.rules.pricing import price
from huitou.offer.types.carts import Cart, PriceProof, Rules

ENGINE = 1
"""The arithmetic of docs/offers.md; another number when it gives another fen for anything."""

_CART: TypeAdapter[Cart] = TypeAdapter(Cart)
_RULES: TypeAdapter[Rules] = TypeAdapter(Rules)
_PROOF: TypeAdapter[PriceProof] = TypeAdapter(PriceProof)


@dataclass(frozen=True, slots=True)
class Opened:
    """What was kept."""

    cart: Cart
    rules: Rules
    proof: PriceProof


def hash_of(rules: Rules) -> str:
    """SHA-256 of the rules as canonical JSON, in hexadecimal: the same rules, the same hash."""
    return hashlib.sha256(canonical(_RULES.dump_python(rules, mode="json"))).hexdigest()


def canonical(value: Any) -> bytes:
    """JSON with sorted names and nothing between them."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def kept(cart: Cart, rules: Rules, proof: PriceProof) -> dict[str, Any]:
    """As plain values, complete: `opened` gives the same back."""
    return {
        "cart": _CART.dump_python(cart, mode="json"),
        "rules": _RULES.dump_python(rules, mode="json"),
        "proof": _PROOF.dump_python(proof, mode="json"),
    }


def opened(document: dict[str, Any]) -> Opened:
    """What `kept` was given."""
    return Opened(
        _CART.validate_json(json.dumps(document["cart"])),
        _RULES.validate_json(json.dumps(document["rules"])),
        _PROOF.validate_json(json.dumps(document["proof"])),
    )


def replayed(found: Opened) -> PriceProof:
    """Priced again from what was kept; equal to the kept proof as long as `ENGINE` is the same."""
    return price(found.cart, found.rules, found.proof.decision)
