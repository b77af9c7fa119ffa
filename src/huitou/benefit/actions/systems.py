"""Points that other systems give and take: a game, a partner's till, a service desk."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from huitou.base.db import ReadTx
from huitou.benefit.reads import points as reads
from huitou.benefit.rules import points as rules
from huitou.benefit.store import ledger as store
from huitou.benefit.types.ledger import POINTS, SYSTEM, Leg, Posting, Terms
from huitou.benefit.types.points import BadPointsEnd, OnlySystems
from huitou.merchant import reads as merchants
from huitou.profile import reads as profiles


@dataclass(frozen=True, slots=True)
class Movement:
    """`points` (signed) to a customer, once for `key`; `reason` is what the customer reads. What is given ends at
    `expires_at`, or as the plan in force says, or never where there is none."""

    customer_id: UUID
    points: int
    reason: str
    expires_at: datetime | None
    key: str
    request_hash: bytes


def posting_of(tx: ReadTx, movement: Movement) -> Posting:
    """What an API key asks for, to be posted alone.

    Refuses `points.only_systems`, `points.bad_end`, `identity.no_such_customer`.
    """
    if not tx.principal.startswith("key:"):
        raise OnlySystems()
    return Posting(
        _key_of(movement),
        SYSTEM,
        "api_key",
        tx.principal.removeprefix("key:"),
        tx.now,
        (
            Leg(
                "customer",
                profiles.get_visible_root(tx, movement.customer_id),
                POINTS,
                movement.points,
                _terms(tx, movement),
            ),
            Leg("merchant", tx.merchant, POINTS, -movement.points),
        ),
        {"reason": movement.reason},
        request_hash=movement.request_hash,
    )


def _key_of(movement: Movement) -> str:
    """The ledger's."""
    return f"{SYSTEM}:{movement.key}"


def _terms(tx: ReadTx, movement: Movement) -> Terms | None:
    ends = movement.expires_at
    if ends is not None:
        # Whoever asks again after the end gets the first answer.
        is_over = ends <= tx.now and not store.find_posted(tx, [_key_of(movement)])
        if movement.points < 0 or is_over:
            raise BadPointsEnd()
        return Terms(tx.now, ends)
    plan = reads.find_plan(tx) if movement.points > 0 else None
    if plan is None:
        return None
    return rules.event_terms_of(plan.document, tx.now, merchants.get_merchant(tx).zone)
