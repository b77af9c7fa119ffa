"""Points and coupons given to many at once, each customer once for a key."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from huitou.base.db import Tx
from huitou.benefit.actions import coupons, points
from huitou.benefit.types.templates import NoTemplate

GIVEN = "issued"
NO_TEMPLATE = "no_template"


def give_points(
    tx: Tx, amounts: Sequence[tuple[str, UUID, int]], *, kind: str, ref_id: str, at: datetime
) -> None:
    """`(key, customer, points)` each; a key gives once for ever."""
    points.give(
        tx,
        [
            points.Gift(customer_id, count, key, ref_kind=kind, ref_id=ref_id, detail={})
            for key, customer_id, count in amounts
        ],
        kind=kind,
        at=at,
    )


def give_coupons(
    tx: Tx, template_id: UUID, customer_ids: Sequence[UUID], *, count: int, key: str
) -> dict[UUID, str]:
    """`count` coupons each; answers with what became of each customer's: `issued`, or the first
    reason why not (`no_template` where the template is gone)."""
    outcomes: dict[UUID, str] = {}
    for number in range(count):
        try:
            issued = coupons.issue(tx, template_id, customer_ids, key=f"{key}:{number}")
        except NoTemplate:
            return dict.fromkeys(customer_ids, NO_TEMPLATE)
        for answer in issued.answers:
            is_given = answer.outcome in (GIVEN, "already_has")
            outcome = GIVEN if is_given else answer.outcome
            if outcomes.get(answer.customer_id, GIVEN) == GIVEN:
                outcomes[answer.customer_id] = outcome
    return outcomes
