"""What Tencent's refusal codes mean for us. Pure.

Final is what the message itself is at fault for; what the moment or the account is at fault for
can be sent again unchanged. Source: cloud.tencent.com/document/api/382/52075; limits change often.
"""

_PASSING = frozenset(
    {
        "FailedOperation.InsufficientBalanceInSmsPackage",
        "FailedOperation.MarketingSendTimeConstraint",
    }
)
_PASSING_KINDS = (
    "LimitExceeded",
    "AuthFailure",
    "UnauthorizedOperation",
    "RequestLimitExceeded",
    "ResourceInsufficient",
    "ResourceUnavailable",
)


def is_final(code: str) -> bool:
    """Whether sending the same message again could never work."""
    return code not in _PASSING and code.split(".")[0] not in _PASSING_KINDS


def is_uncertain(code: str) -> bool:
    """Whether the code leaves open if the message went out."""
    return code.split(".")[0] == "InternalError"
