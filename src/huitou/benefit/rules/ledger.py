"""What a posting is, and how an original is taken back in parts. Pure."""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal
from uuid import UUID

import msgspec

from huitou.benefit.types.ledger import (
    LOTTED,
    UNBOUNDED,
    BadAmount,
    Holding,
    Leg,
    ManyAssets,
    OverReversed,
    OwnerKind,
    Posting,
    Reversal,
    Unbalanced,
)
from huitou.kernel.ids import derived_id
from huitou.kernel.money import split
from huitou.kernel.time import rfc3339

LegKey = tuple[OwnerKind, UUID, str]
Mode = Literal["plain", "give", "back", "take", "claw", "capture"]

_ENCODER = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=str)

AMOUNT_MAX = 10**12
"""Ten billion yuan, or a trillion points: more is a mistake, and sums stay far from overflow."""


@dataclass(frozen=True, slots=True)
class Part:
    """A part of one side of an original: the account it moved, and the lot."""

    key: LegKey
    lot_id: UUID | None
    size: int


def checked(posting: Posting) -> Posting:
    """Refuses legs that do not sum to zero for each asset, that are empty or huge, or an empty
    posting."""
    sums: dict[str, int] = {}
    for leg in posting.legs:
        if leg.amount == 0:
            raise Unbalanced(key=posting.idempotency_key)
        if abs(leg.amount) > AMOUNT_MAX:
            raise BadAmount(most=AMOUNT_MAX)
        sums[leg.asset] = sums.get(leg.asset, 0) + leg.amount
    if not sums or any(sums.values()):
        raise Unbalanced(key=posting.idempotency_key)
    return posting


def account_id(merchant: UUID, leg: Leg) -> UUID:
    """An account's id follows from whose it is, so that locks sort the same everywhere."""
    if leg.owner_kind == "merchant":
        return _contra_id(merchant, leg.owner_id, leg.asset)
    return derived_id(*_place(merchant), leg.owner_kind, str(leg.owner_id), leg.asset)


@lru_cache(maxsize=1_000)
def _contra_id(merchant: UUID, owner_id: UUID, asset: str) -> UUID:
    return derived_id(*_place(merchant), "merchant", str(owner_id), asset)


@lru_cache(maxsize=1_000)
def _place(merchant: UUID) -> tuple[str, str]:
    return "benefit.account", str(merchant)


def checked_amount(amount: int) -> int:
    """A positive amount within reason. Refuses BadAmount."""
    if not 1 <= amount <= AMOUNT_MAX:
        raise BadAmount(most=AMOUNT_MAX)
    return amount


def has_lots(owner_kind: str, asset: str) -> bool:
    """Is this kept in lots? Only what customers have is."""
    return owner_kind == "customer" and asset in LOTTED


def mode_of(leg: Leg) -> Mode:
    """How the ledger moves it."""
    if not has_lots(leg.owner_kind, leg.asset):
        return "plain"
    if leg.amount > 0:
        return "give" if leg.lot_id is None else "back"
    if leg.hold_id is not None:
        return "capture"
    return "take" if leg.lot_id is None else "claw"


def floor_of(leg: Leg) -> int | None:
    """How low the account may go; None is without end. Of lots, what is missing is owed."""
    if leg.owner_kind == "merchant" or leg.asset in UNBOUNDED or mode_of(leg) != "plain":
        return None
    return 0


def posting_hash(posting: Posting) -> bytes:
    """32 bytes that are equal for the same posting only."""
    return _hash(
        posting.kind,
        posting.ref_kind,
        posting.ref_id,
        rfc3339(posting.at),
        posting.may_overdraw,
        _raw(posting.detail),
        sorted(_leg_body(leg) for leg in posting.legs),
    )


def holding_hash(holding: Holding) -> bytes:
    """32 bytes that are equal for the same hold only."""
    return _hash(
        "hold",
        str(holding.customer_id),
        holding.asset,
        holding.amount,
        holding.ref_kind,
        holding.ref_id,
    )


def reversal_hash(reversal: Reversal) -> bytes:
    """32 bytes that are equal for the same reversal only, whatever was left when it came."""
    return _hash(
        "reversal",
        str(reversal.original_id),
        rfc3339(reversal.at),
        reversal.amount,
        _raw(reversal.detail),
    )


def reversal_legs(
    given: Sequence[Leg], taken_back: Iterable[Leg], amount: int | None
) -> tuple[Leg, ...]:
    """The legs that take `amount` (None: all that is left) of `given` back.

    `given` are the original's entries in their order, `taken_back` those of the earlier reversals.
    Steps are cut from the cumulated amount, so that however an original is taken back, the steps
    together are exactly the original. What was paid out of lots goes back as if the last taken had
    not been; what was given is taken from the lot it made.
    Refuses more than is left, and a part of a transaction of several assets.
    """
    original, before = _summed(given), _summed(taken_back)
    if amount is None:
        steps = {key: -value - before.get(key, 0) for key, value in original.items()}
        legs = [leg for asset in _assets(original) for leg in _rest(given, before, steps, asset)]
    else:
        if len(_assets(original)) > 1:
            raise ManyAssets()
        size = sum(value for value in original.values() if value > 0)
        done = sum(value for key, value in before.items() if original[key] < 0)
        if amount <= 0 or done + amount > size:
            raise OverReversed(left=size - done)
        legs = [
            leg for sign in (1, -1) for leg in _step(given, original, before, sign, done, amount)
        ]
    if not legs:
        raise OverReversed(left=0)
    return tuple(legs)


