"""What others may ask of profiles. Customers are those who answer for themselves (canonical)."""

from collections.abc import Iterable, Sequence
from contextlib import suppress
from typing import Any
from uuid import UUID

from huitou.base.db import ReadTx
from huitou.catalog import reads as catalog
from huitou.event import reads as events
from huitou.identity import reads as identities
from huitou.identity.types import NoSuchCustomer, Person
from huitou.kernel.errors import NotFound
from huitou.kernel.page import PAGE_MAX, Page, decode_moment, encode_cursor
from huitou.kernel.personal import Personal
from huitou.merchant import reads as merchants
from huitou.merchant.types import Staff
from huitou.profile.rules import facts, shown, why
from huitou.profile.store import library, lists
from huitou.profile.types import (
    ENTRUSTED,
    EXPORTERS,
    Consent,
    CustomerDetail,
    CustomerRow,
    FriendshipRow,
    Happened,
    IdentifierRow,
    NoTag,
    Profile,
    Revealed,
    RevealedIdentifier,
    Tag,
    TagCount,
    TagKind,
    TimelineItem,
    WhyOne,
)

_TAIL = 4


def profiles(tx: ReadTx, customer_ids: Iterable[UUID]) -> dict[UUID, Profile]:
    """Profiles by customer; those nothing is known of are missing."""
    return {each.customer_id: each for each in lists.find_profiles(tx, customer_ids)}


def names(tx: ReadTx, customer_ids: Iterable[UUID]) -> dict[UUID, Personal]:
    """Names by customer, where known."""
    return {
        each.customer_id: each.name
        for each in lists.find_profiles(tx, customer_ids)
        if each.name is not None
    }


def consents(tx: ReadTx, customer_ids: Iterable[UUID], channel: str, purpose: str) -> set[UUID]:
    """Which customers allow messages of this purpose on this channel."""
    return lists.list_consenting(tx, customer_ids, channel, purpose)


def decisions_of(tx: ReadTx, customer_id: UUID) -> list[Consent]:
    """What a customer has decided, as it holds now, by channel and purpose."""
    return lists.list_consents(tx, customer_id)


def owners(tx: ReadTx, customer_ids: Iterable[UUID]) -> dict[UUID, UUID]:
    """Customer → the associate whose book they are in."""
    found = lists.find_profiles(tx, customer_ids)
    return {p.customer_id: p.owner_staff_id for p in found if p.owner_staff_id is not None}


def home_units(tx: ReadTx, customer_ids: Iterable[UUID]) -> dict[UUID, UUID]:
    """Customer → home unit."""
    found = lists.find_profiles(tx, customer_ids)
    return {p.customer_id: p.home_unit_id for p in found if p.home_unit_id is not None}


def people(tx: ReadTx, count_max: int) -> list[Person]:
    """Customers with a name as records to compare, opened: for `identity.types.PEOPLE` only."""
    return lists.list_people(tx, count_max)


def book(tx: ReadTx, staff_id: UUID) -> list[UUID]:
    """An associate's customers, the most recently seen first."""
    return lists.list_book(tx, staff_id)


def friends(
    tx: ReadTx, customer_ids: Iterable[UUID], staff_id: UUID | None = None
) -> dict[UUID, dict[UUID, str]]:
    """Customer → staff → the customer's external_userid, of WeCom friendships that last."""
    rows = lists.list_friends(tx, customer_ids, staff_id)
    plain = events.open_identifiers(
        tx, [row["identifier_id"] for row in rows if row["identifier_id"]]
    )
    found: dict[UUID, dict[UUID, str]] = {}
    for row in rows:
        if row["identifier_id"] in plain:
            external = plain[row["identifier_id"]][2]
            found.setdefault(row["customer_id"], {})[row["staff_id"]] = external
    return found


