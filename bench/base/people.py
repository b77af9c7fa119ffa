"""What is known of the customers beside their orders: identifiers, friends, consents, tags, acts.

Everything follows the rooms' own rules, so that deriving a customer anew changes nothing; positions
are those the events would have had, of which only the last weeks' are kept in the log.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np

from bench.base.draw import (
    ASSOCIATES,
    CARD,
    DAY,
    EXTERNAL,
    MALL,
    PHONE,
    POS,
    SOURCES,
    STORES,
    UNION,
    WECOM,
    World,
    random_of,
)

Array = np.ndarray[Any, Any]

KINDS = (
    (CARD, "card", "default"),
    (EXTERNAL, "external_userid", "ww-bench"),
    (UNION, "unionid", ""),
    (PHONE, "phone", ""),
)
"""In the order in which a customer's identifiers are numbered."""
CONSENT_CHANNELS = ("wecom", "sms")
TAGS = ("vip", "baby", "pet", "gift", "sale", "new-arrival", "local", "student", "silver", "event")
TIERS = ("bronze", "silver", "gold", "platinum")
LOG_DAYS = 45
"""So much of the log is kept, as with a retention that has passed for what is older."""

_ACTS = 0.15
_ENDED, _CONSENTING, _WITHDRAWN = 0.05, 0.6, 0.03
_DESCRIBED, _TAGGED, _TIERED = 0.3, 0.12, 0.2


@dataclass(frozen=True)
class Identifiers:
    """By customer, then as in `KINDS`; the id is the place plus one."""

    customer: Array
    kind: Array
    first: Array
    """The place of each customer's first identifier, by which the log names her."""


@dataclass(frozen=True)
class Friends:
    customer: Array
    staff: Array
    since: Array
    ended: Array
    """0 while it lasts."""


@dataclass(frozen=True)
class Consents:
    customer: Array
    channel: Array
    at: Array
    withdrawn: Array
    """0 while it holds."""


@dataclass(frozen=True)
class Acts:
    """Products looked at in the last weeks."""

    customer: Array
    at: Array
    sku: Array


@dataclass(frozen=True)
class Seen:
    """Per customer and source, by both. Times are 0 where there is none, `unit` -1."""

    customer: Array
    source: Array
    last: Array
    joined: Array
    bought: Array
    unit: Array


@dataclass(frozen=True)
class Said:
    """Who is described, tagged, tiered; codes are drawn for all, and used where chosen."""

    described: Array
    tagged: Array
    tiered: Array
    code: Array


@dataclass(frozen=True)
class Positions:
    """Where in the log each event stands, from 1; `head` is the last."""

    head: int
    orders: Array
    refunds: Array
    added: Array
    removed: Array
    given: Array
    withdrawn: Array
    acts: Array


@dataclass(frozen=True)
class People:
    identifiers: Identifiers
    friends: Friends
    consents: Consents
    acts: Acts
    seen: Seen
    said: Said
    positions: Positions


def people(world: World) -> People:
    """All of it, from the world's seed."""
    friends, consents, acts = _friends(world), _consents(world), _acts(world)
    return People(
        *(_identifiers(world), friends, consents, acts),
        *(_seen(world, friends, consents, acts), _said(world)),
        _positions(world, friends, consents, acts),
    )


def values(kind: Array, customer: Array) -> list[str]:
    """The identifiers' values, normalised; `kind` are places in `KINDS`."""
    forms = ("88{:08d}", "wm{:010d}", "u{:011d}", "+8613{:09d}")
    return [
        forms[which].format(number)
        for which, number in zip(kind.tolist(), (customer + 1).tolist(), strict=True)
    ]


def store_of(staff: Array) -> Array:
    """The unit where an associate works."""
    found: Array = staff % STORES
    return found


def _identifiers(world: World) -> Identifiers:
    holds = np.stack([(world.held & bit) > 0 for bit, *_ in KINDS], axis=1)
    customer, kind = np.nonzero(holds)
    count = holds.sum(axis=1)
    return Identifiers(
        customer.astype(np.int32), kind.astype(np.int8), (np.cumsum(count) - count).astype(np.int64)
    )