def _rest(
    given: Sequence[Leg], before: Mapping[LegKey, int], steps: Mapping[LegKey, int], asset: str
) -> list[Leg]:
    legs = []
    for sign in (1, -1):
        parts = _parts(given, sign, asset)
        done = sum(abs(before.get(key, 0)) for key in {part.key for part in parts})
        if _has_lots(parts):
            size = sum(part.size for part in parts)
            legs += _laid_back(parts, sign, done, size - done)
        else:
            keys = dict.fromkeys(part.key for part in parts)
            legs += [_leg(key, steps[key]) for key in keys if steps[key]]
    return legs


def _step(
    given: Sequence[Leg],
    original: Mapping[LegKey, int],
    before: Mapping[LegKey, int],
    sign: int,
    done: int,
    amount: int,
) -> list[Leg]:
    parts = _parts(given, sign)
    if _has_lots(parts):
        return _laid_back(parts, sign, done, amount)
    keys = [key for key, value in original.items() if value * sign > 0]
    shares = split(done + amount, [original[key] * sign for key in keys])
    moved = {
        key: -sign * share - before.get(key, 0) for key, share in zip(keys, shares, strict=True)
    }
    return [_leg(key, value) for key, value in moved.items() if value]


def _parts(given: Sequence[Leg], sign: int, asset: str | None = None) -> list[Part]:
    """What the accounts on one side (1: that received, -1: that gave) moved, in order, by lot.

    An account that owed paid it out of what it received: that nets out, and the lot counts whole.
    """
    totals = _summed(given)
    in_lots = {_key(leg) for leg in given if leg.lot_id is not None and leg.amount > 0}
    sizes: dict[tuple[LegKey, UUID | None], int] = {}
    for leg in given:
        key = _key(leg)
        if asset not in (None, leg.asset) or totals.get(key, 0) * sign <= 0:
            continue
        pays_debt = sign > 0 and leg.lot_id is None and key in in_lots
        if leg.amount * sign > 0 and not pays_debt:
            slot = (key, leg.lot_id)
            sizes[slot] = sizes.get(slot, 0) + leg.amount * sign
    return [Part(key, lot_id, size) for (key, lot_id), size in sizes.items()]


def _laid_back(parts: Sequence[Part], sign: int, done: int, amount: int) -> list[Leg]:
    """Parts from the last to the first on a line; the step covers `[done, done + amount)` of it."""
    legs, start = [], 0
    for part in reversed(parts):
        end = start + part.size
        size = min(end, done + amount) - max(start, done)
        if size > 0:
            legs.append(_leg(part.key, -sign * size, part.lot_id))
        start = end
    return legs


def _leg(key: LegKey, amount: int, lot_id: UUID | None = None) -> Leg:
    kind, owner, asset = key
    return Leg(kind, owner, asset, amount, lot_id=lot_id)


def _key(leg: Leg) -> LegKey:
    return leg.owner_kind, leg.owner_id, leg.asset


def _has_lots(parts: Iterable[Part]) -> bool:
    return any(has_lots(kind, asset) for kind, _, asset in (part.key for part in parts))


def _assets(sums: Mapping[LegKey, int]) -> list[str]:
    return list(dict.fromkeys(asset for _, _, asset in sums))


def _summed(legs: Iterable[Leg]) -> dict[LegKey, int]:
    sums: dict[LegKey, int] = {}
    for leg in legs:
        sums[_key(leg)] = sums.get(_key(leg), 0) + leg.amount
    return {key: value for key, value in sums.items() if value}


def _leg_body(leg: Leg) -> tuple[object, ...]:
    body: tuple[object, ...] = (leg.owner_kind, leg.owner_id, leg.asset, leg.amount)
    if leg.terms is not None:
        body += (rfc3339(leg.terms.active_at), rfc3339(leg.terms.expires_at))
    if leg.lot_id is not None or leg.hold_id is not None:
        body += (str(leg.lot_id), str(leg.hold_id))
    return body


def _hash(*body: object) -> bytes:
    return hashlib.sha256(msgspec.json.encode(body)).digest()


def _raw(detail: Mapping[str, object]) -> msgspec.Raw:
    """As it was always written: hashes are kept, and what a detail may hold has other texts in JSON of
    another writer."""
    return msgspec.Raw(_ENCODER.encode(detail).encode() if detail else b"{}")
