"""What others may ask about coupons."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

from huitou.base.db import ReadTx
from huitou.benefit.reads import templates as templates_of
from huitou.benefit.rules import codes, redeeming, tokens
from huitou.benefit.rules import coupons as rules
from huitou.benefit.rules import templates as template_rules
from huitou.benefit.store import coupon_lists as store
from huitou.benefit.store import templates as stored
from huitou.benefit.store import uses
from huitou.benefit.types.coupon_refusals import NoCoupon
from huitou.benefit.types.coupons import CodeBatch, Coupon, CouponShown, Liability, Step
from huitou.benefit.types.redeeming import Conflicted, OfflineKit, OfflineTemplate
from huitou.benefit.types.templates import NoTemplate, Template, TemplateShown
from huitou.identity import reads as identities
from huitou.kernel.page import PAGE_MAX, Page, decode_moment, encode_cursor
from huitou.kernel.time import day_of
from huitou.merchant import reads as merchants
from huitou.profile import reads as profile

PACK_MAX = 500
_MOMENT = timedelta(microseconds=1)


def offline_most_fen(tx: ReadTx) -> int:
    """Up to which value coupons may be redeemed without a network."""
    return int(merchants.setting(tx, "benefit.offline_most_fen"))


def resolve(tx: ReadTx, text: str) -> tuple[Template, int]:
    """The template and serial of a code that was typed, or of a token that was scanned.

    Whether there is such a coupon is not said. Refuses `coupon.mistyped`, `coupon.bad_token`,
    `coupon.unknown`.
    """
    code = tokens.read(tx.keys, text).code if tokens.is_token(text) else text
    number, serial = codes.read(tx.keys.codes, code)
    for template in stored.find_templates(tx, numbers=[number]):
        return template, serial
    raise NoCoupon()


def get_coupon(tx: ReadTx, text: str) -> CouponShown:
    """The coupon with this code, whoever has it: at the counter whoever shows a code is served.

    Refuses as `resolve`.
    """
    template, serial = resolve(tx, text)
    found = store.find_coupons(tx, [(template.id, serial)])
    if not found:
        raise NoCoupon()
    return shown(tx, found, {template.id: template})[0]


def steps_of(tx: ReadTx, text: str) -> list[Step]:
    """What happened to a coupon after it was given, earliest first. Refuses as `get_coupon`."""
    template, serial = resolve(tx, text)
    if not store.find_coupons(tx, [(template.id, serial)]):
        raise NoCoupon()
    return store.list_steps(tx, template.id, serial)


def pack(tx: ReadTx, customer_id: UUID, *, is_all: bool = False) -> list[CouponShown]:
    """A customer's coupons (also of whoever was merged into them), those that end first first.

    Only those that can still be used, unless all are asked for; at most `PACK_MAX`.
    """
    root_id = identities.get_root(tx, customer_id).id
    members = [each.id for each in identities.members_of(tx, root_id)]
    found = store.list_coupons_of(tx, members, is_all=is_all, count_max=PACK_MAX)
    return shown(tx, found)


def export(tx: ReadTx, customer_id: UUID) -> list[dict[str, Any]]:
    """Everything that is kept about a customer's coupons, as plain values."""
    return [
        {
            "name": each.template_name,
            "code": each.code,
            "state": each.shown_state,
            "issued_at": each.issued_at.isoformat(),
            "expires_at": each.expires_at.isoformat() if each.expires_at else None,
        }
        for each in pack(tx, customer_id, is_all=True)
    ]


def pack_of(tx: ReadTx, customer_id: UUID, *, is_all: bool = False) -> list[CouponShown]:
    """The same for staff. Refuses NoSuchCustomer, also out of the scope."""
    return pack(tx, profile.get_visible_root(tx, customer_id), is_all=is_all)


def claimable(tx: ReadTx, customer_id: UUID | None = None) -> list[TemplateShown]:
    """Templates that customers may take from themselves now; with a customer, those of which they
    may still have one."""
    found = [
        each
        for each in templates_of.list_published(tx)
        if template_rules.is_claimable(each, tx.now)
    ]
    items = [each for each in templates_of.shown(tx, found) if each.left != 0]
    if customer_id is None:
        return items
    members = [each.id for each in identities.members_of(tx, customer_id)]
    had = store.count_had(tx, members)
    return [
        each
        for each in items
        if each.promise.per_customer is None or had.get(each.id, 0) < each.promise.per_customer
    ]


def shown(
    tx: ReadTx, coupons: Sequence[Coupon], templates: dict[UUID, Template] | None = None
) -> list[CouponShown]:
    """Coupons as pages show them, in the order given."""
    known = templates or templates_of.templates_by_id(tx, [each.template_id for each in coupons])
    ids = list(known)
    words = dict(
        zip(ids, templates_of.sentences_of(tx, [known[id_].promise for id_ in ids]), strict=True)
    )
    zone, most_fen = merchants.get_merchant(tx).zone, offline_most_fen(tx)
    today = day_of(tx.now, zone)
    made = _codes(tx, coupons, known)
    items = []
    for coupon, code in zip(coupons, made, strict=True):
        promise = known[coupon.template_id].promise
        state = rules.state_at(coupon, tx.now)
        days_left = (
            (day_of(coupon.expires_at - _MOMENT, zone) - today).days
            if coupon.expires_at is not None
            else None
        )
        items.append(
            CouponShown(
                template_id=coupon.template_id,
                template_name=promise.name,
                kind=promise.benefit.kind,
                code=code,
                customer_id=coupon.customer_id,
                state=coupon.state,
                shown_state=rules.shown_state(coupon, tx.now),
                issued_at=coupon.issued_at,
                active_at=coupon.active_at,
                expires_at=coupon.expires_at,
                days_left=days_left,
                face_fen=template_rules.face_fen(promise),
                is_transferable=promise.is_transferable and state == "issued",
                is_offline=redeeming.is_offline(promise, most_fen),
                sentence=words[coupon.template_id],
            )
        )
    return items


