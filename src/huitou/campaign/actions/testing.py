"""Trying a campaign's words on oneself: through the real channel, marked, of no customer."""

import re
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

from huitou.base.db import ReadTx, Tx
from huitou.campaign import reads
from huitou.campaign.actions import deciding
from huitou.campaign.store import tests as store
from huitou.campaign.types.candidates import Verdict
from huitou.campaign.types.plans import NoCandidates, Plan, Step
from huitou.campaign.types.tests import BadTestTarget, NoSuchStep, TestSent, TooManyTests
from huitou.content import reads as texts
from huitou.content.types import Filling, TextChannel
from huitou.kernel.personal import Personal
from huitou.merchant import actions as merchant
from huitou.merchant import reads as merchants
from huitou.reach.actions import messages as reach
from huitou.reach.reads import messages as reaching
from huitou.reach.types.channels import ADDRESS_KINDS
from huitou.reach.types.messages import NoChannel

MARK = "【测试】"
AN_HOUR = 10
"""Tests a person may send within an hour."""
_LOOKED_AT = 50
"""Candidates among whom the sample is looked for."""
_ADDRESSES = {
    "phone": re.compile(r"(\+86)?1[3-9]\d{9}"),
    "openid": re.compile(r"[A-Za-z0-9_-]{6,128}"),
    "card": re.compile(r"[\x21-\x7e]{1,64}"),
}


def send(
    tx: Tx,
    campaign_id: UUID,
    channel: str,
    *,
    staff_id: UUID | None = None,
    address: str | None = None,
) -> TestSent:
    """Send what the campaign says on `channel` to an employee (WeCom: as a card) or to an address.

    The placeholders are a candidate's, with the name masked. It is counted nowhere and credited to nobody.
    Refuses NoSuchCampaign, NoSuchStep, NoChannel, BadTestTarget, TooManyTests, NoCandidates.
    """
    stored = reads.get_stored(tx, campaign_id)
    plan = reads.plan_of(stored)
    step = _step(plan, channel)
    if reaching.carrier_of(tx, channel) is None:
        raise NoChannel(channel=channel)
    _check_rate(tx)
    sample, form = _sample(tx, plan, campaign_id), _form(channel)
    text = MARK + texts.fill(step.text, sample, form)
    params = {name: texts.fill(value, sample, form) for name, value in step.params.items()}
    if channel == "wecom":
        if staff_id is None or not merchants.get_staff(tx, staff_id).wecom_user:
            raise BadTestTarget()
        test_id = reach.notify_staff(tx, staff_id, MARK + stored.name, text, "/")
    else:
        pattern = _ADDRESSES[ADDRESS_KINDS[channel]]
        if address is None or not pattern.fullmatch(address):
            raise BadTestTarget()
        test_id = reach.add_test(
            tx, channel, text, address, params, template=step.template, link=_link(tx, plan)
        )
    store.add_test(tx, test_id, campaign_id, channel)
    merchant.audit(tx, "campaign.tested", f"campaign:{campaign_id}", channel=channel)
    return TestSent(test_id, channel, text)


def _step(plan: Plan, channel: str) -> Step:
    """The first step on a channel."""
    for step in plan.steps:
        if step.channel == channel:
            return step
    raise NoSuchStep()


def _check_rate(tx: Tx) -> None:
    tx.lock(f"campaign.test:{tx.principal}")
    if store.count_own(tx, tx.now - timedelta(hours=1)) >= AN_HOUR:
        raise TooManyTests(most=AN_HOUR)


def _sample(tx: ReadTx, plan: Plan, campaign_id: UUID) -> Filling:
    """What the placeholders stand for with a candidate who would get it, or else the first."""
    audience = deciding.audience(tx, plan.source)[:_LOOKED_AT]
    if not audience:
        raise NoCandidates()
    verdicts = deciding.decide(tx, plan, audience, {}, campaign_id)
    treated = [v for v in verdicts if v.arm == "treated"]
    chosen: Verdict = min(treated or verdicts, key=lambda v: v.staff_id is None)
    named = replace(chosen, staff_id=chosen.staff_id or chosen.owner_id)
    filling = deciding.filling_of(tx, plan, named)
    says_nothing = len(filling.name) < 2  # 亲
    return filling if says_nothing else replace(filling, name=Personal(filling.name).masked)


def _link(tx: ReadTx, plan: Plan) -> dict[str, str] | None:
    """A link where the real message has one, to the site itself: a customer's own page is not shown."""
    url = merchants.setting(tx, "site.url")
    if plan.product_mode == "none" or not url:
        return None
    return {"title": MARK + plan.name, "description": plan.goal, "url": str(url)}


def _form(channel: str) -> TextChannel:
    return "sms" if channel == "sms" else "wecom"
