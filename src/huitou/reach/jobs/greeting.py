"""Greeting a new friend: within 20 seconds of the callback, once, and what came of it is kept.

The callback's transaction says that it is being sent; the call follows the answer to WeCom at once, not
by way of a queue. A process that dies between leaves a greeting that is never sent again: its code is
over before anybody could know (developer.work.weixin.qq.com, 92137).
"""

from dataclasses import dataclass, field
from datetime import timedelta

from huitou.base.db import Tx
from huitou.base.jobs import every
from huitou.code import reads as codes
from huitou.content import reads as content
from huitou.kernel.errors import Refusal
from huitou.merchant import reads as merchants
from huitou.reach.jobs import holding
from huitou.reach.store import greetings as store
from huitou.reach.types.channels import (
    Failed,
    FriendAdded,
    Link,
    SubmitOutcome,
    Submitted,
)

LOST_AFTER = timedelta(minutes=2)


@dataclass(frozen=True, slots=True)
class Greeting:
    """A greeting that is being sent; `key` is the callback's."""

    key: str
    welcome_code: str = field(repr=False)
    text: str
    link: Link | None


def claim(tx: Tx, added: FriendAdded) -> Greeting | None:
    """What to greet with: the code's words before the associate's own. None where there are none, or WeCom
    gave no code to answer with (its console greets already, or the two are in a chat)."""
    staff = merchants.find_staff_by_wecom(tx, added.user)
    try:
        said = codes.find_greeting(tx, added.state, staff) if added.state else None
    except Refusal:
        # What cannot be said, as when filled in it is too long, keeps nobody from being known.
        said = None
    if said is None and staff is None:
        return None
    link = None
    if said is not None:
        text = said.text
        if said.card is not None:
            card = said.card
            link = Link(card.title, card.description, card.url, card.picture_url)
    else:
        assert staff is not None
        text = content.welcome_text(merchants.get_unit(tx, staff.unit_id).name, staff.name)
    failure = None if added.welcome_code else "no_welcome_code"
    if holding.is_silent(tx, "wecom"):
        failure = "stopped"
    store.add_greeting(
        tx,
        key=added.key,
        code_id=said.code_id if said else None,
        staff_id=staff.id if staff else None,
        failure=failure,
    )
    if added.welcome_code is None or failure:
        return None
    return Greeting(added.key, added.welcome_code, text, link)


def settle(tx: Tx, greeting: Greeting, outcome: SubmitOutcome) -> None:
    """Keep what WeCom said."""
    if isinstance(outcome, Submitted):
        store.set_settled(tx, greeting.key, "sent", None)
    elif isinstance(outcome, Failed):
        store.set_settled(tx, greeting.key, "failed", outcome.code)
    else:
        store.set_settled(tx, greeting.key, "unknown", "unanswered")


@every(minutes=1)
def give_up_greetings(tx: Tx) -> None:
    """Greetings whose process died: nobody knows, and their time is over."""
    store.set_lost(tx, tx.now - LOST_AFTER)
