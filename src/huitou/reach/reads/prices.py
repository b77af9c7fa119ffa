"""What messages cost."""

import json
from collections.abc import Sequence
from statistics import fmean
from uuid import UUID

from huitou.base.db import ReadTx
from huitou.merchant import reads as merchants
from huitou.reach.reads import messages as reads
from huitou.reach.store import search
from huitou.reach.types.channels import Link, Outgoing, Priced, open_channel

_SAMPLE = 50


def prices(tx: ReadTx, campaign_id: UUID, channels: Sequence[str]) -> dict[str, float]:
    """Fen for a thousand messages of the campaign, by channel: the mean of those sent last. Channels without a price,
    or that are not set up, are missing."""
    found: dict[str, float] = {}
    for channel in channels:
        bodies = search.list_bodies(tx, campaign_id, channel, _SAMPLE)
        sent = [_outgoing(id, tx.keys.open(sealed)) for id, sealed in bodies]
        price = fen_per_thousand(tx, channel, sent)
        if price is not None:
            found[channel] = price
    return found


def fen_per_thousand(tx: ReadTx, channel: str, messages: Sequence[Outgoing]) -> float | None:
    """The mean of these by a channel; None where it has no price, is not set up, or of none."""
    carrier = reads.carrier_of(tx, channel)
    config = merchants.channel_config(tx, carrier) if carrier else None
    adapter = open_channel.get()(carrier, config) if carrier and config else None
    if not isinstance(adapter, Priced) or not messages:
        return None
    return fmean(adapter.fen_per_thousand(one) for one in messages)


def _outgoing(message_id: UUID, body: str) -> Outgoing:
    """As it went out, but for the address, which costs nothing."""
    kept = json.loads(body)
    return Outgoing(
        message_id,
        address="",
        text=kept["text"],
        link=Link(**kept["link"]) if kept["link"] else None,
        template=kept["template"],
        params=kept["params"],
    )
