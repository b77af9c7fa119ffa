"""Who is treated, held out or left out. Pure."""

import hashlib
from collections.abc import Sequence
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
    "capacity": (
        "导购手上的任务已满，先给了更有价值的客户",
        "The associate has tasks enough: whoever brings more came first",
    ),
    "not_sent": ("导购没有发送", "The associate did not send it"),
    "taken_back": ("导购没有确认，已撤回", "Never confirmed by the associate, taken back"),
    "not_delivered": ("时限内没有送达", "Did not arrive in time"),
    "not_opened": ("时限内没有打开", "Not opened in time"),
    "not_bought": ("时限内没有购买", "Nothing bought in time"),
    "has_copy": ("已收到过一次，不再重复", "Has had one copy already"),
    "unsure": ("无法确定是否送达，不再补发", "Nobody knows whether it arrived: not sent again"),
    "worked_before": ("之前的一步后来成功了", "An earlier step worked after all"),
    "late": ("时限过后才成功", "It worked after its time was over"),
    "merged": ("与同一活动中的另一位客户合并", "Merged with somebody else in the campaign"),
    "dismissed": ("导购选择不发送", "The associate decided against it"),
    "bought": ("已购买", "Has bought meanwhile"),
    "campaign_ended": ("活动已结束", "The campaign was ended"),
    "failed": ("发送失败", "It failed"),
}
"""Our own reasons; the contact gate has its own sentences."""

CHANNEL_CODES = frozenset(
    {
        "no_consent",
        "not_friend",
        "no_address",
        "no_sender",
        "channel_off",
        "suppressed",
        "channel_cap",
        "quiet_hours",
        "no_associate",
        "owner_away",
        "capacity",
    }
)
"""Codes that speak of one channel; the gate's others forbid every channel today."""


def is_held_out(ordinal: int, salt: str, holdout_bp: int) -> bool:
    """Is this customer in the control group? The same answer for the same salt, for ever.

    The first 64 bits of SHA-256 over `salt:ordinal`, as a share of 10,000.
    """
    digest = hashlib.sha256(f"{salt}:{ordinal}".encode()).digest()
    return int.from_bytes(digest[:8], "big") % BASIS_POINTS < holdout_bp


def forbidden(person: Person, *, has_person_step: bool) -> str | None:
    """Why nothing may be done about this customer, whatever the channel. An associate writes to a
    customer for one campaign at a time; what goes by itself is up to the contact policy."""
    if person.is_forgotten:
        return "forgotten"
    if person.under_14:
        return "under_14"
    if person.no_profiling:
        return "no_profiling"
    if person.has_other_task and has_person_step:
        return "other_campaign"
    return None


def decide(
    person: Person,
    routes: Routes,
    *,
    has_person_step: bool,
    staff_id: UUID | None,
    has_enough: bool,
    unit_id: UUID | None,
    opportunity_id: UUID | None,
    salt: str,
    holdout_bp: int,
) -> Verdict:
    """What the campaign does about one customer, who is treated if any step reaches them now.

    `staff_id` is who would do the person step: the owner, or a colleague when the owner is away; `has_enough`: tasks already. The
    holdout is drawn last, among those who would be treated, so that both arms are alike.
    """
    reason = forbidden(person, has_person_step=has_person_step)
    if reason is not None:
        return Verdict(person.customer_id, "excluded", reason)
    codes = routes.codes
    if has_person_step and (staff_id is None or has_enough):
        missing = "no_associate" if person.owner_id is None else "owner_away"
        codes = ("capacity" if has_enough else missing, *codes[1:])
    if all(code is not None for code in codes):
        return Verdict(person.customer_id, "excluded", _nobody(codes), codes=codes)
    if is_held_out(person.ordinal, salt, holdout_bp):
        return Verdict(person.customer_id, "holdout", "holdout", codes=codes)
    if not has_person_step or codes[0] is not None:
        return Verdict(
            person.customer_id,
            "treated",
            codes[0],
            unit_id=person.unit_id,
            opportunity_id=opportunity_id,
            codes=codes,
            owner_id=person.owner_id,
        )
    return Verdict(
        person.customer_id,
        "treated",
        staff_id=staff_id,
        unit_id=unit_id,
        opportunity_id=opportunity_id,
        is_covered=staff_id != person.owner_id,
        codes=codes,
        owner_id=person.owner_id,
    )


def _nobody(codes: Sequence[str | None]) -> str:
    """Why no step reaches them: what forbids every channel before what speaks of one."""
    told = [code for code in codes if code is not None]
    return next((code for code in told if code not in CHANNEL_CODES), told[0])
