"""Codes by SMS, when visits and doors end, and who is no longer known."""

from dataclasses import dataclass, field
from uuid import UUID

from huitou.base.db import Tx
from huitou.base.jobs import Effect, every, job
from huitou.base.notices import listens
from huitou.identity.types import CustomerForgotten
from huitou.member import store
from huitou.member.actions import doors, visits
from huitou.member.rules import doors as rules
from huitou.merchant import reads as merchants
from huitou.reach.reads import messages as reach
from huitou.reach.types.channels import (
    Channel,
    Outgoing,
    SubmitOutcome,
    Submitted,
    Unknown,
    open_channel,
)


@dataclass(frozen=True, slots=True)
class SendingCode:
    """A code on its way."""

    door_id: UUID
    channel: Channel
    outgoing: Outgoing = field(repr=False)


@job(kind="effect")
def send_code() -> Effect[SendingCode, SubmitOutcome]:
    """The code of a door, once: whoever does not get it asks for another."""
    return Effect(_claim, _call, _settle)


def _claim(tx: Tx, door_id: str, sealed: str) -> SendingCode | None:
    door = store.lock_door(tx, UUID(door_id))
    carrier = reach.carrier_of(tx, "sms")
    config = merchants.channel_config(tx, carrier) if carrier else None
    if door is None or door.state != "planned" or carrier is None or config is None:
        return None
    store.set_door_state(tx, door.id, "in_flight")
    code = tx.keys.open(bytes.fromhex(sealed))
    brand = merchants.get_merchant(tx).name
    outgoing = Outgoing(
        message_id=door.id,
        address=tx.keys.open(door.phone_sealed),
        text=rules.text_of(brand, code),
        template=merchants.setting(tx, "member.sms_template") or None,
        params={"code": code},
    )
    return SendingCode(door.id, open_channel.get()(carrier, config), outgoing)


def _call(sending: SendingCode) -> SubmitOutcome:
    return sending.channel.submit(sending.outgoing)


def _settle(tx: Tx, sending: SendingCode, outcome: SubmitOutcome) -> None:
    is_out = isinstance(outcome, Submitted | Unknown)
    store.set_door_state(tx, sending.door_id, "sent" if is_out else "failed")


@every(minutes=60)
def tidy(tx: Tx) -> None:
    """What was shown and asked yesterday."""
    visits.tidy(tx)
    doors.tidy(tx)


@listens(CustomerForgotten)
def customer_forgotten(tx: Tx, notice: CustomerForgotten) -> None:
    """Merges and splits need nothing here: a visit asks who answers when it is used."""
    visits.forget(tx, [notice.customer_id, *notice.member_ids])