def tags(tx: ReadTx, customer_ids: Iterable[UUID]) -> dict[UUID, list[Tag]]:
    """Tags by customer; not those sent to other units than the asker's."""
    hidden = library.list_hidden(tx)
    return {
        customer_id: [tag for tag in found if tag.name not in hidden]
        for customer_id, found in lists.list_tags(tx, customer_ids).items()
    }


def tag_kinds(tx: ReadTx) -> list[TagKind]:
    """The library's tags that the asker's units use."""
    return library.list_kinds(tx)


def find_tag_following(tx: ReadTx, segment_id: UUID) -> TagKind | None:
    return library.find_following(tx, segment_id)


def get_tag_kind(tx: ReadTx, tag_id: UUID) -> TagKind:
    """One of them. Refuses `NoTag`."""
    found = library.find_kind(tx, tag_id)
    if found is None:
        raise NoTag()
    return found


def tag_counts(tx: ReadTx) -> list[TagCount]:
    """Every tag on a customer in the scope; not those sent to other units."""
    hidden = library.list_hidden(tx)
    return [each for each in library.count_tags(tx) if each.name not in hidden]


def visible(tx: ReadTx, customer_ids: Iterable[UUID]) -> set[UUID]:
    """Which of the customers the asker may see: those of the scope, and an associate also those of her tasks."""
    ids = list(customer_ids)
    entrusted = ENTRUSTED.get()(tx, ids) if tx.scope.staff_id is not None else ()
    return lists.list_visible(tx, ids, entrusted)


def get_visible_root(tx: ReadTx, customer_id: UUID) -> UUID:
    """Who answers for this customer, if the asker may see them. Refuses `NoSuchCustomer`."""
    root = identities.get_root(tx, customer_id)
    is_everything = tx.scope.unit_path is None and tx.scope.staff_id is None
    if not is_everything and not visible(tx, [root.id]):
        raise NoSuchCustomer()
    return root.id


def list_customers(
    tx: ReadTx,
    *,
    q: str | None = None,
    unit: str | None = None,
    associate: str | None = None,
    tag: str | None = None,
    cursor: str | None = None,
    count_max: int = 50,
) -> Page[CustomerRow]:
    """Customers in the scope, the most recently seen first.

    `q` is a customer's id or ordinal, a whole phone or card number, its last four characters, or
    a whole name; names are sealed, so a part of one finds nothing. `unit` is a code (with everything below it),
    `associate` an id or code, whose book is meant.
    """
    staff_id = None
    if associate is not None:
        found_staff = _staff(tx, associate)
        if found_staff is None:
            return Page([])
        staff_id = found_staff.id
    found = lists.list_profiles(
        tx,
        ids=search(tx, q) if q else None,
        unit_ids=_unit_ids(tx, unit),
        staff_id=staff_id,
        tag=tag,
        before=decode_moment(cursor, UUID),
        count_max=min(count_max, PAGE_MAX) + 1,
    )
    items, more = found[:count_max], found[count_max:]
    after = encode_cursor(items[-1].last_seen_at, items[-1].customer_id) if more else None
    return Page(_rows(tx, items), after)


def customers_of(tx: ReadTx, ids: Sequence[UUID]) -> Page[CustomerRow]:
    """Those of these customers who answer for themselves and whom the asker may see, as `list_customers`."""
    found = lists.find_profiles(tx, visible(tx, ids))
    found.sort(key=lambda each: (each.last_seen_at, each.customer_id), reverse=True)
    return Page(_rows(tx, found))


def search(tx: ReadTx, q: str) -> list[UUID]:
    """Who may be meant: by id, ordinal, whole name, whole phone or card number, or its tail."""
    text = q.strip()
    found = set(lists.find_named(tx, tx.keys.blind(facts.name_text(text))))
    with suppress(ValueError, NotFound):
        found.add(identities.get_root(tx, UUID(text)).id)
    digits = text.removeprefix("#")
    if digits.isascii() and digits.isdigit() and len(digits) <= 9:
        by_ordinal = identities.find_by_ordinal(tx, int(digits))
        if by_ordinal is not None:
            found.add(by_ordinal.merged_into or by_ordinal.id)
    if len(text) == _TAIL:
        found.update(identities.find_by_tail(tx, text))
    elif len(text) > _TAIL:
        found.update(identities.find_by_number(tx, text))
    return list(found)


