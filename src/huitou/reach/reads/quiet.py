"""What others may ask about quiet hours."""

from collections.abc import Sequence
from datetime import datetime

from huitou.base.db import ReadTx
from huitou.reach.reads.messages import policy_of
from huitou.reach.rules import caps


def not_quiet(tx: ReadTx, channel: str, zone: str, moments: Sequence[datetime]) -> list[datetime]:
    """Those of the moments at which the merchant's quiet hours let marketing go out on a channel."""
    quiet = policy_of(tx).quiet
    return [at for at in moments if not caps.opens_at(quiet, channel, at, zone)[1]]
