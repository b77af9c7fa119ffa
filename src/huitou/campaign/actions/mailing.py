"""Campaigns of one step that goes by itself: decided about in sets, whatever their size, and sent bit by bit."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

from pyroaring import BitMap

from huitou.base.db import ReadTx, Tx
from huitou.base.jobs import job
from huitou.campaign import reads
from huitou.campaign.actions import advancing, costing, deciding
from huitou.campaign.rules import verdicts, waterfall
from huitou.campaign.store import campaigns as store
from huitou.campaign.store import candidates, passages
from huitou.campaign.types.plans import Plan, Stored
from huitou.opportunity import reads as opportunity
from huitou.reach.actions import mailings
from huitou.reach.reads import mailings as reach
from huitou.reach.types.gate import Candidate
from huitou.reach.types.mailings import WAITING, MailingPlan, Place, Way

_SETTLED_AT_ONCE = 20_000


def begin(tx: Tx, stored: Stored) -> None:
    """Have everybody decided about who is pending. Again is no change: a campaign has one mailing, of its own id."""
    plan = reads.plan_of(stored)
    candidates.exclude_unfit(tx, stored.id)
    whom = BitMap(candidates.list_pending_ordinals(tx, stored.id))
    pending = candidates.list_pending(tx, stored.id, costing.SAMPLE)
    some = [(customer_id, opportunity_id) for _, customer_id, opportunity_id in pending]
    mailings.begin(
        tx,
        stored.id,
        _mailing_plan(tx, stored.id, plan, some),
        whom,
        campaign_id=stored.id,
        held_out=_held_out(plan, whom),
    )


def rehearse(
    tx: ReadTx,
    campaign_id: UUID,
    plan: Plan,
    some: Sequence[tuple[UUID, UUID | None]],
    whom: BitMap,
) -> waterfall.Tally:
    """What `begin` would decide now about these: as bars. `some` of them say what a message costs. `tx` sees one moment."""
    wanted = _mailing_plan(tx, campaign_id, plan, some)
    said = mailings.rehearse(
        tx, wanted, whom, campaign_id=campaign_id, held_out=_held_out(plan, whom)
    )
    counted: waterfall.Tally = Counter()
    for one in said:
        if one.outcome == "reserved":
            counted["reached", one.channel] += one.count
        elif one.outcome == "holdout":
            counted["held_out", one.outcome] += one.count
        else:
            waits = plan.puts_off and one.outcome in WAITING
            counted["lost", "put_off" if waits else one.outcome] += one.count
    return counted


def _mailing_plan(
    tx: ReadTx, campaign_id: UUID, plan: Plan, some: Sequence[tuple[UUID, UUID | None]]
) -> MailingPlan:
    way = Way(
        channel=plan.steps[0].channel,
        cost_fen=costing.fen_per_thousand(tx, campaign_id, plan, some),
        share_bp=plan.share_bp,
    )
    return MailingPlan(
        content_key=deciding.content_key(campaign_id),
        ways=(way,),
        category=plan.category,
        budget_fen=plan.budget_fen,
        priority=plan.priority,
        not_before=plan.begins_at(tx.now) if plan.holds_ahead else None,
    )


def _held_out(plan: Plan, whom: BitMap) -> BitMap:
    return BitMap(
        ordinal for ordinal in whom if verdicts.is_held_out(ordinal, plan.salt, plan.holdout_bp)
    )


def settle(tx: Tx, campaign_id: UUID) -> bool:
    """Keep with each candidate what the mailing decided; those whose messages are put off stay pending. False where
    the campaign was ended meanwhile."""
    stored = store.lock_campaign(tx, campaign_id)
    if stored is None or stored.state != "publishing":
        return False
    found = reach.outcomes(tx, campaign_id)
    if reads.plan_of(stored).puts_off:
        mailings.put_off(tx, campaign_id)
        found = {outcome: people for outcome, people in found.items() if outcome not in WAITING}
    for outcome, people in found.items():
        arm = "treated" if outcome == "reserved" else "excluded"
        arm = "holdout" if outcome == "holdout" else arm
        reason = None if outcome == "reserved" else outcome
        ordinals = list(people)
        for start in range(0, len(ordinals), _SETTLED_AT_ONCE):
            some = ordinals[start : start + _SETTLED_AT_ONCE]
            candidates.set_arm(tx, campaign_id, some, arm, reason)
    tx.defer(send_chunk, key=str(campaign_id), campaign_id=str(campaign_id))
    return True


@job
def send_chunk(tx: Tx, *, campaign_id: str) -> None:
    """Make the messages of the next thousand, or as many as go out in a minute, once it has begun; again goes on. A campaign that is
    paused goes on later."""
    id_ = UUID(campaign_id)
    stored = store.lock_campaign(tx, id_)
    if stored is None or stored.state not in ("publishing", "live"):
        return
    plan = reads.plan_of(stored)
    next_at = max(plan.begins_at(tx.now), stored.next_chunk_at or tx.now)
    if next_at > tx.now:
        tx.defer(send_chunk, at=next_at, key=campaign_id, campaign_id=campaign_id)
        return
    count = min(deciding.CHUNK, plan.per_hour // 60) if plan.per_hour else deciding.CHUNK
    made = mailings.dispatch(tx, id_, count, lambda places: _compose(tx, id_, plan, places))
    minutes = plan.steps[0].within_minutes
    assert minutes is not None
    due_at = tx.now + timedelta(minutes=minutes)
    passages.add_passages(
        tx,
        id_,
        [
            (place.customer_id, 0, id, due_at, None if id else outcome, id is None)
            for place, id, outcome in made
        ],
    )
    if not made:
        return
    later = None
    if plan.per_hour:
        later = tx.now + timedelta(hours=count / plan.per_hour)
        store.set_next_chunk(tx, id_, later)
    tx.defer(send_chunk, at=later, key=campaign_id, campaign_id=campaign_id)


def is_decided(tx: ReadTx, stored: Stored) -> bool:
    """Its places are held, or were."""
    return reach.is_decided(tx, stored.id)


def is_open(tx: ReadTx, stored: Stored) -> bool:
    """Places are left that no message was made of."""
    return reads.plan_of(stored).is_mailed and reach.is_open(tx, stored.id)


def resume(tx: Tx, stored: Stored) -> None:
    """Go on where it stopped. Again is no change."""
    if is_open(tx, stored):
        tx.defer(send_chunk, key=str(stored.id), campaign_id=str(stored.id))


def stop(tx: Tx, stored: Stored) -> None:
    """Give up the places that are left."""
    if is_open(tx, stored):
        mailings.stop(tx, stored.id)


def _compose(
    tx: Tx, campaign_id: UUID, plan: Plan, places: Sequence[Place]
) -> list[Candidate | None]:
    targets = passages.list_targets(tx, campaign_id, [place.customer_id for place in places])
    unnamed = [target.customer_id for target in targets if target.opportunity_id is None]
    best = opportunity.best_of(tx, unnamed)
    by_id = {target.first_customer_id: target for target in targets}
    asked = [by_id[place.customer_id] for place in places]
    named = [
        replace(one, opportunity_id=one.opportunity_id or best.get(one.customer_id))
        for one in asked
    ]
    return advancing.compose(tx, campaign_id, plan, [(target, 0) for target in named])
