"""What a batch is told, and keeping what it says."""

from collections.abc import Iterable, Sequence

from huitou.base.db import ReadTx, Tx
from huitou.event.types import LogEntry
from huitou.identity.rules.state import Known, Merge, Resolution, Sighted, Sighting
from huitou.identity.store import batch, policy


def list_sightings(tx: ReadTx, entries: Sequence[LogEntry]) -> list[Sighting]:
    kinds = batch.list_kinds(tx, list({i for entry in entries for i in entry.identifier_ids}))
    return [
        Sighting(
            entry.position,
            entry.source,
            [
                Sighted(identifier_id, *kinds[identifier_id], is_verified)
                for identifier_id, is_verified in zip(
                    entry.identifier_ids, entry.verified, strict=True
                )
                if identifier_id in kinds
            ],
            entry.occurred_at,
        )
        for entry in entries
    ]


def get_known(tx: ReadTx, sightings: Sequence[Sighting], store_blinds: Iterable[bytes]) -> Known:
    ids = list({each.id for sighting in sightings for each in sighting.identifiers})
    phones = list(
        {each.id for sighting in sightings for each in sighting.identifiers if each.kind == "phone"}
    )
    links = batch.list_links(tx, ids)
    roots = batch.list_roots(tx, {link.customer for link in links.values() if link.customer})
    tops = set(roots.values())
    return Known(
        next_ordinal=batch.get_next_ordinal(tx),
        links=links,
        roots=roots,
        standings=batch.list_standings(tx, tops),
        uses=batch.list_uses(tx, phones),
        apart=batch.list_apart(tx, tops),
        store_phones=batch.list_store_phones(tx, phones, store_blinds),
        lifted=policy.list_lifted(tx, ids),
    )


def add_resolution(tx: Tx, resolution: Resolution, entries: dict[int, LogEntry]) -> None:
    occurred = {position: entry.occurred_at for position, entry in entries.items()}
    first: dict[int, int] = {}
    for each in resolution.assigned:
        first.setdefault(each.customer, each.position)
    batch.add_customers(
        tx,
        [(each, occurred[first[each]], first[each]) for each in resolution.created],
    )
    batch.set_links(tx, resolution.links, occurred)
    batch.set_strong(tx, resolution.strong)
    batch.add_merges(
        tx,
        resolution.merges,
        final(resolution.merges),
        {
            merge.position: {
                "type": entries[merge.position].type,
                "source": entries[merge.position].source,
                "occurred_at": entries[merge.position].occurred_at.isoformat(),
            }
            for merge in resolution.merges
        },
    )
    batch.add_moves(tx, resolution.moves)
    batch.add_uses(tx, resolution.uses)


def final(merges: Sequence[Merge]) -> dict[int, int]:
    """Loser → who answers for it when all merges are done."""
    final: dict[int, int] = {}
    for merge in reversed(merges):
        final[merge.loser] = final.get(merge.winner, merge.winner)
    return final
