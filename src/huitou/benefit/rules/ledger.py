"""What a posting is, and how an original is taken back in parts. Pure."""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from uuid import UUID

from huitou.benefit.types.ledger import (
    UNBOUNDED,
    Leg,
    ManyAssets,
    OverReversed,
    Posting,
    Reversal,
    Unbalanced,
)
from huitou.kernel.ids import derived_id
from huitou.kernel.money import split
from huitou.kernel.time import rfc3339

LegKey = tuple[str, UUID, str]


def checked(posting: Posting) -> Posting:
    """Refuses legs that do not sum to zero for each asset, that are empty, or an empty posting."""
    sums: dict[str, int] = {}
    for leg in posting.legs:
        if leg.amount == 0:
            raise Unbalanced(key=posting.idempotency_key)
        sums[leg.asset] = sums.get(leg.asset, 0) + leg.amount
    if not sums or any(sums.values()):
        raise Unbalanced(key=posting.idempotency_key)
    return posting


def account_id(merchant: UUID, leg: Leg) -> UUID:
    """An account's id follows from whose it is, so that locks sort the same everywhere."""
    return derived_id(
        "benefit.account", str(merchant), leg.owner_kind, str(leg.owner_id), leg.asset
    )


def floor_of(leg: Leg) -> int | None:
    """How low the account may go; None is without end."""
    return None if leg.owner_kind == "merchant" or leg.asset in UNBOUNDED else 0


def posting_hash(posting: Posting) -> bytes:
    """32 bytes that are equal for the same posting only."""
    return _hash(
        posting.kind,
        posting.ref_kind,
        posting.ref_id,
        rfc3339(posting.at),
        posting.may_overdraw,
        posting.detail,
        sorted((leg.owner_kind, str(leg.owner_id), leg.asset, leg.amount) for leg in posting.legs),
    )


def reversal_hash(reversal: Reversal) -> bytes:
    """32 bytes that are equal for the same reversal only, whatever was left when it came."""
    return _hash(
        "reversal",
        str(reversal.original_id),
        rfc3339(reversal.at),
        reversal.amount,
        reversal.detail,
    )


def reversal_legs(
    given: Sequence[Leg], taken_back: Iterable[Leg], amount: int | None
) -> tuple[Leg, ...]:
    """The legs that take `amount` (None: all that is left) of `given` back.

    `taken_back` are the legs of the earlier reversals. Parts are cut from the cumulated amount, so
    that however an original is taken back in steps, the steps together are exactly the original.
    Refuses more than is left, and a part of a transaction of several assets.
    """
    original = _summed(given)
    before = _summed(taken_back)
    if amount is None:
        target = {key: -value for key, value in original.items()}
    else:
        if len({asset for _, _, asset in original}) > 1:
            raise ManyAssets()
        size = sum(value for value in original.values() if value > 0)
        cumulated = amount + sum(value for key, value in before.items() if original[key] < 0)
        if amount <= 0 or cumulated > size:
            raise OverReversed(left=size - cumulated + amount)
        target = _cut(original, cumulated)
    legs = tuple(
        Leg(kind, owner, asset, value - before.get((kind, owner, asset), 0))  # type: ignore[arg-type]
        for (kind, owner, asset), value in target.items()
        if value != before.get((kind, owner, asset), 0)
    )
    if not legs:
        raise OverReversed(left=0)
    return legs


def _summed(legs: Iterable[Leg]) -> dict[LegKey, int]:
    sums: dict[LegKey, int] = {}
    for leg in legs:
        key = (leg.owner_kind, leg.owner_id, leg.asset)
        sums[key] = sums.get(key, 0) + leg.amount
    return {key: value for key, value in sums.items() if value}


def _cut(original: Mapping[LegKey, int], cumulated: int) -> dict[LegKey, int]:
    target: dict[LegKey, int] = {}
    for sign in (1, -1):
        side = [key for key, value in original.items() if value * sign > 0]
        parts = split(cumulated, [original[key] * sign for key in side])
        target.update((key, -sign * part) for key, part in zip(side, parts, strict=True))
    return target


def _hash(*body: object) -> bytes:
    text = json.dumps(body, ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=str)
    return hashlib.sha256(text.encode()).digest()
