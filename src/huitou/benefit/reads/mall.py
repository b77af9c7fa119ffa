"""What the points mall has, and what was exchanged."""

from collections.abc import Sequence
from uuid import UUID

from huitou.base.db import ReadTx
from huitou.benefit.rules import mall as rules
from huitou.benefit.store import mall as store
from huitou.benefit.types.points import Exchange, MallItem, NoMallItem
from huitou.identity import reads as identities
from huitou.kernel.page import PAGE_MAX, Page, decode_moment, encode_cursor
from huitou.profile import reads as profile


def get_item(tx: ReadTx, item_id: UUID) -> MallItem:
    """Refuses `points.no_item`."""
    found = store.find_items(tx, [item_id])
    if not found:
        raise NoMallItem()
    return found[0]


def names(tx: ReadTx, item_ids: Sequence[UUID]) -> dict[UUID, str]:
    """Names by id."""
    return {item.id: item.name for item in store.find_items(tx, item_ids)}


def list_items(tx: ReadTx, *, is_open_only: bool = False) -> list[MallItem]:
    """All items, the cheapest first; or those that can be had now."""
    found = store.list_items(tx)
    return [item for item in found if rules.is_open(item, tx.now)] if is_open_only else found


def exchanges(
    tx: ReadTx,
    *,
    customer_id: UUID | None = None,
    item_id: UUID | None = None,
    state: str | None = None,
    cursor: str | None = None,
    limit: int = 50,
) -> Page[Exchange]:
    """Exchanges, latest first; of a customer only if the asker may see them."""
    limit = min(limit, PAGE_MAX)
    members = None
    if customer_id is not None:
        root = profile.get_visible_root(tx, customer_id)
        members = [member.id for member in identities.members_of(tx, root)]
    found = store.list_exchanges(
        tx,
        customer_ids=members,
        item_id=item_id,
        state=state,
        before=decode_moment(cursor, UUID),
        count_max=limit + 1,
    )
    shown = found[:limit]
    following = encode_cursor(shown[-1].at, shown[-1].id) if len(found) > limit else None
    return Page(shown, following)


def waiting_of(tx: ReadTx, customer_id: UUID) -> list[Exchange]:
    """Goods that wait to be handed to a customer who stands at the counter, whoever's book they
    are in."""
    members = [member.id for member in identities.members_of(tx, customer_id)]
    return store.list_exchanges(tx, customer_ids=members, state="waiting", count_max=PAGE_MAX)
