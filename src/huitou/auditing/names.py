"""What the things of the log are called: one question a kind, to the room that has them."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from uuid import UUID

from huitou.base.db import ReadTx
from huitou.benefit.reads import games, grants, mall, templates
from huitou.campaign import reads as campaigns
from huitou.code import reads as codes
from huitou.exports import store as exports
from huitou.identity import reads as identities
from huitou.imports import store as imports
from huitou.merchant import reads as merchants
from huitou.merchant.rules import SETTINGS
from huitou.offer.reads import offers
from huitou.profile import reads as profiles
from huitou.reach.reads import lists as suppressions
from huitou.segment import reads as segments

Thing = tuple[str, str]
"""Its kind and its id, as the log has them."""


def _customers(tx: ReadTx, ids: Sequence[UUID]) -> dict[UUID, str]:
    named = {id_: name.masked for id_, name in profiles.names(tx, ids).items()}
    known = identities.customers_by_id(tx, ids)
    return {id_: named.get(id_) or f"#{each.ordinal}" for id_, each in known.items()}


def _coupons(tx: ReadTx, ids: Sequence[UUID]) -> dict[UUID, str]:
    return {id_: each.promise.name for id_, each in templates.templates_by_id(tx, ids).items()}


def _keys(tx: ReadTx, ids: Sequence[UUID]) -> dict[UUID, str]:
    return {key.id: key.name for key in merchants.list_keys(tx)}


def _tags(tx: ReadTx, ids: Sequence[UUID]) -> dict[UUID, str]:
    return {kind.id: kind.name for kind in profiles.tag_kinds(tx)}


def _units(tx: ReadTx, ids: Sequence[UUID]) -> dict[UUID, str]:
    return {id_: unit.name for id_, unit in merchants.find_units(tx, ids).items()}


_NAMES: dict[str, Callable[[ReadTx, Sequence[UUID]], Mapping[UUID, str]]] = {
    "campaign": campaigns.names,
    "code": codes.names,
    "coupon": _coupons,
    "customer": _customers,
    "export": exports.names,
    "game": games.names,
    "grant": grants.names,
    "import": imports.names,
    "item": mall.names,
    "key": _keys,
    "list": campaigns.list_names,
    "offer": offers.names,
    "segment": segments.names_by_id,
    "staff": merchants.staff_names,
    "suppression": suppressions.names,
    "tag": _tags,
    "unit": _units,
}

_NUMBERED = frozenset({"points_plan", "policy", "stored_plan", "tier_plan"})
"""What has versions instead of names."""


def names_of(tx: ReadTx, things: Iterable[Thing], *, is_english: bool) -> dict[Thing, str]:
    """The names of those that are known; a customer's is masked."""
    wanted: dict[str, dict[str, UUID]] = defaultdict(dict)
    named: dict[Thing, str] = {}
    for kind, id_ in set(things):
        if kind == "setting" and id_ in SETTINGS:
            named[kind, id_] = SETTINGS[id_].en if is_english else SETTINGS[id_].zh
        elif kind in _NUMBERED and id_.isascii() and id_.isdigit():
            named[kind, id_] = f"version {id_}" if is_english else f"第 {id_} 版"
        elif kind in _NAMES:
            try:
                wanted[kind][id_] = UUID(id_)
            except ValueError:
                continue
    for kind, ids in wanted.items():
        found = _NAMES[kind](tx, list(ids.values()))
        named |= {(kind, id_): found[key] for id_, key in ids.items() if key in found}
    return named
