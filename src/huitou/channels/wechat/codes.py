"""What WeChat's error codes mean for us. Pure.

Source: developers.weixin.qq.com, 全局返回码; names as in WxJava's WxMpErrorMsgEnum.
"""

from datetime import timedelta

from huitou.reach.types.channels import Failed

BUSY = "-1"
DUPLICATE = "45065"
"""The same client_msg_id again: the first message stands."""
NO_PERMISSION = frozenset({"43101", "45015", "45047"})
"""The customer has opened up no (more) messages: no credit, window over, window used up."""
_PASSING = frozenset({BUSY, "40001", "40014", "42001", "45009", "45011", "45029", "45066"})
"""Busy, token, frequency. Nothing was sent."""
_MISCONFIGURED = frozenset(
    {"40013", "40037", "40125", "40164", "41002", "41004", "41030", "48001", "48004", "50002"}
)
"""An administrator can mend these, so the message is not lost for good."""
_WAITS = {
    "45009": timedelta(minutes=10),
    "45011": timedelta(minutes=1),
    "45029": timedelta(hours=1),
}


def failed(code: str, message: str) -> Failed:
    """The outcome of a refused submit."""
    is_final = code not in _PASSING | _MISCONFIGURED
    return Failed(code, message, is_final, _WAITS.get(code, timedelta(0)))
