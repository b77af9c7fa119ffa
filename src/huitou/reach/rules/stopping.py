"""What an emergency stop holds back. Pure."""

from collections.abc import Iterable
from uuid import UUID

from huitou.reach.types.channels import CHANNELS
from huitou.reach.types.stops import BadStop, NewStop, Stop


def checked(new: NewStop) -> NewStop:
    """Refuses what names too little or too much: `BadStop`."""
    if (new.channel is not None) != (new.scope == "channel"):
        raise BadStop(zh="只有按渠道停发时填写渠道", en="channel: for the scope channel only")
    if (new.campaign_id is not None) != (new.scope == "campaign"):
        raise BadStop(zh="只有按计划停发时填写计划", en="campaign: for the scope campaign only")
    if new.channel is not None and new.channel not in CHANNELS:
        raise BadStop(zh=f"没有渠道 {new.channel}", en=f"no channel {new.channel}")
    if new.is_total and new.scope != "everything":
        raise BadStop(
            zh="只有全部停发才能连交易通知一起停", en="is_total: for the scope everything only"
        )
    return new


def holding(
    stops: Iterable[Stop],
    *,
    channel: str,
    campaign_id: UUID | None,
    purpose: str,
    is_test: bool = False,
) -> Stop | None:
    """The first of the stops in force that holds such a message back; None when it may go.

    What a customer has asked for (transactional), and what somebody sends to themselves as a test, waits for a total
    stop only.
    """
    is_exempt = is_test or purpose == "transactional"
    for stop in stops:
        if stop.is_total or (not is_exempt and _is_about(stop, channel, campaign_id)):
            return stop
    return None


def _is_about(stop: Stop, channel: str, campaign_id: UUID | None) -> bool:
    match stop.scope:
        case "everything":
            return True
        case "channel":
            return stop.channel == channel
        case "campaign":
            return stop.campaign_id == campaign_id
