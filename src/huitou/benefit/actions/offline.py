"""Redeeming without a network: tokens for the customer's phone, and what other phones tell later."""

import os
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any
from uuid import UUID

from huitou.base.crypto import base64url
from huitou.base.db import ReadTx, Tx
from huitou.benefit.actions import coupon_moves as moves
from huitou.benefit.actions.redeeming import place_of, tell_used
from huitou.benefit.reads import coupons as reads
from huitou.benefit.rules import codes, redeeming, tokens
from huitou.benefit.store import coupon_lists, uses
from huitou.benefit.store import coupons as store
from huitou.benefit.types.coupon_refusals import (
    BadMoment,
    KeyReused,
    NoCoupon,
    NotOffline,
    TokenOver,
    TokenUsed,
)
from huitou.benefit.types.coupons import Arc, Coupon, Ref
from huitou.benefit.types.redeeming import Basket, OfflineUse, Place, Synced, Tokens, Use
from huitou.benefit.types.templates import Template
from huitou.kernel.errors import Refusal
from huitou.kernel.ids import new_id
from huitou.merchant import reads as merchants


@dataclass(frozen=True, slots=True)
class _Told:
    """An offline redemption whose token is this merchant's."""

    asked: OfflineUse
    template: Template
    serial: int
    nonce: str
    place: Place

    @property
    def coupon(self) -> tuple[UUID, int]:
        return self.template.id, self.serial


def make_tokens(tx: ReadTx, text: str, count: int) -> Tokens:
    """So many one-time tokens for the coupon with this code, for its customer's phone to show.

    Refuses `coupon.unknown`, `coupon.mistyped`, and coupons that cannot be used now.
    """
    template, serial = reads.resolve(tx, text)
    found = coupon_lists.find_coupons(tx, [(template.id, serial)])
    if not found:
        raise NoCoupon()
    coupon = found[0]
    refusal = redeeming.refusal_of(coupon, tx.now, coupon.ref)
    if refusal is not None:
        raise refusal
    lasts = timedelta(minutes=merchants.setting(tx, "benefit.offline_token_minutes"))
    not_after = tx.now + lasts
    code = codes.code_of(tx.keys.codes, template.number, serial)
    assert coupon.expires_at is not None
    is_offline = redeeming.is_offline(template.promise, reads.offline_most_fen(tx))
    until, ends = int(not_after.timestamp()), int(coupon.expires_at.timestamp())
    made = [
        tokens.make(
            tx.keys,
            tokens.Payload(
                c=code,
                t=template.number,
                n=base64url(os.urandom(tokens.NONCE_BYTES)),
                x=until,
                e=ends,
                o=is_offline,
            ),
        )
        for _ in range(min(max(count, 1), tokens.TOKENS_MAX))
    ]
    return Tokens(code, made, not_after, int(lasts.total_seconds()))