def used_in(tx: ReadTx, orders: Sequence[tuple[UUID, str]]) -> dict[tuple[UUID, str], list[str]]:
    """`(unit, order number)` → the names of the coupons used in the order and not given back."""
    found = uses.list_in_orders(tx, orders)
    known = templates_of.templates_by_id(tx, [each.template_id for each in found])
    named: dict[tuple[UUID, str], list[str]] = {}
    for use in found:
        assert use.order_no is not None, "asked for by its number"
        name = known[use.template_id].promise.name
        named.setdefault((use.unit_id, use.order_no), []).append(name)
    return named


def list_conflicts(tx: ReadTx, *, cursor: str | None = None, limit: int = 50) -> Page[Conflicted]:
    """Redemptions without a network that could not be booked, latest first, each with the use that
    came before it, in the scope's units."""
    limit = min(limit, PAGE_MAX)
    found = uses.list_conflicts(tx, decode_moment(cursor, UUID), limit + 1)
    items = found[:limit]
    pairs = [(each.template_id, each.serial) for each in items]
    first = {(each.template_id, each.serial): each for each in uses.list_uses(tx, pairs)}
    known = templates_of.templates_by_id(tx, [each.template_id for each in items])
    rows = []
    for use in items:
        template = known[use.template_id]
        rows.append(
            Conflicted(
                use=use,
                template_name=template.promise.name,
                coupon_code=codes.code_of(tx.keys.codes, template.number, use.serial),
                face_fen=template_rules.face_fen(template.promise),
                first=first.get((use.template_id, use.serial)),
            )
        )
    more = len(found) > limit
    return Page(rows, encode_cursor(items[-1].taken_at.isoformat(), items[-1].id) if more else None)


def offline_kit(tx: ReadTx) -> OfflineKit:
    """What an associate's phone needs to redeem without a network: see `OfflineKit`."""
    most_fen = offline_most_fen(tx)
    found = templates_of.list_outstanding(tx)
    words = templates_of.sentences_of(tx, [each.promise for each in found])
    return OfflineKit(
        key=tx.keys.public_key(),
        most_fen=most_fen,
        token_seconds=60 * int(merchants.setting(tx, "benefit.offline_token_minutes")),
        skew_seconds=int(tokens.SKEW.total_seconds()),
        now=tx.now,
        templates=[
            OfflineTemplate(
                id=each.id,
                number=each.number,
                name=each.promise.name,
                kind=each.promise.benefit.kind,
                face_fen=template_rules.face_fen(each.promise),
                is_offline=redeeming.is_offline(each.promise, most_fen),
                sentence=sentence,
                promise=each.promise.model_dump(mode="json"),
            )
            for each, sentence in zip(found, words, strict=True)
        ],
    )


def get_batch(tx: ReadTx, batch_id: UUID) -> tuple[CodeBatch, Template]:
    """Codes made in one go. Refuses `coupon.no_template`."""
    batch = store.find_batch(tx, batch_id)
    if batch is None:
        raise NoTemplate()
    return batch, templates_of.get_template(tx, batch.template_id)


def list_batches(tx: ReadTx, template_id: UUID) -> list[CodeBatch]:
    """Codes made of a template, latest first. Refuses `coupon.no_template`."""
    templates_of.get_template(tx, template_id)
    return store.list_batches(tx, template_id)


def liability(tx: ReadTx) -> list[Liability]:
    """What customers still have to use, by the month it ends in (the merchant's months)."""
    rows = store.count_by_month(tx, merchants.get_merchant(tx).zone)
    known = templates_of.templates_by_id(tx, [row["template_id"] for row in rows])
    found = []
    for row in rows:
        promise = known[row["template_id"]].promise
        face = template_rules.face_fen(promise)
        found.append(
            Liability(
                month=row["month"],
                template_id=row["template_id"],
                template_name=promise.name,
                count=row["count"],
                face_fen=None if face is None else face * row["count"],
            )
        )
    return found


def _codes(tx: ReadTx, coupons: Sequence[Coupon], known: dict[UUID, Template]) -> list[str]:
    made: dict[tuple[UUID, int], str] = {}
    for template_id, template in known.items():
        serials = [each.serial for each in coupons if each.template_id == template_id]
        told = codes.codes_of(tx.keys.codes, template.number, serials) if serials else []
        made |= {(template_id, serial): code for serial, code in zip(serials, told, strict=True)}
    return [made[each.template_id, each.serial] for each in coupons]
