"""Rows of the profile room: facts, and the state that `profile.store.state` derives from them."""

from typing import Any

import numpy as np

from bench.base import binary as b
from bench.base.draw import MALL, POS, SOURCES, WECOM
from bench.base.people import CONSENT_CHANNELS, TAGS, TIERS, store_of
from bench.base.tables import Table, Writer, all_are, local_day, moments, one_of

Array = np.ndarray[Any, Any]

_COMBINATIONS = 2 ** len(SOURCES)


def profile_tables(writer: Writer) -> list[Table]:
    """Facts first."""
    return [*_seen(writer), *_friends(writer), *_consents(writer), *_said(writer), _state(writer)]


def _seen(writer: Writer) -> list[Table]:
    """Of everybody: who is never seen is not in the base."""
    everyone = np.arange(writer.world.customers)
    joined, unit, is_store, bought = _joined(writer), *_bought(writer)
    is_joined, is_bought = joined > 0, bought > 0
    sources, combinations = _sources(writer)
    return [
        writer.table(
            "profile.seen",
            len(everyone),
            customer_id=writer.customer(everyone),
            last_seen_at=moments(_last_seen(writer)),
            joined_at=lambda s: b.moment(joined[s]).or_null(~is_joined[s]),
            bought_at=lambda s: b.moment(bought[s]).or_null(~is_bought[s]),
            bought_unit_id=lambda s: b.raw(writer.house.units[unit[s]]).or_null(~is_bought[s]),
            bought_in_store=lambda s: b.boolean(is_store[s]).or_null(~is_bought[s]),
            sources=one_of(combinations, sources),
        ),
    ]


def _friends(writer: Writer) -> list[Table]:
    friends, positions = writer.people.friends, writer.people.positions
    is_ended = friends.ended > 0
    gone = np.flatnonzero(is_ended)
    identifier = writer.people.identifiers.first[friends.customer] + 1
    identifier = identifier + (writer.world.held[friends.customer] & 1)  # after the card, if any
    who, staff = friends.customer, friends.staff

    def log(which: Array, position: Array, at: Array, is_added: bytes) -> Table:
        return writer.table(
            "profile.contact_log",
            len(which),
            position=lambda s: b.int8(position[s]),
            customer_id=writer.customer(who[which]),
            staff_id=lambda s: b.raw(writer.house.staff[staff[which[s]]]),
            identifier_id=lambda s: b.int8(identifier[which[s]]),
            is_added=all_are(is_added),
            at=lambda s: b.moment(at[which[s]]),
        )

    return [
        writer.table(
            "profile.friendship",
            len(who),
            customer_id=writer.customer(who),
            staff_id=lambda s: b.raw(writer.house.staff[staff[s]]),
            identifier_id=lambda s: b.int8(identifier[s]),
            since=moments(friends.since),
            ended_at=lambda s: b.moment(friends.ended[s]).or_null(~is_ended[s]),
        ),
        log(np.arange(len(who)), positions.added, friends.since, b"\1"),
        log(gone, positions.removed, friends.ended, b"\0"),
    ]


def _consents(writer: Writer) -> list[Table]:
    consents, positions = writer.people.consents, writer.people.positions
    channels = [channel.encode() for channel in CONSENT_CHANNELS]
    is_back = consents.withdrawn > 0
    back = np.flatnonzero(is_back)
    last = np.where(is_back, consents.withdrawn, consents.at)
    proof = all_are(b'\x01{"event": "bench"}')

    def log(which: Array, position: Array, at: Array, state: bytes, first_id: int) -> Table:
        return writer.table(
            "profile.consent_log",
            len(which),
            id=lambda s: b.int8(np.arange(s.start, s.stop) + first_id),
            customer_id=writer.customer(consents.customer[which]),
            channel=one_of(channels, consents.channel[which]),
            purpose=all_are(b"marketing"),
            state=all_are(state),
            at=lambda s: b.moment(at[which[s]]),
            proof=proof,
            position=lambda s: b.int8(position[s]),
        )

    everyone = np.arange(len(consents.customer))
    return [
        log(everyone, positions.given, consents.at, b"given", 1),
        log(back, positions.withdrawn, consents.withdrawn, b"withdrawn", len(everyone) + 1),
        writer.table(
            "profile.consent",
            len(everyone),
            customer_id=writer.customer(consents.customer),
            channel=one_of(channels, consents.channel),
            purpose=all_are(b"marketing"),
            state=lambda s: b.chosen((b"given", b"withdrawn"), is_back[s].astype(np.int8)),
            at=moments(last),
            proof=proof,
        ),
    ]


