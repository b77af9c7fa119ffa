"""Something for everybody in a segment, block by block: drafted, started, paused, undone."""

import os
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

from huitou.base.db import Tx
from huitou.benefit.actions import coupon_moves, coupons, ledger, points
from huitou.benefit.reads import grants as reads
from huitou.benefit.reads import templates
from huitou.benefit.rules import coupons as coupon_rules
from huitou.benefit.rules import grants as rules
from huitou.benefit.rules import ledger as ledger_rules
from huitou.benefit.store import coupons as stored_coupons
from huitou.benefit.store import grants as store
from huitou.benefit.store import lots
from huitou.benefit.types.coupons import Ref
from huitou.benefit.types.grants import (
    CouponGrant,
    Given,
    GrantDocument,
    GrantRun,
    GrantShown,
    GrantState,
    PointsGrant,
    SecondPerson,
    WrongGrantState,
)
from huitou.benefit.types.ledger import BONUS, POINTS, Leg, Posting, Reversal, Terms
from huitou.kernel.ids import new_id
from huitou.merchant import actions as merchants
from huitou.merchant import reads as merchant
from huitou.segment import reads as segments

AT_ONCE = 1_000


def draft(tx: Tx, name: str, segment_id: UUID, document: GrantDocument) -> GrantShown:
    """Keep a grant that is not started. Refuses `grant.bad`, `segment.not_found`, `segment.filling`,
    `coupon.no_template`."""
    rules.check(document)
    segments.get_whole(tx, segment_id)
    total = segments.count_members(tx, segment_id)
    if isinstance(document.gift, CouponGrant):
        templates.get_template(tx, UUID(document.gift.template))
    grant_id = new_id()
    store.add_grant(
        tx,
        grant_id,
        name=name,
        document=document.model_dump(),
        segment_id=segment_id,
        seed=os.urandom(32),
        total=total,
    )
    merchants.audit(tx, "grant.drafted", str(grant_id), total=total)
    return reads.get_grant(tx, grant_id)


def start(tx: Tx, grant_id: UUID) -> GrantShown:
    """Begin, or go on after a pause. Refuses `grant.not_found`, `grant.state`, `segment.filling`, and for who drafted it
    `grant.second_person` above the setting `benefit.grant_limit`."""
    shown = _lock(tx, grant_id, "draft", "paused")
    segments.get_whole(tx, shown.run.segment_id)
    limit = merchant.setting(tx, "benefit.grant_limit", None)
    if shown.most_amount > limit and shown.run.created_by == tx.principal:
        raise SecondPerson(most=shown.most_amount, limit=limit)
    return _set(tx, grant_id, "running")


def pause(tx: Tx, grant_id: UUID) -> GrantShown:
    """Stop after the block at work. Refuses `grant.not_found`, `grant.state`."""
    _lock(tx, grant_id, "running")
    return _set(tx, grant_id, "paused")


def undo(tx: Tx, grant_id: UUID) -> GrantShown:
    """Take back, block by block, what is not used yet. Refuses `grant.not_found`, `grant.state`."""
    _lock(tx, grant_id, "running", "paused", "done")
    return _set(tx, grant_id, "undoing")


def is_waiting(tx: Tx, grant_id: UUID) -> bool:
    """Does it have to wait until the members of its segment are found? Refuses `grant.not_found`."""
    run = reads.get_grant(tx, grant_id).run
    return run.state == "running" and segments.is_filling(tx, run.segment_id)


def go_on(tx: Tx, grant_id: UUID) -> bool:
    """The next block; returns whether there is more."""
    locked = store.lock_grant(tx, grant_id)
    if locked is None:
        return False
    seed, cursor = locked
    run = reads.get_grant(tx, grant_id).run
    if run.state == "running":
        return _give_block(tx, run, seed, cursor)
    if run.state == "undoing":
        return _undo_block(tx, run, cursor)
    return False


def forget(tx: Tx, customer_ids: Sequence[UUID]) -> None:
    """Nobody can tell any more what these got."""
    store.remove_customers(tx, customer_ids)


def _give_block(tx: Tx, run: GrantRun, seed: bytes, cursor: UUID | None) -> bool:
    document = GrantDocument.model_validate(run.document)
    ids = [m.customer_id for m in segments.members_after(tx, run.segment_id, cursor, AT_ONCE)]
    had = store.list_had(tx, run.id, ids)
    passed_over = Counter(run.passed_over)
    passed_over["has_it"] += len(had)
    open_ = [customer_id for customer_id in ids if customer_id not in had]
    wanted = rules.within_budget(document, seed, open_, run.amount)
    passed_over["budget"] += len(open_) - len(wanted)
    given, refused = _give(tx, run, document, wanted)
    passed_over.update(refused)
    store.add_given(tx, run.id, given)
    is_done = len(ids) < AT_ONCE
    progress = replace(
        run,
        seen=run.seen + len(ids),
        given=run.given + len(given),
        amount=run.amount + sum(each.amount for each in given),
        passed_over={reason: count for reason, count in passed_over.items() if count},
    )
    store.set_progress(tx, progress, ids[-1] if ids else cursor)
    if is_done:
        _set(tx, run.id, "done")
    return not is_done