def get_customer(tx: ReadTx, customer_id: UUID) -> CustomerDetail:
    """The head of the 360° page. Refuses `NoSuchCustomer`, also where the asker may not see them."""
    asked = identities.get_customer(tx, customer_id)
    root_id = get_visible_root(tx, customer_id)
    found = lists.find_profiles(tx, [root_id])
    known = found[0] if found else None
    units, staff = merchants.units_by_id(tx), merchants.staff_by_id(tx)
    return CustomerDetail(
        id=asked.id,
        ordinal=asked.ordinal,
        merged_into=asked.merged_into,
        state=asked.state,
        created_at=asked.created_at,
        name=known.name if known else None,
        gender=known.gender if known else None,
        birth_month=known.birth_month if known else None,
        home_unit=shown.unit_ref(units, known.home_unit_id) if known else None,
        associate=shown.staff_ref(staff, known.owner_staff_id) if known else None,
        owned_since=known.owned_since if known else None,
        joined_on=known.joined_on if known else None,
        last_seen_at=known.last_seen_at if known else None,
        no_profiling=known.no_profiling if known else False,
        under_14=known.under_14 if known else False,
        source_channels=known.source_channels if known else [],
        identifiers=_identifier_rows(tx, root_id),
        consents=lists.list_consents(tx, root_id),
        friendships=[
            FriendshipRow(shown.staff_ref(staff, each.staff_id), each.since, each.ended_at)
            for each in lists.list_friendships(tx, root_id)
        ],
        tags=tags(tx, [root_id]).get(root_id, []),
        traits={each.name: each.value for each in lists.list_traits(tx, root_id)},
        zone=known.zone if known else None,
    )


def timeline(
    tx: ReadTx, customer_id: UUID, cursor: str | None = None, count_max: int = 50
) -> Page[TimelineItem]:
    """What the customer did and what was done to them, newest first."""
    root_id = get_visible_root(tx, customer_id)
    before = decode_moment(cursor, int)
    found = lists.list_timeline(tx, root_id, before, min(count_max, PAGE_MAX) + 1)
    items, more = _items(tx, found[:count_max]), found[count_max:]
    return Page(items, encode_cursor(items[-1].at, items[-1].position) if more else None)


def why_one(tx: ReadTx, customer_id: UUID) -> WhyOne:
    """Why these identifiers are one customer, in sentences, oldest evidence first."""
    root_id = get_visible_root(tx, customer_id)
    members = identities.members_of(tx, root_id)
    mergings, moves = identities.mergings_of(tx, root_id), identities.moves_of(tx, root_id)
    named = {each for merging in mergings for each in (merging.winner_id, merging.loser_id)}
    named |= {each for move in moves for each in (move.from_id, move.to_id)}
    ordinals = {each.id: each.ordinal for each in identities.customers_by_id(tx, named).values()}
    sources = {each.name: each.title for each in merchants.list_connectors(tx)}
    evidence = why.evidence_of(
        identities.identifiers_of(tx, root_id), mergings, moves, ordinals, sources
    )
    return WhyOne(root_id, [member.ordinal for member in members], evidence)


def reveal(tx: ReadTx, customer_id: UUID) -> Revealed:
    """The personal values in full. The caller writes the audit line."""
    root_id = get_visible_root(tx, customer_id)
    name = names(tx, [root_id]).get(root_id)
    return Revealed(
        root_id,
        name.plain if name else None,
        [
            RevealedIdentifier(each.id, each.kind, each.scope, each.value.plain)
            for each in identities.identifiers_of(tx, root_id)
        ],
    )


