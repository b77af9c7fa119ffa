"""Posting and taking back."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

from huitou.base.db import Database, Tx
from huitou.benefit.rules import ledger as rules
from huitou.benefit.store import ledger as store
from huitou.benefit.store import lots
from huitou.benefit.store.ledger import Added, Prepared
from huitou.benefit.types.ledger import (
    Leg,
    Lot,
    NoOriginal,
    OtherBody,
    Posted,
    Posting,
    Reversal,
    Terms,
)
from huitou.kernel.ids import new_id


def post(tx: Tx, postings: Sequence[Posting]) -> list[Posted]:
    """Post all, in one call to the database; answers in the order given.

    A known idempotency key with the same body answers with its first transaction. Refuses
    `benefit.unbalanced`, `benefit.other_body`, `benefit.below_floor` (floors hold after the whole
    call); after a refusal nothing of the call is kept.
    """
    return _post(tx, [_prepared(posting) for posting in postings])


def post_alone(database: Database, merchant: UUID, posting: Posting) -> Posted:
    """A gift to, or a payment of, one customer against the merchant, as a transaction of its own: one
    statement, one round trip, kept when it answers. For who has nothing else to do with it.

    Refuses as `post` does.
    """
    return _answered(posting, store.add_alone(database, merchant, _prepared(posting)))


def reverse(tx: Tx, reversals: Sequence[Reversal]) -> list[Posted]:
    """Take back, each as a transaction that names its original; answers in the order given.

    Parts never exceed the original, whatever their order, number or concurrency. A reversal passes
    floors: what was given wrongly is owed. What was paid returns to its own lots; what returns to one
    that has ended expires at once, unless the reversal grants days. Refuses `benefit.no_original`, `benefit.over_reversed`,
    `benefit.many_assets`, `benefit.other_body`.
    """
    ids = sorted({reversal.original_id for reversal in reversals})
    store.lock_originals(tx, ids)
    originals = store.list_originals(tx, ids)
    given: dict[UUID, list[Leg]] = {id_: [] for id_ in ids}
    back: dict[UUID, list[Leg]] = {id_: [] for id_ in ids}
    for row in store.list_legs(tx, ids):
        (back if row.is_back else given)[row.original_id].append(row.leg)
    known = store.find_posted(tx, [reversal.idempotency_key for reversal in reversals])
    hashes = {key: hash_ for key, (_, hash_) in known.items()}
    prepared: dict[str, Prepared] = {}
    for reversal in reversals:
        key, hash_ = reversal.idempotency_key, rules.reversal_hash(reversal)
        original = originals.get(reversal.original_id)
        if original is None:
            raise NoOriginal()
        if hashes.setdefault(key, hash_) != hash_:
            raise OtherBody(key=key)
        if key in known or key in prepared:
            continue
        legs = rules.reversal_legs(given[original.id], back[original.id], reversal.amount)
        back[original.id].extend(legs)
        legs = _graced(tx, legs, reversal)
        posting = Posting(
            key,
            original.kind,
            original.ref_kind,
            original.ref_id,
            reversal.at,
            legs,
            reversal.detail,
            may_overdraw=True,
        )
        prepared[key] = Prepared(new_id(), posting, hash_, original_id=original.id)
    posted = dict(zip(prepared, _post(tx, list(prepared.values())), strict=True))
    expire(
        tx,
        sorted(
            {
                leg.lot_id
                for item in prepared.values()
                for leg in item.posting.legs
                if leg.lot_id is not None and leg.amount > 0
            }
        ),
    )
    again = {key: Posted(id_, is_new=False) for key, (id_, _) in known.items()}
    answers = []
    for reversal in reversals:
        key = reversal.idempotency_key
        answer = posted.pop(key, None) or again[key]
        again[key] = replace(answer, is_new=False)
        answers.append(answer)
    return answers


def expire(tx: Tx, lot_ids: Sequence[UUID]) -> None:
    """Take out of those lots that have expired whatever no hold holds."""
    if not lot_ids:
        return
    accounts = {_account_of(tx, lot) for lot in lots.find_lots(tx, lot_ids)}
    lots.lock_accounts(tx, sorted(accounts))
    over = [
        lot
        for lot in lots.find_lots(tx, lot_ids)
        if lot.expires_at <= tx.now and lot.remaining > lot.held
    ]
    post(
        tx,
        [
            Posting(
                # The locks decide that it happens once, so the key need not.
                f"expire:{lot.id}:{new_id()}",
                "expire",
                "lot",
                str(lot.id),
                max(lot.expires_at, lot.active_at),
                (
                    Leg(
                        "customer",
                        lot.customer_id,
                        lot.asset,
                        lot.held - lot.remaining,
                        lot_id=lot.id,
                    ),
                    Leg("merchant", tx.merchant, lot.asset, lot.remaining - lot.held),
                ),
            )
            for lot in over
        ],
    )


def _graced(tx: Tx, legs: Sequence[Leg], reversal: Reversal) -> tuple[Leg, ...]:
    """What returns to lots that have ended gets some days more, if the reversal grants them."""
    into = [leg.lot_id for leg in legs if leg.lot_id is not None and leg.amount > 0]
    if not reversal.grace_days or not into:
        return tuple(legs)
    over = {lot.id for lot in lots.find_lots(tx, into) if lot.expires_at <= tx.now}
    terms = Terms(reversal.at, tx.now + timedelta(days=reversal.grace_days))
    return tuple(
        replace(leg, lot_id=None, terms=terms) if leg.lot_id in over and leg.amount > 0 else leg
        for leg in legs
    )


def _post(tx: Tx, prepared: Sequence[Prepared]) -> list[Posted]:
    added = store.add_transactions(tx, prepared) if prepared else []
    return [_answered(item.posting, row) for item, row in zip(prepared, added, strict=True)]


def _prepared(posting: Posting) -> Prepared:
    hash_ = posting.request_hash or rules.posting_hash(posting)
    return Prepared(new_id(), rules.checked(posting), hash_)


def _answered(posting: Posting, row: Added) -> Posted:
    if not row.is_same:
        raise OtherBody(key=posting.idempotency_key)
    return Posted(row.transaction_id, row.is_new)


def _account_of(tx: Tx, lot: Lot) -> UUID:
    return rules.account_id(tx.merchant, Leg("customer", lot.customer_id, lot.asset, 0))
