"""Making, changing and publishing coupon templates."""

from uuid import UUID

from huitou.base.db import Tx
from huitou.benefit.reads import templates as reads
from huitou.benefit.rules import templates as rules
from huitou.benefit.store import templates as store
from huitou.benefit.types.templates import (
    TEMPLATES_MAX,
    NoTemplate,
    Promise,
    Template,
    TemplateChanged,
    TemplateState,
    TooManyTemplates,
    Worse,
    WrongState,
)
from huitou.kernel.ids import new_id
from huitou.merchant import actions as merchants


def add(tx: Tx, promise: Promise) -> Template:
    """Keep a draft. Refuses `coupon.bad_template`, `merchant.no_unit`."""
    reads.check_promise(tx, promise)
    template_id = new_id()
    if store.add_template(tx, template_id, promise) > TEMPLATES_MAX:
        raise TooManyTemplates()
    store.add_stock(tx, template_id)
    return reads.get_template(tx, template_id)


def edit(tx: Tx, template_id: UUID, promise: Promise, *, version: int) -> Template:
    """Change what it promises; after publishing only for the better.

    A longer window holds for coupons given from now on, everything else for those out as well.
    Refuses `coupon.worse`, `coupon.template_changed`, `coupon.template_state`, and as `add`.
    """
    _lock(tx, template_id)
    template = reads.get_template(tx, template_id)
    if template.state == "ended":
        raise WrongState()
    reads.check_promise(tx, promise)
    if template.published_at is not None:
        worse = rules.worsened(template.promise, promise)
        if worse:
            raise Worse(reason=", ".join(worse))
    if not store.set_promise(tx, template_id, promise, version):
        raise TemplateChanged()
    if template.published_at is not None:
        store.add_version(tx, template_id, version + 1, promise)
        merchants.audit(tx, "coupon.template_changed", str(template_id), version=version + 1)
    return reads.get_template(tx, template_id)


def publish(tx: Tx, template_id: UUID) -> Template:
    """From now on coupons may be given, and its promise only becomes better."""
    before = _move(tx, template_id, "published", "draft", "paused")
    if before.published_at is None:
        store.add_version(tx, template_id, before.version, before.promise)
    return reads.get_template(tx, template_id)


def pause(tx: Tx, template_id: UUID) -> Template:
    """No coupons are given for now; those out hold."""
    _move(tx, template_id, "paused", "published")
    return reads.get_template(tx, template_id)


def end(tx: Tx, template_id: UUID) -> Template:
    """No coupons are given any more; those out hold."""
    _move(tx, template_id, "ended", "draft", "published", "paused")
    return reads.get_template(tx, template_id)


def _move(tx: Tx, template_id: UUID, state: TemplateState, *froms: TemplateState) -> Template:
    _lock(tx, template_id)
    template = reads.get_template(tx, template_id)
    if template.state not in froms:
        raise WrongState()
    store.set_state(tx, template_id, state)
    merchants.audit(tx, f"coupon.template_{state}", str(template_id), name=template.promise.name)
    return template


def _lock(tx: Tx, template_id: UUID) -> None:
    # Whoever gives coupons reads the promise under the same lock.
    if store.lock_stock(tx, template_id, tx.now.date()) is None:
        raise NoTemplate()
