"""What an emergency stop asks of every claim."""

from collections.abc import Sequence
from uuid import UUID

from huitou.base.db import ReadTx, Tx
from huitou.reach.rules import stopping
from huitou.reach.store import stops
from huitou.reach.store.messages import Message
from huitou.reach.types.stops import Stop

HANDING = "reach.handing"
"""The lock that every claim shares, and that a stop takes alone."""


def free_of(tx: Tx, messages: Sequence[Message]) -> list[Message]:
    """Those, of messages that nobody has handed over yet, that no stop holds; the others wait for theirs to be lifted."""
    in_force = stops.list_in_force(tx)
    found = [(message, stop_of(in_force, message)) for message in messages]
    held = [(message.id, stop.id) for message, stop in found if stop is not None]
    if held:
        stops.set_held(tx, held)
    return [message for message, stop in found if stop is None]


def asked_back(tx: ReadTx, messages: Sequence[Message]) -> set[UUID]:
    """Those that were on their way when a stop came that takes them back."""
    in_force = stops.list_in_force(tx)
    found = [(message.id, stop_of(in_force, message)) for message in messages]
    return {id for id, stop in found if stop is not None and stop.take_back}


def is_silent(tx: ReadTx, channel: str) -> bool:
    """Does a stop hold what is no message of anybody's, such as a greeting?"""
    in_force = stops.list_in_force(tx)
    return (
        stopping.holding(in_force, channel=channel, campaign_id=None, purpose="service") is not None
    )


def stop_of(in_force: Sequence[Stop], message: Message) -> Stop | None:
    """The stop that holds the message back now."""
    return stopping.holding(
        in_force,
        channel=message.channel,
        campaign_id=message.campaign_id,
        purpose=message.purpose,
        is_test=message.is_test,
    )
