"""Limits as they are commonly needed. Pure."""

import numpy as np

from huitou.reach.types.arbitration import Ints, Limit, Wave


def cap(name: str, group: Ints, room: Ints) -> Limit:
    """So many messages more to each customer (or customer and channel, category, day)."""
    return Limit(name, "own", group, np.ones_like(group), room)


def budget(name: str, group: Ints, use: Ints, room: Ints) -> Limit:
    """So much of something, in fen or messages, for all customers together."""
    return Limit(name, "budget", group, use, room)


def capacity(name: str, group: Ints, room: Ints) -> Limit:
    """So many messages that somebody sends or confirms by hand."""
    return Limit(name, "capacity", group, np.ones_like(group), room)


def inherent(wave: Wave) -> tuple[Limit, Limit]:
    """What holds in every wave: a message goes once, and so many go to a customer in a window."""
    messages, of = wave.messages, wave.options.message
    span = int(np.ptp(messages.window)) + 1 if len(messages.key) else 1
    seats = messages.customer * span + (messages.window - messages.window.min(initial=0))
    known, seat = np.unique(seats, return_inverse=True)
    places = np.full(len(known), wave.per_window, np.int64)
    return (
        cap("message", of, np.ones(len(messages.key), np.int64)),
        cap("window", seat.astype(np.int64)[of], places),
    )
