"""What messages cost."""

import json
from collections.abc import Sequence
from statistics import fmean
from uuid import UUID

from huitou.base.db import ReadTx
from huitou.merchant import reads as merchants
from huitou.reach.reads import messages
from huitou.reach.store import search
from huitou.reach.types.channels import Link, Outgoing, Priced, open_channel

_SAMPLE = 50


def prices(tx: ReadTx, campaign_id: UUID, channels: Sequence[str]) -> dict[str, float]:
    """Fen for a thousand messages of the campaign, by channel: the mean of those sent last. Channels without a price,
    or that are not set up, are missing."""
    found: dict[str, float] = {}
    for channel in channels:
        carrier = messages.carrier_of(tx, channel)
        config = merchants.channel_config(tx, carrier) if carrier else None
        adapter = open_channel.get()(carrier, config) if carrier and config else None
        bodies = search.list_bodies(tx, campaign_id, channel, _SAMPLE)
        if isinstance(adapter, Priced) and bodies:
            found[channel] = fmean(
                adapter.fen_per_thousand(_outgoing(id, tx.keys.open(sealed)))
                for id, sealed in bodies
            )
    return found


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
