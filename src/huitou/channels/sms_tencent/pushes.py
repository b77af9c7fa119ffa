"""Tencent's callbacks as reach reads them."""

from collections.abc import Sequence

from huitou.channels.sms.receipts import Receipt, Reply
from huitou.channels.sms_tencent.config import TencentSmsConfig
from huitou.channels.sms_tencent.receipts import RECEIVED, parse_replies, parse_reports


class TencentPushes:
    """Serves `reach.SmsPushes` for one application."""

    received = RECEIVED

    def __init__(self, config: TencentSmsConfig) -> None:
        self._config = config

    def accepts(self, secret: str) -> bool:
        """Is it the secret of our push address?"""
        return self._config.accepts(secret)

    def reports(self, body: bytes) -> Sequence[Receipt]:
        """The receipts of a callback."""
        return parse_reports(body)

    def replies(self, body: bytes) -> Sequence[Reply]:
        """The reply of a callback."""
        return parse_replies(body)
