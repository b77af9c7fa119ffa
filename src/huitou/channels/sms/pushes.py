"""What providers of SMS push to us, as reach reads it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from huitou.channels.sms.forms import SmsForm
from huitou.channels.sms.receipts import Receipt, Reply


@dataclass(slots=True)
class Pushes:
    """Serves `reach.SmsPushes` for one account: what to answer, and how bodies are read."""

    config: SmsForm
    received: dict[str, int | str]
    reports: Callable[[bytes], Sequence[Receipt]]
    replies: Callable[[bytes], Sequence[Reply]]

    def accepts(self, secret: str) -> bool:
        """Is it the secret of our push address?"""
        return self.config.accepts(secret)
