"""Who is treated, held out or left out. Pure."""

import hashlib
from uuid import UUID

from huitou.campaign.types.candidates import Person, Routes, Verdict
from huitou.kernel.money import BASIS_POINTS

REASONS: dict[str, tuple[str, str]] = {
    "no_associate": ("没有专属导购", "Has no associate"),
    "no_profiling": ("客户关闭了个性化推荐", "The customer does not want to be profiled"),
    "under_14": ("客户未满 14 周岁", "The customer is under 14"),
    "other_campaign": (
        "正在另一个活动的任务中",
        "Is being contacted for another campaign",
    ),
    "holdout": ("对照组，不触达", "Held out as a control"),
    "owner_away": ("专属导购不在岗，门店也没有同事可以代发", "Associate away, nobody to cover"),
}
"""Our own reasons; the contact gate has its own sentences."""

PERSONAL_CODES = frozenset(
    {
        "no_consent",
        "not_friend",
        "no_address",
        "no_sender",
        "channel_off",
        "suppressed",
        "channel_cap",
        "quiet_hours",
    }
)
"""Codes of the gate that speak of WeCom only; others forbid every channel today."""


def is_held_out(ordinal: int, salt: str, holdout_bp: int) -> bool:
    """Is this customer in the control group? The same answer for the same salt, for ever.

    The first 64 bits of SHA-256 over `salt:ordinal`, as a share of 10,000.
    """
    digest = hashlib.sha256(f"{salt}:{ordinal}".encode()).digest()
    return int.from_bytes(digest[:8], "big") % BASIS_POINTS < holdout_bp


def forbidden(person: Person) -> str | None:
    """Why nothing may be done about this customer, whatever the channel."""
    if person.is_forgotten:
        return "forgotten"
    if person.under_14:
        return "under_14"
    if person.no_profiling:
        return "no_profiling"
    if person.has_other_task:
        return "other_campaign"
    return None


def decide(
    person: Person,
    routes: Routes,
    *,
    staff_id: UUID | None,
    unit_id: UUID | None,
    opportunity_id: UUID | None,
    salt: str,
    holdout_bp: int,
) -> Verdict:
    """What the campaign does about one customer.

    `staff_id` is who would do it: the owner, or a colleague when the owner is away. The holdout is
    drawn last, among those who would be treated, so that both arms are alike.
    """
    reason = forbidden(person)
    if reason is not None:
        return Verdict(person.customer_id, "excluded", reason)
    blocked = "no_associate" if staff_id is None else routes.wecom
    if staff_id is None and person.owner_id is not None:
        blocked = "owner_away"
    if blocked is not None:
        reason = _without_associate(blocked, routes)
        if reason is not None:
            return Verdict(person.customer_id, "excluded", reason)
    if is_held_out(person.ordinal, salt, holdout_bp):
        return Verdict(person.customer_id, "holdout", "holdout")
    if blocked is not None:
        return Verdict(person.customer_id, "treated", blocked, opportunity_id=opportunity_id)
    return Verdict(
        person.customer_id,
        "treated",
        staff_id=staff_id,
        unit_id=unit_id,
        opportunity_id=opportunity_id,
        is_covered=staff_id != person.owner_id,
    )


def _without_associate(blocked: str, routes: Routes) -> str | None:
    """Why the fallback cannot reach them either; None when it can."""
    if blocked not in PERSONAL_CODES and blocked not in ("no_associate", "owner_away"):
        return blocked
    if not routes.has_sms:
        return blocked
    if routes.sms is None:
        return None
    return routes.sms if routes.sms not in PERSONAL_CODES else blocked
