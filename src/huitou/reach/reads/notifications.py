"""What merchants' systems told single customers, and what came of it."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from huitou.base.db import ReadTx
from huitou.identity import reads as identities
from huitou.kernel.page import PAGE_MAX, Page, decode_moment, encode_cursor
from huitou.profile import reads as profiles
from huitou.reach.rules import gate, notifying
from huitou.reach.store import notifications as store
from huitou.reach.store.notifications import Stored
from huitou.reach.types.messages import State
from huitou.reach.types.notifications import (
    KEY_PREFIX,
    Asked,
    NoNotification,
    Notification,
    Tried,
)


def get_notification(tx: ReadTx, id: UUID, *, language: str) -> Notification:
    """Refuses `NoNotification`."""
    found = store.find(tx, id=id)
    if found is None:
        raise NoNotification()
    return _shown(tx, [found], language)[0]


def find_of_message(tx: ReadTx, content_key: str, *, language: str) -> Notification | None:
    """The notification that a message with this content is a way of."""
    if not content_key.startswith(KEY_PREFIX):
        return None
    found = store.find(tx, key=content_key.removeprefix(KEY_PREFIX))
    return None if found is None else _shown(tx, [found], language)[0]


def list_notifications(
    tx: ReadTx, asked: Asked, *, cursor: str | None, limit: int, language: str
) -> Page[Notification]:
    """In the scope, or of a customer whom the asker may see and of whoever was merged with them; the latest first. Refuses
    `NoSuchCustomer`."""
    limit = min(limit, PAGE_MAX)
    members = None
    if asked.customer_id is not None:
        root_id = profiles.get_visible_root(tx, asked.customer_id)
        members = [member.id for member in identities.members_of(tx, root_id)]
    before = decode_moment(cursor, UUID)
    found = store.list_notifications(tx, asked, members, before=before, count_max=limit + 1)
    last = found[limit - 1] if len(found) > limit else None
    return Page(
        _shown(tx, found[:limit], language),
        encode_cursor(last.made_at.isoformat(), last.id) if last else None,
    )


def _shown(tx: ReadTx, rows: Sequence[Stored], language: str) -> list[Notification]:
    owners = identities.canonical(tx, {row.customer_id for row in rows})
    ids = [UUID(message) for row in rows for _, message, _ in row.tried if message is not None]
    standings = store.standings(tx, ids)
    shown = []
    for row in rows:
        tried = [_tried(one, standings, language) for one in row.tried]
        new = Notification(
            id=row.id,
            key=row.key,
            customer_id=owners.get(row.customer_id, row.customer_id),
            purpose=row.purpose,
            state=notifying.state_of(tried, row.way_count, tx.now, row.expires_at),
            tried=tried,
            made_at=row.made_at,
            expires_at=row.expires_at,
        )
        shown.append(new)
    return shown


def _tried(
    one: tuple[str, str | None, str | None],
    standings: Mapping[UUID, tuple[State, str | None, datetime | None]],
    language: str,
) -> Tried:
    channel, message, code = one
    if message is None:
        return Tried(
            channel, code, gate.sentence(code, language) if code else None, None, None, None
        )
    state, failure, delivered_at = standings[UUID(message)]
    reason = gate.sentence(failure, language) if failure else None
    return Tried(channel, failure, reason, UUID(message), state, delivered_at)
