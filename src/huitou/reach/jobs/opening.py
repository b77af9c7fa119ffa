"""What a call to a channel needs, messages held, and adapters, texts and addresses opened, for a set at once; and what it
brings."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TypeVar
from uuid import UUID

from huitou.base.db import ReadTx, Tx
from huitou.base.ports import Port
from huitou.event import reads as log
from huitou.identity import reads as identities
from huitou.merchant import reads as merchants
from huitou.reach.store import facts as gates
from huitou.reach.store import messages as store
from huitou.reach.store.messages import Message
from huitou.reach.types.channels import Channel, Link, Outgoing, open_channel
from huitou.reach.types.messages import Standing

_Adapter = TypeVar("_Adapter")


@dataclass(frozen=True, slots=True)
class Sending:
    """A call about a message that is being made."""

    message_id: UUID
    attempt: int
    channel: Channel
    outgoing: Outgoing
    ref: str | None
    carrier: str


@dataclass(frozen=True, slots=True)
class News:
    """Of a locked message. `wait`: another attempt comes no sooner."""

    message: Message
    standing: Standing
    wait: timedelta = timedelta(0)


def adapter_of(
    tx: ReadTx, port: Port[Callable[[str, str], _Adapter]], kind: str
) -> _Adapter | None:
    """The merchant's adapter of this kind; None when the channel is not set up."""
    config = merchants.channel_config(tx, kind)
    return None if config is None else port.get()(kind, config)


def lock(tx: Tx, message_ids: Sequence[UUID]) -> list[Message]:
    """The messages, by id, as of who answers now, their gates held first: the order in which everybody locks."""
    found = {m.customer_id for m in store.find_messages(tx, message_ids) if m.customer_id}
    roots = identities.canonical(tx, found) if found else {}
    if roots:
        gates.lock_customers(tx, list(roots.values()))
    return [
        replace(message, customer_id=roots.get(message.customer_id, message.customer_id))
        if message.customer_id
        else message
        for message in store.lock_messages(tx, message_ids)
    ]


def sendings(tx: ReadTx, wanted: Sequence[tuple[Message, int | None, str]]) -> dict[UUID, Sending]:
    """The arguments of the calls about `(message, address, carrier)`, by message; those without a body (forgotten), an
    address or a channel are missing."""
    channels = {kind: adapter_of(tx, open_channel, kind) for kind in {kind for *_, kind in wanted}}
    ids = {address_id for message, address_id, _ in wanted if not message.is_test and address_id}
    addresses = log.open_identifiers(tx, list(ids)) if ids else {}
    staff = {message.staff_id for message, _, _ in wanted if message.staff_id}
    senders = merchants.wecom_users_of(tx, staff) if staff else {}
    found = {}
    for message, address_id, kind in wanted:
        channel = channels[kind]
        if channel is None or message.body_sealed is None:
            continue
        body = json.loads(tx.keys.open(bytes(message.body_sealed)))
        known = addresses.get(address_id) if address_id else None
        address = body.get("address") if message.is_test else known and known[2]
        if address is None:
            continue
        outgoing = Outgoing(
            message_id=message.id,
            address=address,
            text=body["text"],
            sender=senders.get(message.staff_id) if message.staff_id else None,
            link=Link(**body["link"]) if body["link"] else None,
            template=body["template"],
            params=body["params"],
        )
        found[message.id] = Sending(
            message.id, message.attempt, channel, outgoing, message.ref, kind
        )
    return found
