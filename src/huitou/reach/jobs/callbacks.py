"""What channels push to us: friends who come and go, receipts, replies. Each push counts once."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TypeVar
from uuid import UUID

from huitou.base.db import ReadTx, Tx
from huitou.base.jobs import Effect, job
from huitou.base.ports import Port
from huitou.code import reads as codes
from huitou.event import actions as events
from huitou.event import reads as log
from huitou.event.types import EventIn, IdentifierIn
from huitou.identity import reads as identities
from huitou.merchant import actions as merchant_actions
from huitou.merchant import reads as merchants
from huitou.reach.actions import messages as actions
from huitou.reach.jobs import greeting
from huitou.reach.jobs.greeting import Greeting
from huitou.reach.store import messages as store
from huitou.reach.store import reports
from huitou.reach.types.channels import (
    FriendAdded,
    FriendRemoved,
    Friends,
    SmsPushes,
    SmsReply,
    open_friends,
    open_sms_pushes,
)
from huitou.reach.types.messages import NoChannel

_EXTERNAL = "external_userid"
_Adapter = TypeVar("_Adapter")


@dataclass(frozen=True, slots=True)
class LookingUp:
    """A new friend about whom the channel is asked for more."""

    identifier_id: int
    friends: Friends
    corp: str
    external_userid: str = field(repr=False)


def friends_of(tx: ReadTx) -> Friends:
    """The merchant's WeCom. Refuses `NoChannel`."""
    return _adapter(tx, open_friends, "wecom")


def sms_pushes_of(tx: ReadTx, carrier: str) -> SmsPushes:
    """One of the merchant's SMS providers. Refuses `NoChannel`."""
    config = merchants.channel_config(tx, carrier)
    if config is None:
        raise NoChannel(channel=carrier)
    return open_sms_pushes.get()(carrier, config)


def add_friend(tx: Tx, corp: str, added: FriendAdded) -> Greeting | None:
    """A new friend: into the log. Returns what to greet them with, the first time."""
    if not reports.add_receipt(tx, "wecom", added.key):
        return None
    properties = {"staff": added.user, **({"state": added.state[:64]} if added.state else {})}
    if code_id := codes.ids_by_state(tx, [added.state]).get(added.state):
        properties["code"] = str(code_id)
    identifier = IdentifierIn(_EXTERNAL, added.external_userid, corp, True)
    merchant_actions.add_connector(tx, "wecom", "企业微信")
    events.accept_events(
        tx,
        [
            EventIn(
                id=added.key,
                type="contact.added",
                occurred_at=min(added.at, tx.now),
                source="wecom",
                properties=properties,
                identifiers=[identifier],
            )
        ],
    )
    identifier_id = log.identifier_id(tx, _EXTERNAL, corp, added.external_userid)
    if identifier_id is not None:
        tx.defer(look_up, key=str(identifier_id), identifier_id=identifier_id, corp=corp)
    return greeting.claim(tx, added)


def remove_friend(tx: Tx, corp: str, removed: FriendRemoved) -> None:
    """A friendship ended: into the log."""
    if not reports.add_receipt(tx, "wecom", removed.key):
        return
    merchant_actions.add_connector(tx, "wecom", "企业微信")
    events.accept_events(
        tx,
        [
            EventIn(
                id=removed.key,
                type="contact.removed",
                occurred_at=min(removed.at, tx.now),
                source="wecom",
                properties={
                    "staff": removed.user,
                    "by": "customer" if removed.is_by_customer else "staff",
                },
                identifiers=[IdentifierIn(_EXTERNAL, removed.external_userid, corp, True)],
            )
        ],
    )


def take_replies(tx: Tx, carrier: str, replies: Sequence[SmsReply]) -> None:
    """Replies that ask us to stop: no more SMS to whoever was written to at that number."""
    fresh = [
        reply
        for reply in replies
        if reports.add_receipt(tx, carrier, f"up:{reply.key}") and reply.is_optout
    ]
    if not fresh:
        return
    for customer_id in sorted({customer for reply in fresh for customer in _behind(tx, reply)}):
        actions.stop_channel(tx, customer_id, "sms")
    merchant_actions.add_connector(tx, "sms", "短信")
    events.accept_events(
        tx,
        [
            EventIn(
                id=reply.key,
                type="consent.withdrawn",
                occurred_at=min(reply.at, tx.now),
                source="sms",
                properties={"channel": "sms", "purpose": "marketing", "proof": "reply"},
                identifiers=[IdentifierIn("phone", reply.phone)],
            )
            for reply in fresh
        ],
    )


def claim_look_up(tx: Tx, identifier_id: int, corp: str) -> LookingUp | None:
    """The new friend's id, out of the vault."""
    plain = log.open_identifiers(tx, [identifier_id]).get(identifier_id)
    return LookingUp(identifier_id, friends_of(tx), corp, plain[2]) if plain else None


def call_look_up(looking: LookingUp) -> str | None:
    """Their unionid, by which other channels know them."""
    return looking.friends.unionid_of(looking.external_userid)


def settle_look_up(tx: Tx, looking: LookingUp, unionid: str | None) -> None:
    """A bridge between WeCom and WeChat: into the log."""
    if unionid is None:
        return
    events.accept_events(
        tx,
        [
            EventIn(
                id=f"unionid-{looking.identifier_id}",
                type="identity.bound",
                occurred_at=tx.now,
                source="wecom",
                properties={"method": "unionid"},
                identifiers=[
                    IdentifierIn(_EXTERNAL, looking.external_userid, looking.corp, True),
                    IdentifierIn("unionid", unionid, None, True),
                ],
            )
        ],
    )


@job(kind="effect")
def look_up() -> Effect[LookingUp, str | None]:
    """Ask the channel who a new friend is."""
    return Effect(claim_look_up, call_look_up, settle_look_up)


def _behind(tx: ReadTx, reply: SmsReply) -> set[UUID]:
    """Whose number it is, and to whom messages went there."""
    holder = identities.find_by_identifier(tx, "phone", reply.phone)
    address_id = log.identifier_id(tx, "phone", None, reply.phone)
    customers = set(store.customers_at(tx, address_id)) if address_id is not None else set()
    if holder is not None:
        customers.add(holder.merged_into or holder.id)
    return customers


def _adapter(tx: ReadTx, port: Port[Callable[[str], _Adapter]], kind: str) -> _Adapter:
    config = merchants.channel_config(tx, kind)
    if config is None:
        raise NoChannel(channel=kind)
    return port.get()(config)
