"""What others may ask about customers and their identifiers."""

from array import array
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from uuid import UUID

import numpy as np

from huitou.base.db import ReadTx
from huitou.event import reads as events
from huitou.identity.rules import partition, trust, words
from huitou.identity.rules.answers import (
    PolicyInForce,
    Precision,
    QuarantinedIdentifier,
    Regrouped,
    Review,
    SuggestionShown,
    WhatIf,
)
from huitou.identity.rules.grades import KINDS
from huitou.identity.store import anew, known, people, policy, review, runs
from huitou.identity.types import (
    BadIdentifier,
    BadPolicy,
    Clustered,
    Customer,
    Given,
    Identifier,
    Member,
    Merging,
    Move,
    NoSuchCustomer,
    NoSuchRun,
    NoSuchSuggestion,
    NotTheirs,
    Policy,
    Run,
    Suggestion,
)
from huitou.kernel.page import BadCursor, Page, decode_cursor, encode_cursor
from huitou.kernel.personal import Personal
from huitou.merchant import reads as merchants


def get_customer(tx: ReadTx, customer_id: UUID) -> Customer:
    """The customer; a merged one says into whom. Refuses `NoSuchCustomer`."""
    found = people.find_customers(tx, [customer_id])
    if not found:
        raise NoSuchCustomer()
    return found[0]


def get_root(tx: ReadTx, customer_id: UUID) -> Customer:
    """The customer who answers for this one now."""
    customer = get_customer(tx, customer_id)
    return get_customer(tx, customer.merged_into) if customer.merged_into else customer


def customers_by_id(tx: ReadTx, customer_ids: Iterable[UUID]) -> dict[UUID, Customer]:
    """Customers by id; unknown ids are missing."""
    return {customer.id: customer for customer in people.find_customers(tx, customer_ids)}


def find_by_ordinal(tx: ReadTx, ordinal: int) -> Customer | None:
    """The customer with this ordinal."""
    return people.find_by_ordinal(tx, ordinal)


def customers_of(tx: ReadTx, positions: Iterable[int]) -> dict[int, UUID]:
    """Position → customer who answers now, for those of these positions that have one.

    Anonymous events and those of forgotten customers are missing.
    """
    return people.list_customers_of(tx, list(positions))


def given(tx: ReadTx, after: int, upto: int) -> list[Given]:
    """The same of all positions `(after, upto]`, with the customer an event was given to first: key
    facts by that one, and a merge can be taken back by computing what is derived from them anew."""
    return people.list_given(tx, after, upto)


def canonical(tx: ReadTx, customer_ids: Iterable[UUID]) -> dict[UUID, UUID]:
    """Customer → customer who answers for it now; unknown ids are missing."""
    return people.list_roots(tx, customer_ids)


def find_by_identifier(
    tx: ReadTx, kind: str, value: str, scope: str | None = None
) -> Customer | None:
    """Who answers for an identifier; nobody for a quarantined one. The value is normalised."""
    identifier_id = events.identifier_id(tx, kind, scope, value)
    holders = people.find_holders(tx, [identifier_id]) if identifier_id is not None else []
    return get_customer(tx, holders[0]) if holders else None


def parse_identifier(text: str) -> tuple[str, str, str | None]:
    """`kind:value[@scope]` → (kind, value, scope). Refuses `BadIdentifier`."""
    kind, _, rest = text.partition(":")
    value, _, scope = rest.rpartition("@") if "@" in rest and kind != "email" else (rest, "", "")
    if not kind or not value:
        raise BadIdentifier()
    return kind, value, scope or None


def find_by_tail(tx: ReadTx, tail: str) -> list[UUID]:
    """Customers who have a phone or card ending in these four characters."""
    return people.find_holders(tx, events.identifiers_with_tail(tx, tail))


def find_by_number(tx: ReadTx, number: str) -> list[UUID]:
    """Customers with exactly this phone or card number, in any scope."""
    wanted = {number, events.normalise("phone", number)}
    plain = events.open_identifiers(tx, events.identifiers_with_tail(tx, number[-4:]))
    return people.find_holders(tx, [each for each in plain if plain[each][2] in wanted])


def find_holders(
    tx: ReadTx, identifiers: Sequence[tuple[str, str | None, str]]
) -> list[UUID | None]:
    """Who answers for each `(kind, scope, value)`; None for unknown and quarantined ones."""
    blinds = [events.blind_of(tx, kind, scope, value) or b"" for kind, scope, value in identifiers]
    held = people.list_holders(tx, blinds)
    return [held.get(blind) for blind in blinds]


