"""What customers choose for one channel and one purpose, in force at once."""

from dataclasses import dataclass
from uuid import UUID

from huitou.base.db import ReadTx, Tx
from huitou.content import actions as contents
from huitou.identity import reads as identities
from huitou.kernel.errors import Invalid
from huitou.profile import actions as profile_actions
from huitou.profile import reads as profiles
from huitou.profile.types import ConsentChange, ConsentState
from huitou.reach.actions import messages as actions
from huitou.reach.store import facts as gates
from huitou.reach.store import messages as store
from huitou.reach.store import records
from huitou.reach.types.channels import CHANNELS

PURPOSES = ("marketing", "service")


class NoChoice(Invalid):
    code = "reach.no_choice"
    zh, en = "没有这个选项", "There is nothing like that to choose"


@dataclass(frozen=True, slots=True)
class Turn:
    """A switch and where it is turned to."""

    channel: str
    purpose: str
    is_on: bool

    @property
    def name(self) -> str:
        return f"{self.channel}.{self.purpose}"


def parse(said: str) -> Turn:
    """`sms.marketing.off`. Refuses `NoChoice`."""
    match said.split("."):
        case [channel, purpose, "on" | "off" as way] if channel in CHANNELS and purpose in PURPOSES:
            return Turn(channel, purpose, way == "on")
    raise NoChoice()


def choose(tx: Tx, customer_id: UUID, turn: Turn, *, proof: str) -> None:
    """Turn a switch. Off: what is planned there is cancelled, what an associate has not confirmed is asked back. Each
    decision is kept with its moment and `proof`, here and in the log."""
    customer_id = _root(tx, customer_id)
    gates.lock_customers(tx, [customer_id])
    channel = turn.channel
    if turn.purpose == "marketing":
        if turn.is_on:
            records.take_suppressions(tx, customer_id, channel)
            contents.mark_opted_out(tx, customer_id, None)
        else:
            is_consenting = bool(profiles.consents(tx, [customer_id], channel, "marketing"))
            records.add_suppressions(
                tx,
                customer_id,
                [channel],
                reason="page",
                at=tx.now,
                restores=[channel] if is_consenting else [],
            )
    if not turn.is_on:
        actions.cancel(tx, store.open_messages(tx, customer_id, [channel], turn.purpose))
    state: ConsentState = "given" if turn.is_on else "withdrawn"
    change = ConsentChange(customer_id, channel, turn.purpose, state, tx.now, {"said": proof})
    profile_actions.set_consents(tx, [change])


def _root(tx: ReadTx, customer_id: UUID) -> UUID:
    return identities.canonical(tx, [customer_id]).get(customer_id, customer_id)
