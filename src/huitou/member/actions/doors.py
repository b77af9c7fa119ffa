"""Coming in by a phone number: a code by SMS proves it, identity says whose it is."""

import hmac
import secrets
from datetime import timedelta
from typing import Any, Literal
from uuid import UUID

from huitou.base.db import ReadTx, Tx
from huitou.event import actions as log
from huitou.event import reads as events
from huitou.event.types import EventIn, IdentifierIn
from huitou.identity import reads as identities
from huitou.kernel.ids import new_id
from huitou.member import store
from huitou.member.rules import doors
from huitou.member.types import BadPhone, Door, NoSms, TooManyCodes
from huitou.merchant import actions as merchant_actions
from huitou.merchant import reads as merchants
from huitou.profile import reads as profiles
from huitou.reach.reads import messages as reach

SOURCE = "member"
Opened = Literal["proven", "wrong", "over"]


def knock(tx: Tx, phone: str, *, unit: str | None, wants_sms: bool) -> tuple[Door, str]:
    """Make a code for a number; whoever called queues its sending. The same answer whether the
    number is a member's or not.

    Refuses BadPhone, TooManyCodes, NoSms.
    """
    normal = events.normalise("phone", phone)
    if normal is None or not doors.is_mobile(normal):
        raise BadPhone()
    if reach.carrier_of(tx, "sms") is None:
        raise NoSms()
    blind = tx.keys.blind(f"member.door|{normal}")
    tx.lock(f"member.door:{blind.hex()}")
    since = tx.now - max(span for span, _ in doors.LIMITS)
    if not doors.may_ask(store.list_knocks(tx, blind, since), tx.now):
        raise TooManyCodes()
    code = f"{secrets.randbelow(10**doors.DIGITS):0{doors.DIGITS}d}"
    found = merchants.find_unit_by_code(tx, unit) if unit else None
    door = Door(
        id=new_id(),
        phone_blind=blind,
        phone_sealed=tx.keys.seal(normal),
        code_hash=b"",
        unit_id=found.id if found else None,
        wants_sms=wants_sms,
        state="planned",
        attempts=0,
        asked_at=tx.now,
        position=None,
    )
    store.add_door(tx, door, _hash(tx, door.id, code))
    return door, code


def open_door(tx: Tx, door_id: UUID, code: str) -> Opened:
    """Is this the code? Each try counts, right or wrong; a proven number is told to the log, once.

    Returned and not refused: a wrong try must be kept.
    """
    door = store.lock_door(tx, door_id)
    if door is None or tx.now - door.asked_at > doors.CODE_LIFE:
        return "over"
    if door.position is not None:
        return "proven"
    if door.attempts >= doors.ATTEMPTS_MAX:
        return "over"
    store.add_attempt(tx, door_id)
    typed = "".join(code.split())
    if not hmac.compare_digest(_hash(tx, door_id, typed), door.code_hash):
        return "over" if door.attempts + 1 >= doors.ATTEMPTS_MAX else "wrong"
    store.set_proven(tx, door_id, _tell(tx, door))
    return "proven"


def phone_at(tx: ReadTx, door_id: UUID) -> str | None:
    """The number a code went to."""
    door = store.find_door(tx, door_id)
    return tx.keys.open(door.phone_sealed) if door else None


def customer_behind(tx: ReadTx, door_id: UUID) -> UUID | Literal["waiting"] | None:
    """Whom identity gave the proven number to; None for a number that speaks for nobody (a
    store's own), and for a door that was not opened."""
    door = store.find_door(tx, door_id)
    if door is None or door.position is None:
        return None
    if not events.has_read(tx, "identity", door.position):
        return "waiting"
    return identities.customers_of(tx, [door.position]).get(door.position)


def tidy(tx: Tx) -> int:
    """Doors of yesterday go, and the numbers with them."""
    return store.remove_doors(tx, tx.now - doors.KEPT - timedelta(hours=1))


def _tell(tx: Tx, door: Door) -> int:
    """The number is proven: `member.joined` for who is new, `identity.bound` for a member; consent
    to marketing only where it was ticked. Returns the last event's position."""
    phone = tx.keys.open(door.phone_sealed)
    holder = identities.find_by_identifier(tx, "phone", phone)
    known = profiles.profiles(tx, [holder.id]).get(holder.id) if holder else None
    is_member = known is not None and known.joined_on is not None
    unit = merchants.get_unit(tx, door.unit_id).code if door.unit_id else None
    said: list[tuple[str, dict[str, Any]]] = [
        ("identity.bound" if is_member else "member.joined", {"method": "sms_code"})
    ]
    if door.wants_sms:
        said.append(("consent.given", {"channel": "sms", "proof": f"door:{door.id}"}))
    merchant_actions.add_connector(tx, SOURCE, "会员页")
    taken = log.accept_events(
        tx,
        [
            EventIn(
                id=f"{door.id}:{type_}",
                type=type_,
                occurred_at=tx.now,
                source=SOURCE,
                properties=properties,
                unit=unit,
                identifiers=[IdentifierIn(kind="phone", value=phone, verified=True)],
            )
            for type_, properties in said
        ],
    )
    assert not taken.rejected, taken.rejected
    return int(taken.position)


def _hash(tx: ReadTx, door_id: UUID, code: str) -> bytes:
    return tx.keys.blind(f"member.sms|{door_id}|{code}")