def standings(
    tx: ReadTx, identifiers: Sequence[tuple[str, str | None, str]]
) -> dict[tuple[str, str | None, str], UUID | None]:
    """`(kind, scope, value)` → who answers for it; None for one that is set aside; unknown ones are missing."""
    blinds = {asked: events.blind_of(tx, *asked) for asked in identifiers}
    known = people.list_standings(tx, [blind for blind in blinds.values() if blind])
    return {asked: known[blind] for asked, blind in blinds.items() if blind and blind in known}


def ids_of(tx: ReadTx, texts: Iterable[str]) -> list[int]:
    """Vault ids of identifiers written `kind:value[@scope]`. Refuses unknown ones (`NotTheirs`)."""
    found = []
    for text in texts:
        kind, value, scope = parse_identifier(text)
        identifier_id = events.identifier_id(tx, kind, scope, value)
        if identifier_id is None:
            raise NotTheirs()
        found.append(identifier_id)
    return found


def identifiers_of(tx: ReadTx, customer_id: UUID) -> list[Identifier]:
    """Everything linked to the customer and to those merged into it, firmest first."""
    return identifiers_by_customer(tx, [customer_id]).get(customer_id, [])


def identifiers_by_customer(
    tx: ReadTx, customer_ids: Sequence[UUID]
) -> dict[UUID, list[Identifier]]:
    """The same for several customers who answer for themselves."""
    links = people.list_links(tx, customer_ids)
    plain = events.open_identifiers(tx, [link["identifier_id"] for link in links])
    found: dict[UUID, list[Identifier]] = {}
    for link in links:
        identifier = Identifier(
            id=link["identifier_id"],
            kind=link["kind"],
            scope=link["scope"],
            value=Personal(plain[link["identifier_id"]][2]),
            tail=link["tail"],
            grade=link["grade"],
            is_verified=link["is_verified"],
            quarantine=link["quarantine"],
            source=link["source"],
            position=link["position"],
            linked_at=link["linked_at"],
            customer_id=link["customer_id"],
        )
        found.setdefault(link["root_id"], []).append(identifier)
    return found


def address_of(
    tx: ReadTx, customer_ids: Sequence[UUID], kind: str, *, may_be_typed: bool = False
) -> dict[UUID, str]:
    """Where to reach customers: the newest verified phone, or the newest account of a scoped kind.

    Takes customers who answer for themselves; those without an address are missing. A phone that
    was only typed is an address only with `may_be_typed`; a quarantined one never is.
    """
    links = [
        link
        for link in people.list_links(tx, customer_ids)
        if link["kind"] == kind
        and link["quarantine"] is None
        and (link["grade"] != "C" or may_be_typed)
    ]
    links.sort(key=lambda link: (link["grade"] != "C", link["linked_at"]))
    chosen = {link["root_id"]: link["identifier_id"] for link in links}
    plain = events.open_identifiers(tx, list(chosen.values()))
    return {
        customer_id: plain[identifier_id][2]
        for customer_id, identifier_id in chosen.items()
        if identifier_id in plain
    }


def members_of(tx: ReadTx, customer_id: UUID) -> list[Member]:
    """The customer who answers and everyone merged into it, oldest first."""
    return people.list_members(tx, customer_id)


def mergings_of(tx: ReadTx, customer_id: UUID) -> list[Merging]:
    """Merges that made this customer, undone ones too, oldest first."""
    members = people.list_members(tx, customer_id)
    return people.list_mergings(tx, [member.id for member in members])


def moves_of(tx: ReadTx, customer_id: UUID) -> list[Move]:
    """Identifiers that came or went without a merge."""
    members = people.list_members(tx, customer_id)
    return people.list_moves(tx, [member.id for member in members])


def positions_of(tx: ReadTx, customer_id: UUID) -> list[int]:
    """Positions of all events of a customer who answers for itself."""
    return people.list_positions(tx, customer_id)


def clusters(tx: ReadTx) -> Iterator[Clustered]:
    """Every identifier that speaks for somebody and who has it now, for `rules.quality`."""
    return people.iter_clusters(tx)


def get_suggestion(tx: ReadTx, suggestion_id: UUID) -> Suggestion:
    """A possible duplicate. Refuses `NoSuchSuggestion`."""
    found = review.find_suggestion(tx, suggestion_id)
    if found is None:
        raise NoSuchSuggestion()
    return found


def list_suggestions(
    tx: ReadTx, *, state: str = "open", cursor: str | None = None, count_max: int = 50
) -> Page[SuggestionShown]:
    """Possible duplicates, those with the most evidence first."""
    before = None
    if cursor is not None:
        weight, last_id = decode_cursor(cursor, 2)
        try:
            before = int(weight), UUID(last_id)
        except ValueError as error:
            raise BadCursor() from error
    found = review.list_suggestions(tx, state=state, before=before, count_max=count_max + 1)
    items, more = found[:count_max], found[count_max:]
    after = encode_cursor(items[-1].weight, items[-1].id) if more else None
    return Page([shown(each) for each in items], after)