def _said(writer: Writer) -> list[Table]:
    said, came = writer.people.said, writer.world.came
    tier = np.searchsorted((0.7, 0.9, 0.98), (said.code[said.tiered] % 1000) / 1000, side="right")
    tag = np.minimum((said.code[said.tagged] % 1000) ** 2 * len(TAGS) // 10**6, len(TAGS) - 1)
    tiers = [b'\x01"' + name.encode() + b'"' for name in TIERS]
    tags = [name.encode() for name in TAGS]
    tables = [
        writer.table(
            "profile.description",
            len(said.described),
            customer_id=writer.customer(said.described),
            gender=lambda s: b.chosen((b"female", b"male"), said.code[said.described[s]] % 2),
            birth_month=lambda s: b.int2(said.code[said.described[s]] // 2 % 12 + 1),
            at=lambda s: b.moment(came[said.described[s]]),
            source=all_are(b"import"),
        ),
        writer.table(
            "profile.tag_log",
            len(said.tagged),
            id=lambda s: b.int8(np.arange(s.start, s.stop) + 1),
            customer_id=writer.customer(said.tagged),
            name=one_of(tags, tag),
            is_on=all_are(b"\1"),
            source=all_are(b"bench"),
            at=lambda s: b.moment(came[said.tagged[s]]),
            by=all_are(b"bench"),
        ),
        writer.table(
            "profile.tag",
            len(said.tagged),
            customer_id=writer.customer(said.tagged),
            name=one_of(tags, tag),
            source=all_are(b"bench"),
            at=lambda s: b.moment(came[said.tagged[s]]),
        ),
    ]
    traits = [
        writer.table(
            name,
            len(said.tiered),
            customer_id=writer.customer(said.tiered),
            name=all_are(b"tier"),
            value=one_of(tiers, tier),
            at=lambda s: b.moment(came[said.tiered[s]]),
            source=all_are(b"bench"),
        )
        for name in ("profile.trait_said", "profile.trait")
    ]
    return [*tables, *traits]


def _state(writer: Writer) -> Table:
    """`profile.customer`, as `derive_customers` would write it."""
    world, said, friends = writer.world, writer.people.said, writer.people.friends
    count = world.customers
    owner, since = np.full(count, -1), np.zeros(count, np.int64)
    lasting = friends.ended == 0
    owner[friends.customer[lasting]] = friends.staff[lasting]
    since[friends.customer[lasting]] = friends.since[lasting]
    home = np.where(owner >= 0, store_of(owner), _bought(writer)[0])
    described = np.zeros(count, bool)
    described[said.described] = True
    joined, (sources, combinations) = _joined(writer), _sources(writer)
    return writer.table(
        "profile.customer",
        count,
        customer_id=lambda s: b.raw(writer.ids.customers[s]),
        ordinal=lambda s: b.int4(np.arange(s.start, s.stop) + 1),
        gender=lambda s: b.chosen((b"female", b"male"), said.code[s] % 2).or_null(~described[s]),
        birth_month=lambda s: b.int2(said.code[s] // 2 % 12 + 1).or_null(~described[s]),
        home_unit_id=lambda s: b.raw(writer.house.units[home[s]]).or_null(home[s] < 0),
        owner_staff_id=lambda s: b.raw(writer.house.staff[owner[s]]).or_null(owner[s] < 0),
        owned_since=lambda s: b.moment(since[s]).or_null(owner[s] < 0),
        joined_on=lambda s: b.date(local_day(joined[s])).or_null(joined[s] == 0),
        source_channels=one_of(combinations, sources),
    )


def _bought(writer: Writer) -> tuple[Array, Array, Array]:
    """Of everybody's first purchase in a store, else online: the unit (else -1), whether it was in a
    store, and when (else 0)."""
    seen, count = writer.people.seen, writer.world.customers
    unit, is_store, at = np.full(count, -1), np.zeros(count, bool), np.zeros(count, np.int64)
    for source in (WECOM, MALL, POS):
        here = (seen.source == source) & (seen.bought > 0)
        who = seen.customer[here]
        unit[who], is_store[who], at[who] = seen.unit[here], source == POS, seen.bought[here]
    return unit, is_store, at


def _joined(writer: Writer) -> Array:
    """When everybody joined, else 0."""
    joined = np.zeros(writer.world.customers, np.int64)
    np.maximum.at(joined, writer.people.seen.customer, writer.people.seen.joined)
    return joined


def _sources(writer: Writer) -> tuple[Array, list[bytes]]:
    """Everybody's combination of sources, and the combinations as arrays."""
    sources = np.zeros(writer.world.customers, np.int8)
    np.bitwise_or.at(
        sources, writer.people.seen.customer, (1 << writer.people.seen.source).astype(np.int8)
    )
    combinations = [
        b.text_array(sorted(name for bit, name in enumerate(SOURCES) if which >> bit & 1))
        for which in range(_COMBINATIONS)
    ]
    return sources, combinations


def _last_seen(writer: Writer) -> Array:
    """Per customer, over her sources."""
    seen = writer.people.seen
    first = np.flatnonzero(np.r_[True, seen.customer[1:] != seen.customer[:-1]])
    last: Array = np.maximum.reduceat(seen.last, first)
    return last
