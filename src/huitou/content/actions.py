"""Verbs of content: make lists and links, take in what a customer did on the page."""

import os
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from huitou.base.db import Tx
from huitou.content import reads, rules, store
from huitou.content.types import Item, Link, ListChanged, NewLink, NewList, ProductList
from huitou.event import actions as events
from huitou.event.types import Recorded
from huitou.identity import reads as identities
from huitou.kernel.ids import new_id


def add_lists(tx: Tx, lists: Sequence[NewList]) -> list[UUID]:
    """Make lists, in order. Refuses `BadList`."""
    made = [(new_id(), NewList(n.title, rules.checked_items(n.items), n.note)) for n in lists]
    if made:
        store.add_lists(tx, made)
    return [id for id, _ in made]


def add_list(tx: Tx, title: str, items: Sequence[Item], note: str = "") -> UUID:
    """Make one list."""
    return add_lists(tx, [NewList(title, items, note)])[0]


def set_list(
    tx: Tx,
    list_id: UUID,
    *,
    items: Sequence[Item],
    version: int,
    title: str | None = None,
    note: str | None = None,
) -> ProductList:
    """Replace what is on a list. Refuses NoList, BadList, ListChanged."""
    current = reads.get_list(tx, list_id)
    is_set = store.set_list(
        tx,
        list_id,
        title=current.title if title is None else title,
        note=current.note if note is None else note,
        items=rules.checked_items(items),
        version=version,
    )
    if not is_set:
        raise ListChanged()
    return reads.get_list(tx, list_id)


def add_links(tx: Tx, links: Sequence[NewLink]) -> list[Link]:
    """Make links, in order, each with a token of its own."""
    made = [
        Link(
            id=new_id(),
            token=rules.token_of(os.urandom(rules.TOKEN_BYTES)),
            product_list_id=new.product_list_id,
            customer_id=new.customer_id,
            message_id=new.message_id,
            campaign_id=new.campaign_id,
            opportunity_id=new.opportunity_id,
            task_id=new.task_id,
            staff_id=new.staff_id,
            unit_id=new.unit_id,
            channel=new.channel,
            created_at=tx.now,
            expires_at=tx.now + rules.LINK_DAYS,
            first_opened_at=None,
            open_count=0,
            opted_out_at=None,
        )
        for new in links
    ]
    if made:
        store.add_links(tx, made)
    return made


def open_link(tx: Tx, token: str) -> Link:
    """The customer looks at the page: the first time is an event, each time is counted."""
    link = reads.get_link(tx, token)
    before = store.set_opened(tx, link.id)
    if before is None:
        _record(tx, link, "link.opened", [(f"link.opened:{link.id}", {})])
    return link


def view_products(tx: Tx, token: str, skus: Collection[str]) -> Link:
    """The customer taps products of the list: an event each, once for each product and link."""
    link = reads.get_link(tx, token)
    listed = {item.sku for item in reads.get_list(tx, link.product_list_id).items}
    _record(
        tx,
        link,
        "product.viewed",
        [(f"product.viewed:{link.id}:{sku}", {"sku": sku}) for sku in skus if sku in listed],
    )
    return link


def mark_opted_out(tx: Tx, customer_id: UUID, at: datetime | None) -> None:
    """The customer's pages show that they want nothing more, or (None) that they do again."""
    store.set_opted_out(tx, customer_id, at)


def move_customers(tx: Tx, customer_ids: Sequence[UUID]) -> None:
    """After merges or splits among these customers: each link is of who answers now."""
    first = {*store.first_customers(tx, customer_ids), *customer_ids}
    store.set_customers(tx, list(identities.canonical(tx, first).items()))


def give_links(tx: Tx, given: Sequence[tuple[UUID, UUID]]) -> None:
    """`(link, customer)`: it went to this one and not to whom it was made for. Theirs it stays, merges aside."""
    if given:
        roots = identities.canonical(tx, {customer for _, customer in given})
        store.set_receivers(tx, [(link, first, roots[first]) for link, first in given])


def forget(tx: Tx, customer_ids: Sequence[UUID]) -> None:
    """Their links are over; nothing that spoke of them is left."""
    store.end_links(tx, customer_ids)


def _record(tx: Tx, link: Link, type: str, told: Sequence[tuple[str, dict[str, Any]]]) -> None:
    """Events of the link's customer: the id of each and what it says beside where the link came from."""
    ids = {
        "link": link.id,
        "message": link.message_id,
        "campaign": link.campaign_id,
        "opportunity": link.opportunity_id,
        "task": link.task_id,
        "staff": link.staff_id,
    }
    named = {name: str(value) for name, value in ids.items() if value is not None}
    events.record(
        tx,
        [
            Recorded(id, type, link.customer_id, tx.now, {**properties, **named}, link.unit_id)
            for id, properties in told
        ],
    )