def _friends(world: World) -> Friends:
    """Those with an external_userid; of an associate of their store, if it is one."""
    random = random_of(world.seed, "friends")
    who = np.flatnonzero(world.held & EXTERNAL)
    home = world.home[who].astype(np.int64)
    store = np.where(home < STORES, home, random.integers(0, STORES, len(who)))
    staff = store + STORES * random.integers(0, ASSOCIATES // STORES, len(who))
    is_first = _primary(world)[who] == WECOM
    later = (random.random(len(who)) ** 3 * (world.at - world.came[who])).astype(np.int64)
    since = world.came[who] + np.where(is_first, 0, later)
    gone = since + ((1 + random.random(len(who)) * 200) * DAY).astype(np.int64)
    ended = np.where((random.random(len(who)) < _ENDED) & (gone < world.at), gone, 0)
    return Friends(who.astype(np.int32), staff.astype(np.int16), since, ended)


def _consents(world: World) -> Consents:
    random = random_of(world.seed, "consents")
    parts = []
    for code, bit in enumerate((EXTERNAL, PHONE)):
        who = np.flatnonzero(world.held & bit)
        who = who[random.random(len(who)) < _CONSENTING]
        at = world.came[who] + (random.random(len(who)) * (world.at - world.came[who])).astype(
            np.int64
        )
        back = at + ((1 + random.random(len(who)) * 100) * DAY).astype(np.int64)
        withdrawn = np.where((random.random(len(who)) < _WITHDRAWN) & (back < world.at), back, 0)
        parts.append((who, np.full(len(who), code), at, withdrawn))
    who, channel, at, withdrawn = (np.concatenate(each) for each in zip(*parts, strict=True))
    return Consents(who.astype(np.int32), channel.astype(np.int8), at, withdrawn)


def _acts(world: World) -> Acts:
    """Some look very often, most never (Zipf)."""
    random = random_of(world.seed, "acts")
    lookers = np.flatnonzero(world.held & (EXTERNAL | UNION))
    count = int(world.customers * _ACTS) if len(lookers) else 0
    rank = np.minimum(random.zipf(1.6, count) - 1 + random.integers(0, len(lookers), count), 2**40)
    customer = lookers[rank % len(lookers)]
    begin = np.maximum(world.came[customer], world.at - LOG_DAYS * DAY)
    at = begin + (random.random(count) * (world.at - begin)).astype(np.int64)
    by = np.argsort(at, kind="stable")
    cumulated = np.cumsum(world.catalogue.weight)
    sku = np.searchsorted(cumulated, random.random(count) * cumulated[-1], side="right")
    return Acts(customer[by].astype(np.int32), at[by], sku.astype(np.int16))


def _primary(world: World) -> Array:
    """The source through which a customer came."""
    has_card, has_union = (world.held & CARD) > 0, (world.held & UNION) > 0
    found: Array = np.where(has_card, POS, np.where(has_union, MALL, WECOM))
    return found


def _seen(world: World, friends: Friends, consents: Consents, acts: Acts) -> Seen:
    """As `profile.rules.facts.gather` would gather it."""
    orders, returned, ended = world.orders, world.refunds.order, friends.ended > 0
    back = consents.withdrawn > 0
    by_channel = np.where(consents.channel == 0, WECOM, MALL)
    parts: list[tuple[Array, Array | int, Array]] = [
        (np.arange(world.customers), _primary(world), world.came),
        (orders.customer, orders.source, orders.at),
        (orders.customer[returned], orders.source[returned], world.refunds.at),
        (friends.customer, WECOM, friends.since),
        (friends.customer[ended], WECOM, friends.ended[ended]),
        (consents.customer, by_channel, consents.at),
        (consents.customer[back], by_channel[back], consents.withdrawn[back]),
        (acts.customer, MALL, acts.at),
    ]
    who = np.concatenate([each for each, _, _ in parts]).astype(np.int64)
    source = np.concatenate([np.broadcast_to(each, len(at)) for _, each, at in parts])
    at = np.concatenate([each for *_, each in parts])
    key = who * len(SOURCES) + source
    by = np.argsort(key, kind="stable")
    first = np.flatnonzero(np.r_[True, key[by][1:] != key[by][:-1]])
    found = key[by][first]
    last = np.maximum.reduceat(at[by], first)
    customer, came_by = found // len(SOURCES), found % len(SOURCES)
    is_joined = (came_by == _primary(world)[customer]) & (came_by != WECOM)
    bought, unit = _first_bought(orders.customer, orders.source, orders.at, orders.unit, found)
    return Seen(
        *(customer.astype(np.int32), came_by.astype(np.int8), last),
        *(np.where(is_joined, world.came[customer], 0), bought, unit),
    )


def _first_bought(
    customer: Array, source: Array, at: Array, unit: Array, keys: Array
) -> tuple[Array, Array]:
    """The first purchase of each (customer, source) of `keys`, and where."""
    key = customer.astype(np.int64) * len(SOURCES) + source
    by = np.lexsort((at, key))
    first = by[np.r_[True, key[by][1:] != key[by][:-1]]]
    place = np.searchsorted(keys, key[first])
    bought, where = np.zeros(len(keys), np.int64), np.full(len(keys), -1, np.int16)
    bought[place], where[place] = at[first], unit[first]
    return bought, where


def _said(world: World) -> Said:
    random = random_of(world.seed, "said")
    chosen = random.random((3, world.customers))
    return Said(
        np.flatnonzero(chosen[0] < _DESCRIBED),
        np.flatnonzero(chosen[1] < _TAGGED),
        np.flatnonzero(chosen[2] < _TIERED),
        random.integers(0, 2**31, world.customers),
    )


def _positions(world: World, friends: Friends, consents: Consents, acts: Acts) -> Positions:
    """Everything in the order it was received, orders that come late included."""
    parts = [
        *(world.orders.received, world.refunds.at, friends.since, friends.ended[friends.ended > 0]),
        *(consents.at, consents.withdrawn[consents.withdrawn > 0], acts.at),
    ]
    received = np.concatenate(parts)
    position = np.empty(len(received), np.int64)
    position[np.argsort(received, kind="stable")] = np.arange(1, len(received) + 1)
    ends = np.cumsum([len(part) for part in parts])[:-1]
    return Positions(len(received), *np.split(position, ends))
