"""Whether providers' calls reach us."""

from datetime import timedelta

from huitou.base.db import ReadTx
from huitou.merchant.types import UnknownChannel
from huitou.reach.store import callbacks as store
from huitou.reach.types.callbacks import CallbackHealth
from huitou.reach.types.channels import CARRIERS

DAY = timedelta(hours=24)
LATE, GIVEN_UP = timedelta(hours=1), timedelta(days=7)
"""Nothing heard of a message for so long is late; after so long nobody expects it any more."""


def health(tx: ReadTx, kind: str, language: str = "zh") -> CallbackHealth:
    """How a provider's calls went. Refuses `UnknownChannel`."""
    if not any(kind in kinds for kinds in CARRIERS.values()):
        raise UnknownChannel(kind=kind)
    found = store.summed(tx, kind, tx.now - DAY)
    zh, en = found.pop("refusal_zh"), found.pop("refusal_en")
    count, since = store.missing(tx, kind, tx.now - GIVEN_UP, tx.now - LATE)
    return CallbackHealth(
        kind=kind,
        **found,
        refusal_text=en if language.startswith("en") else zh,
        missing=count,
        missing_since=since,
        hours=store.list_hours(tx, kind, tx.now - DAY),
    )