def export(tx: ReadTx, customer_id: UUID) -> dict[str, Any]:
    """Everything every room keeps about a customer, in full, for the customer."""
    root_id = get_visible_root(tx, customer_id)
    detail = get_customer(tx, root_id)
    happened = lists.list_timeline(tx, root_id, None, 1_000_000)
    return {
        "customer": {
            "id": root_id,
            "ordinal": detail.ordinal,
            "merged": [member.id for member in identities.members_of(tx, root_id)],
            "created_at": detail.created_at,
            "exported_at": tx.now,
        },
        "identity": reveal(tx, root_id).identifiers,
        "profile": {
            "name": detail.name.plain if detail.name else None,
            "gender": detail.gender,
            "birth_month": detail.birth_month,
            "home_unit": detail.home_unit,
            "associate": detail.associate,
            "joined_on": detail.joined_on,
            "no_profiling": detail.no_profiling,
            "under_14": detail.under_14,
            "zone": detail.zone,
            "source_channels": detail.source_channels,
            "tags": detail.tags,
            "traits": detail.traits,
            "friendships": detail.friendships,
            "consents": detail.consents,
            "consent_history": lists.list_consent_log(tx, root_id),
        },
        "timeline": _items(tx, happened),
        **{room: exporter(tx, root_id) for room, exporter in EXPORTERS.get().items()},
    }


def _items(tx: ReadTx, happened: Sequence[Happened]) -> list[TimelineItem]:
    units = merchants.units_by_id(tx)
    skus = {each.properties["sku"] for each in happened if each.properties.get("sku")}
    products = {sku: each.name for sku, each in catalog.products_by_sku(tx, [*skus]).items()}
    return [shown.timeline_item(units, products, each) for each in happened]


def _rows(tx: ReadTx, found: list[Profile]) -> list[CustomerRow]:
    ids = [each.customer_id for each in found]
    phones = identities.address_of(tx, ids, "phone", may_be_typed=True)
    of_tags = tags(tx, ids)
    units, staff = merchants.units_by_id(tx), merchants.staff_by_id(tx)
    return [
        CustomerRow(
            id=each.customer_id,
            ordinal=each.ordinal,
            name=each.name,
            phone=shown.identifier("phone", phones[each.customer_id])
            if each.customer_id in phones
            else None,
            gender=each.gender,
            home_unit=shown.unit_ref(units, each.home_unit_id),
            associate=shown.staff_ref(staff, each.owner_staff_id),
            joined_on=each.joined_on,
            last_seen_at=each.last_seen_at,
            source_channels=each.source_channels,
            tags=[tag.name for tag in of_tags.get(each.customer_id, [])],
        )
        for each in found
    ]


def _identifier_rows(tx: ReadTx, root_id: UUID) -> list[IdentifierRow]:
    return [
        IdentifierRow(
            each.id,
            each.kind,
            each.scope,
            shown.identifier(each.kind, each.value.plain),
            each.grade,
            each.is_verified,
            each.quarantine,
            each.source,
            each.linked_at,
        )
        for each in identities.identifiers_of(tx, root_id)
    ]


def _unit_ids(tx: ReadTx, code: str | None) -> list[UUID] | None:
    """Units inside the scope and below `code`; None for the whole merchant."""
    if code is None and tx.scope.unit_path is None:
        return None
    asked = merchants.find_unit_by_code(tx, code) if code else None
    if code is not None and asked is None:
        return []
    within = (tx.scope.unit_path or "", asked.path if asked else "")
    return [
        unit.id
        for unit in merchants.units_by_id(tx).values()
        if all(unit.path.startswith(path) for path in within)
    ]


def _staff(tx: ReadTx, text: str) -> Staff | None:
    by_code = merchants.find_staff_by_code(tx, text)
    if by_code is not None:
        return by_code
    try:
        return merchants.get_staff(tx, UUID(text))
    except (ValueError, NotFound):
        return None