def sync(tx: Tx, told: Sequence[OfflineUse], *, staff_id: UUID | None = None) -> list[Synced]:
    """Take in redemptions that phones made without a network, each once, however often it is told.

    By when they happened, the first of a coupon is booked; any other is kept as a conflict with the
    reason (`used` before, `held` by an order, over, not valid there …), because the goods are gone:
    what that costs is bounded by the value allowed offline and the life of a token. One whose token
    is not ours, or whose time cannot be true, is refused and not kept. Answers in the order given.
    """
    answers: dict[int, Synced] = {}
    read: dict[int, _Told] = {}
    for number, asked in enumerate(told):
        try:
            read[number] = _read(tx, asked)
        except Refusal as refusal:
            answers[number] = _refused(asked, refusal)
    locked = store.lock_coupons(tx, sorted({each.coupon for each in read.values()}))
    coupons = {(each.template_id, each.serial): each for each in locked}
    kept: dict[str, Use] = {}
    moved: dict[Arc, list[tuple[Coupon, dict[str, Any]]]] = {"use": [], "use_late": []}
    for number in sorted(read, key=lambda each: (told[each].used_at, told[each].key)):
        each, coupon = read[number], coupons.get(read[number].coupon)
        known = kept.get(each.asked.key) or uses.find_use(tx, key=each.asked.key)
        if coupon is None or (known and (known.template_id, known.serial) != each.coupon):
            answers[number] = _refused(each.asked, NoCoupon() if known is None else KeyReused())
            continue
        if known is None:
            known = kept[each.asked.key] = _decided(tx, each, coupon, staff_id)
            if known.outcome == "used":
                arc: Arc = "use_late" if coupon.state == "expired" else "use"
                ref = f"{each.place.unit_id}/{known.order_no}" if known.order_no else None
                moved[arc].append((coupon, {"ref": ref}))
                coupons[each.coupon] = replace(coupon, state="used", held_until=None)
        answers[number] = _answer(tx, known, each)
    ref_of_all = Ref("coupon_sync", str(new_id()))
    for arc, changes in moved.items():
        moves.move_all(tx, arc, changes, ref_of_all)
    if uses.add_uses(tx, list(kept.values())) != len(kept):
        raise KeyReused()
    tell_used(tx, list(kept.values()))
    return [answers[number] for number in range(len(told))]


def _read(tx: Tx, asked: OfflineUse) -> _Told:
    token = tokens.read(tx.keys, asked.token)
    if asked.used_at > tx.now + tokens.SKEW or asked.used_at < tx.now - tokens.LATE:
        raise BadMoment()
    if asked.used_at > token.not_after + tokens.SKEW:
        raise TokenOver()
    template, serial = reads.resolve(tx, token.code)
    return _Told(asked, template, serial, token.nonce, place_of(tx, asked.unit))


def _decided(tx: Tx, told: _Told, coupon: Coupon, staff_id: UUID | None) -> Use:
    refusal = _refusal_of(tx, told, coupon)
    return Use(
        id=new_id(),
        key=told.asked.key,
        template_id=told.template.id,
        serial=told.serial,
        unit_id=told.place.unit_id,
        staff_id=staff_id,
        principal=tx.principal,
        order_no=told.asked.order_no,
        amount_fen=told.asked.amount_fen,
        nonce=told.nonce,
        is_offline=True,
        used_at=told.asked.used_at,
        taken_at=tx.now,
        outcome="used" if refusal is None else _outcome_of(refusal),
        returned_at=None,
    )


def _refusal_of(tx: Tx, told: _Told, coupon: Coupon) -> Refusal | None:
    """As at the moment it happened: what was booked as over since was not over then."""
    at, promise = told.asked.used_at, told.template.promise
    is_late = coupon.state == "expired" and coupon.expires_at is not None and at < coupon.expires_at
    as_of_then = replace(coupon, state="issued") if is_late else coupon
    refusal = redeeming.refusal_of(as_of_then, at, None)
    if refusal is None and uses.find_use(tx, nonce=told.nonce) is not None:
        refusal = TokenUsed()
    if refusal is None and not redeeming.is_offline(promise, reads.offline_most_fen(tx)):
        refusal = NotOffline()
    if refusal is not None:
        return refusal
    units = merchants.units_by_code(tx) if promise.units else {}
    return redeeming.conditions_refusal(
        promise,
        at,
        merchants.get_merchant(tx).zone,
        told.place,
        [units[code].path for code in promise.units],
        Basket(told.asked.amount_fen),
        {},
    )


def _refused(asked: OfflineUse, refusal: Refusal) -> Synced:
    return Synced(asked.key, "refused", refusal.code, refusal.detail())


def _outcome_of(refusal: Refusal) -> str:
    name = refusal.code.removeprefix("coupon.")
    return "double" if name == "used" else name


def _answer(tx: Tx, use: Use, told: _Told) -> Synced:
    code = codes.code_of(tx.keys.codes, told.template.number, use.serial)
    return Synced(use.key, use.outcome, coupon_code=code)
