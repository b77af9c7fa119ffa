"""Cards to employees in the app they live in."""

from dataclasses import dataclass
from uuid import UUID

from huitou.base.db import Tx
from huitou.base.jobs import Effect, job
from huitou.merchant import reads as merchants
from huitou.reach.jobs.opening import adapter_of
from huitou.reach.store import records
from huitou.reach.types.channels import (
    Failed,
    StaffNotifier,
    SubmitOutcome,
    Submitted,
    Unknown,
    open_notifier,
)


@dataclass(frozen=True, slots=True)
class Noting:
    """A card that is being shown to an employee."""

    note_id: UUID
    notifier: StaffNotifier
    user: str
    title: str
    text: str
    url: str


def claim_note(tx: Tx, note_id: str) -> Noting | None:
    """A card to show. One in flight after a crash may have been shown: it is not shown again."""
    note = records.lock_note(tx, UUID(note_id))
    if note is None or note["state"] not in ("planned", "in_flight"):
        return None
    if note["state"] == "in_flight":
        records.set_note(tx, note["id"], "unknown")
        return None
    notifier = adapter_of(tx, open_notifier, "wecom")
    if notifier is None or note["wecom_user"] is None:
        records.set_note(tx, note["id"], "failed", "no_address" if notifier else "channel_off")
        return None
    records.set_note(tx, note["id"], "in_flight")
    url = f"{merchants.setting(tx, 'site.url').rstrip('/')}{note['path']}"
    return Noting(note["id"], notifier, note["wecom_user"], note["title"], note["body"], url)


def call_note(noting: Noting) -> SubmitOutcome:
    """Show it."""
    return noting.notifier.notify(noting.user, noting.title, noting.text, noting.url)


def settle_note(tx: Tx, noting: Noting, outcome: SubmitOutcome) -> None:
    """Keep what became of it."""
    match outcome:
        case Submitted():
            records.set_note(tx, noting.note_id, "sent")
        case Failed(code):
            records.set_note(tx, noting.note_id, "failed", code)
        case Unknown():
            records.set_note(tx, noting.note_id, "unknown")


@job(kind="effect")
def show_note() -> Effect[Noting, SubmitOutcome]:
    """Show an employee a card."""
    return Effect(claim_note, call_note, settle_note)