def shown(suggestion: Suggestion) -> SuggestionShown:
    """A suggestion with its evidence in words."""
    return SuggestionShown(
        id=suggestion.id,
        one_id=suggestion.one_id,
        other_id=suggestion.other_id,
        probability_bp=suggestion.probability_bp,
        state=suggestion.state,
        agreements=words.agreements(suggestion.evidence),
        found_at=suggestion.found_at,
        decided_at=suggestion.decided_at,
        decided_by=suggestion.decided_by,
        is_automatic=suggestion.is_automatic,
    )


def review_state(tx: ReadTx) -> Review:
    """The latest comparison of the base, and how right suggestions proved to be."""
    bands = review.list_bands(tx, trust.BANDS)
    wanted_bp = merchants.setting(tx, "identity.auto_merge_precision_bp")
    automatic = trust.automatic_from(bands, wanted_bp)
    return Review(
        run=runs.find_latest(tx, "compare"),
        precision=[
            Precision(
                from_bp=band.from_bp,
                open=band.open,
                accepted=band.accepted,
                rejected=band.rejected,
                sure_bp=trust.sure_bp(band.accepted, band.accepted + band.rejected),
                is_automatic=band.from_bp in automatic,
            )
            for band in bands
        ],
    )


def get_run(tx: ReadTx, run_id: UUID) -> Run:
    """Long work and how far it is. Refuses `NoSuchRun`."""
    found = runs.find_run(tx, run_id)
    if found is None:
        raise NoSuchRun()
    return found


def policy_in_force(tx: ReadTx) -> PolicyInForce:
    """The merchant's rule; the default one until another was applied."""
    run, preview = runs.find_latest(tx, "apply"), runs.find_latest(tx, "preview")
    foreseen = None if preview is None else runs.foreseen(preview)
    found = policy.list_policies(tx)
    if not found:
        return PolicyInForce(Policy(), 0, None, None, None, run, foreseen)
    rule, version, at, by = found[0]
    previous = found[1][0] if len(found) > 1 else Policy()
    return PolicyInForce(rule, version, at, by, previous, run, foreseen)


def check_policy(wanted: Policy) -> None:
    """Refuses `BadPolicy`: numbers out of bounds, kinds nobody sends."""
    if not 2 <= wanted.shared_after <= 1_000:
        raise BadPolicy(reason="shared_after: 2–1000")
    if not 0 <= wanted.silence_months <= 120:
        raise BadPolicy(reason="silence_months: 0–120")
    for kind in wanted.grades:
        if kind.partition("@")[0] not in KINDS:
            raise BadPolicy(reason=kind)


def what_if(tx: ReadTx, wanted: Policy) -> WhatIf:
    """What a rule would do, with examples. Refuses `BadPolicy`, `LogIncomplete`."""
    check_policy(wanted)
    for fold, _ in anew.fold_log(tx, wanted, merchants.store_phone_blinds(tx)):
        fold.taken()
    fold.forest.join(anew.list_by_hand(tx))
    now, then = array("q"), array("q")
    for row in anew.iter_speaking(tx):
        root = fold.holder_of(row["id"])
        if root is not None:
            now.append(row["root"])
            then.append(root)
    found = partition.compare(np.array(now, dtype=np.int64), np.array(then, dtype=np.int64))
    named = known.list_ids(
        tx, {*chain.from_iterable(found.merged), *(each for each, _ in found.split)}
    )
    examples = [
        Regrouped("merge", [named[each] for each in group], 1) for group in found.merged
    ] + [Regrouped("split", [named[each]], into) for each, into in found.split]
    zh, en = partition.sentences(found)
    return WhatIf(found.merges, found.splits, found.before, found.after, examples, zh, en)


def list_quarantined(
    tx: ReadTx, *, cursor: str | None = None, count_max: int = 50
) -> Page[QuarantinedIdentifier]:
    """Identifiers that speak for nobody, each with its reason; masked as everywhere."""
    after = None
    if cursor is not None:
        try:
            after = int(decode_cursor(cursor, 1)[0])
        except ValueError as error:
            raise BadCursor() from error
    rows = policy.list_quarantined(tx, after=after, count_max=count_max + 1)
    items = [
        QuarantinedIdentifier(
            value=Personal(tx.keys.open(row.pop("sealed")).removeprefix("+86")),
            reason_zh=words.REASONS[row["reason"]][0],
            reason_en=words.REASONS[row["reason"]][1],
            **row,
        )
        for row in rows[:count_max]
    ]
    more = len(rows) > count_max
    return Page(items, encode_cursor(items[-1].identifier_id) if more else None)
