"""What providers call us with: how messages ended, what customers open up, who follows.

Everything is heard once, by its key, and all of a callback or nothing: the provider calls again.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from huitou.base.db import ReadTx, Tx
from huitou.event import actions as events
from huitou.event import reads as log
from huitou.event.types import EventIn, IdentifierIn
from huitou.kernel.ids import new_id
from huitou.merchant import actions as merchant_actions
from huitou.merchant import reads as merchants
from huitou.reach.jobs import receipts
from huitou.reach.store import permits, reports
from huitou.reach.types.channels import ADDRESS_KINDS
from huitou.reach.types.hearing import (
    Ears,
    Forbade,
    Heard,
    Joined,
    Left,
    Permitted,
    Reported,
    open_ears,
)
from huitou.reach.types.messages import NoChannel

_NAMES = {"wechat": "公众号", "mini": "小程序"}


def ears_of(tx: ReadTx, carrier: str) -> Ears:
    """The reader of a provider's callbacks. Refuses `NoChannel`."""
    config = merchants.channel_config(tx, carrier)
    if config is None:
        raise NoChannel(channel=carrier)
    return open_ears.get()(carrier, config)


def take(tx: Tx, carrier: str, scope: str, heard: Sequence[Heard]) -> None:
    """Keep what a callback says."""
    receipts.take(tx, carrier, [one for one in heard if isinstance(one, Reported)])
    for one in heard:
        if isinstance(one, Reported) or not reports.add_receipt(tx, carrier, one.key):
            continue
        match one:
            case Permitted():
                _permit(tx, carrier, scope, one)
            case Forbade(_, address, subject):
                _close(tx, carrier, scope, address, subject)
            case Joined(key, address, scene, at):
                more = {"scene": scene[:64]} if scene else {}
                _record(tx, carrier, scope, "followed", key, address, at, **more)
            case Left(key, address, at):
                _record(tx, carrier, scope, "unfollowed", key, address, at)
                _close(tx, carrier, scope, address, None)


def _permit(tx: Tx, carrier: str, scope: str, given: Permitted) -> None:
    """With an end they replace those before them, as the platform counts them."""
    kind = "opened" if given.until else "accepted"
    more = {"template": given.subject} if given.subject else {}
    _record(tx, carrier, scope, kind, given.key, given.address, given.at, **more)
    identifier_id = _identifier(tx, carrier, scope, given.address)
    if identifier_id is None:
        return
    if given.until is not None:
        permits.remove_permits(tx, carrier, identifier_id, given.subject)
    ids = [new_id() for _ in range(given.count)]
    permits.add_permits(tx, ids, carrier, identifier_id, given.subject, given.until)


def _close(tx: Tx, carrier: str, scope: str, address: str, subject: str | None) -> None:
    identifier_id = _identifier(tx, carrier, scope, address)
    if identifier_id is not None:
        permits.remove_permits(tx, carrier, identifier_id, subject)


def _identifier(tx: ReadTx, carrier: str, scope: str, address: str) -> int | None:
    return log.identifier_id(tx, ADDRESS_KINDS[carrier], scope, address)


def _record(
    tx: Tx,
    carrier: str,
    scope: str,
    what: str,
    key: str,
    address: str,
    at: datetime,
    **properties: Any,
) -> None:
    """Into the log, by which the address is known from now on."""
    merchant_actions.add_connector(tx, carrier, _NAMES[carrier])
    events.accept_events(
        tx,
        [
            EventIn(
                id=key,
                type=f"x.{carrier}_{what}",
                occurred_at=min(at, tx.now),
                source=carrier,
                properties=properties,
                identifiers=[IdentifierIn(ADDRESS_KINDS[carrier], address, scope, True)],
            )
        ],
    )
