"""What Aliyun's refusal codes mean for us. Pure.

Final is what the message itself is at fault for; what the moment or the account is at fault for
(flow control, balance, a wrong key) can be sent again unchanged once that is mended.
Source: help.aliyun.com error codes of dysmsapi; limits change often.
"""

_NOT_FINAL = frozenset(
    {
        "isv.BUSINESS_LIMIT_CONTROL",
        "isv.DAY_LIMIT_CONTROL",
        "isv.MONTH_LIMIT_CONTROL",
        "isv.AMOUNT_NOT_ENOUGH",
        "isv.OUT_OF_SERVICE",
        "isv.PRODUCT_UN_SUBSCRIPT",
        "isv.ACCOUNT_NOT_EXISTS",
        "isv.ACCOUNT_ABNORMAL",
        "isv.DENY_IP_RANGE",
        "isp.RAM_PERMISSION_DENY",
    }
)
_UNCERTAIN = frozenset({"isp.SYSTEM_ERROR", "isp.GATEWAY_ERROR"})


def is_final(code: str) -> bool:
    """Whether sending the same message again could never work."""
    if code in _NOT_FINAL:
        return False
    # Gateway codes (`SignatureDoesNotMatch`, `Throttling.User` …) have no isv/isp prefix and
    # speak of the account or the moment, never of the message.
    return code.startswith("isv.")


def is_uncertain(code: str) -> bool:
    """Whether the code leaves open if the message went out."""
    return code in _UNCERTAIN
