"""Write an export: a block of customers a transaction, its lines and its progress together."""

from datetime import timedelta
from pathlib import Path
from uuid import UUID

from huitou.base.db import Scope, Tx
from huitou.base.jobs import job
from huitou.exports import fields, kept, store
from huitou.kernel.errors import NotFound
from huitou.merchant import actions as merchants
from huitou.segment import reads as segments
from huitou.segment.types.refusals import BeingFilled

BLOCK_CUSTOMERS = 2_000
_LATER = timedelta(seconds=10)


@job
def run_export(tx: Tx, *, export_id: str) -> None:
    """One block; queues itself for the next. Whoever is killed writes the block again. While the members are being found,
    after another rule was saved, it waits."""
    id_ = UUID(export_id)
    work = store.lock_work(tx, id_)
    if work.state not in ("waiting", "running"):
        return
    tx.scope = Scope(work.scope_path, work.scope_staff)  # it sees what its asker sees
    try:
        segments.get_whole(tx, work.segment_id)
    except BeingFilled:
        tx.defer(run_export, at=tx.now + _LATER, export_id=export_id)
        return
    except NotFound:
        store.set_over(tx, id_, "failed")
        Path(work.path).unlink(missing_ok=True)
        return
    members = segments.members_after(tx, work.segment_id, work.last_id, BLOCK_CUSTOMERS)
    lines = fields.lines_of(
        tx, members, work.fields, language=work.language, is_revealed=work.is_revealed
    )
    is_last = len(members) < BLOCK_CUSTOMERS
    store.add_progress(
        tx,
        id_,
        done=len(lines),
        place=kept.append(Path(work.path), tx.keys, work.place, lines),
        last_id=members[-1].customer_id if members else None,
        is_last=is_last,
    )
    if is_last:
        merchants.audit(tx, "export.finished", f"export:{id_}", customers=work.done + len(lines))
    else:
        tx.defer(run_export, export_id=export_id)