def _give(
    tx: Tx, run: GrantRun, document: GrantDocument, wanted: Sequence[tuple[UUID, int]]
) -> tuple[list[Given], Counter[str]]:
    gift = document.gift
    if isinstance(gift, CouponGrant):
        issued = coupons.issue(
            tx, UUID(gift.template), [who for who, _ in wanted], key=f"grant:{run.id}"
        )
        got = [each for each in issued.answers if each.serial is not None]
        refused = Counter(each.outcome for each in issued.answers if each.serial is None)
        return [Given(each.customer_id, 1, None, each.serial, 0) for each in got], Counter(refused)
    assert run.started_at is not None
    if isinstance(gift, PointsGrant) and gift.days is None:
        posted = points.give(
            tx,
            [
                points.Gift(who, amount, f"grant:{run.id}:{who}", "grant", str(run.id), {})
                for who, amount in wanted
            ],
            kind="grant",
            at=run.started_at,
        )
    else:
        asset = POINTS if isinstance(gift, PointsGrant) else BONUS
        terms = Terms(run.started_at, run.started_at + timedelta(days=gift.days or 0))
        posted = ledger.post(
            tx,
            [
                Posting(
                    f"grant:{run.id}:{who}",
                    "grant",
                    "grant",
                    str(run.id),
                    run.started_at,
                    (
                        Leg("customer", who, asset, amount, terms),
                        Leg("merchant", tx.merchant, asset, -amount),
                    ),
                )
                for who, amount in wanted
            ],
        )
    return [
        Given(who, amount, done.transaction_id, None, 0)
        for (who, amount), done in zip(wanted, posted, strict=True)
    ], Counter()


def _undo_block(tx: Tx, run: GrantRun, cursor: UUID | None) -> bool:
    document = GrantDocument.model_validate(run.document)
    given = store.list_given(tx, run.id, cursor, AT_ONCE)
    open_ = [each for each in given if each.taken_back < each.amount]
    if isinstance(document.gift, CouponGrant):
        back = _revoke(tx, run, UUID(document.gift.template), open_)
    else:
        back = _reverse(tx, run, open_)
    if back:
        store.set_taken_back(tx, run.id, back)
    before = {each.customer_id: each.taken_back for each in given}
    came = sum(each.taken_back - before[each.customer_id] for each in back)
    store.set_progress(
        tx,
        replace(run, taken_back=run.taken_back + came),
        given[-1].customer_id if given else cursor,
    )
    is_done = len(given) < AT_ONCE
    if is_done:
        _set(tx, run.id, "undone")
    return not is_done


def _revoke(tx: Tx, run: GrantRun, template_id: UUID, open_: Sequence[Given]) -> list[Given]:
    wanted = [(template_id, each.serial) for each in open_ if each.serial is not None]
    locked = [
        coupon
        for coupon in stored_coupons.lock_coupons(tx, wanted)
        if coupon_rules.state_at(coupon, tx.now) == "issued"
    ]
    coupon_moves.move_all(
        tx, "revoke", [(coupon, {"ref": None}) for coupon in locked], Ref("grant", str(run.id))
    )
    serials = {coupon.serial for coupon in locked}
    return [replace(each, taken_back=1) for each in open_ if each.serial in serials]


def _reverse(tx: Tx, run: GrantRun, open_: Sequence[Given]) -> list[Given]:
    """Only what is still in the lot itself: nobody owes for having used a gift."""
    ids = [each.transaction_id for each in open_ if each.transaction_id is not None]
    accounts = {
        ledger_rules.account_id(tx.merchant, Leg("customer", lot.customer_id, lot.asset, 0))
        for lot in lots.list_lots_made(tx, ids)
    }
    lots.lock_accounts(tx, sorted(accounts))
    free = {
        lot.transaction_id: lot.remaining - lot.held
        for lot in lots.list_lots_made(tx, ids)
        if lot.expires_at > tx.now
    }
    back = [
        replace(each, taken_back=each.taken_back + free[each.transaction_id])
        for each in open_
        if each.transaction_id is not None and free.get(each.transaction_id, 0) > 0
    ]
    ledger.reverse(
        tx,
        [
            Reversal(
                each.transaction_id,
                f"grant:{run.id}:{each.customer_id}:undo:{each.taken_back}",
                tx.now,
                free[each.transaction_id],
            )
            for each in back
            if each.transaction_id is not None
        ],
    )
    return back


def _lock(tx: Tx, grant_id: UUID, *states: GrantState) -> GrantShown:
    store.lock_grant(tx, grant_id)
    shown = reads.get_grant(tx, grant_id)
    if shown.run.state not in states:
        raise WrongGrantState()
    return shown


def _set(tx: Tx, grant_id: UUID, state: GrantState) -> GrantShown:
    store.set_state(tx, grant_id, state)
    merchants.audit(tx, f"grant.{state}", str(grant_id))
    return reads.get_grant(tx, grant_id)
