"""Aliyun's pushes as reach reads them."""

from collections.abc import Sequence

from huitou.channels.sms.receipts import Receipt, Reply
from huitou.channels.sms_aliyun.config import AliyunSmsConfig
from huitou.channels.sms_aliyun.receipts import RECEIVED, parse_replies, parse_reports


class AliyunPushes:
    """Serves `reach.SmsPushes` for one account."""

    received = RECEIVED

    def __init__(self, config: AliyunSmsConfig) -> None:
        self._config = config

    def accepts(self, secret: str) -> bool:
        """Is it the secret of our push address?"""
        return self._config.accepts(secret)

    def reports(self, body: bytes) -> Sequence[Receipt]:
        """The receipts of a push."""
        return parse_reports(body)

    def replies(self, body: bytes) -> Sequence[Reply]:
        """The replies of a push."""
        return parse_replies(body)
