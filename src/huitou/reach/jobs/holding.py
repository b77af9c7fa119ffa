"""What an emergency stop asks of every claim."""

from huitou.base.db import ReadTx, Tx
from huitou.reach.rules import stopping
from huitou.reach.store import stops
from huitou.reach.store.messages import Message
from huitou.reach.types.stops import Stop

HANDING = "reach.handing"
"""The lock that every claim shares, and that a stop takes alone."""


def holds(tx: Tx, message: Message) -> bool:
    """Does a stop hold this message, which nobody has handed over yet? Then it waits for that stop to be lifted."""
    stop = stop_of(tx, message)
    if stop is not None:
        stops.set_held(tx, message.id, stop.id)
    return stop is not None


def is_asked_back(tx: ReadTx, message: Message) -> bool:
    """Is a message that was on its way when the stop came to be taken back?"""
    stop = stop_of(tx, message)
    return stop is not None and stop.take_back


def is_silent(tx: ReadTx, channel: str) -> bool:
    """Does a stop hold what is no message of anybody's, such as a greeting?"""
    in_force = stops.list_in_force(tx)
    return (
        stopping.holding(in_force, channel=channel, campaign_id=None, purpose="service") is not None
    )


def stop_of(tx: ReadTx, message: Message) -> Stop | None:
    """The stop that holds the message back now."""
    return stopping.holding(
        stops.list_in_force(tx),
        channel=message.channel,
        campaign_id=message.campaign_id,
        purpose=message.purpose,
        is_test=message.is_test,
    )
