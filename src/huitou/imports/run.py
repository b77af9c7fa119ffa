"""Work through a file: a block a transaction, its rows and its progress together."""

from uuid import UUID

from huitou.base.db import Tx
from huitou.base.jobs import job
from huitou.imports import kept, store
from huitou.imports.takers import SOURCE, TAKERS, Chunk
from huitou.merchant import actions as merchants


class _Undo(Exception):
    """Ends a rehearsal's savepoint."""


@job
def run_import(tx: Tx, *, import_id: str, language: str = "zh") -> None:
    """One block of a file; queues itself for the next.

    Rows, progress and the next job commit together: who is killed repeats the block, nothing else.
    Reasons for failed rows are told in `language`, the uploader's.
    """
    found = store.lock_import(tx, UUID(import_id))
    if found.state not in ("waiting", "running"):
        return
    at = store.get_place(tx, found.id)
    try:
        block = kept.read_block(at.path, tx.keys, at.place)
    except kept.Unkept:
        store.set_failed(tx, found.id, "文件已不在 / the file is gone")
        return
    merchants.add_connector(tx, SOURCE, "文件导入")
    chunk = Chunk(language)
    try:
        with tx.savepoint():
            TAKERS[found.kind](tx, found, block.rows, chunk)
            if found.is_dry_run:
                raise _Undo
    except _Undo:
        pass
    store.add_faults(tx, found.id, [*chunk.faults, *chunk.notes])
    store.add_progress(
        tx,
        found.id,
        done=len(block.rows),
        accepted=chunk.accepted,
        duplicates=chunk.duplicates,
        failed=len({fault.number for fault in chunk.faults}),
        noted=len(chunk.notes),
        place=block.following,
    )
    if block.following is not None:
        tx.defer(run_import, import_id=import_id, language=language)
