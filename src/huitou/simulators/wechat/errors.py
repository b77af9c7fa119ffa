"""The error envelope: HTTP 200 with errcode and errmsg. Source: developers.weixin.qq.com, 全局返回码."""

MEANINGS = {
    -1: "system error",
    40001: "invalid credential, access_token is invalid or not latest",
    40003: "invalid openid",
    40013: "invalid appid",
    40014: "invalid access_token",
    40037: "invalid template_id",
    40125: "invalid appsecret",
    41001: "access_token missing",
    42001: "access_token expired",
    43001: "require GET method",
    43002: "require POST method",
    43004: "require subscribe",
    43101: "user refuse to accept the msg",
    45009: "reach max api daily quota limit",
    45011: "api minute-quota reach limit",
    45015: "response out of time limit or subscription is canceled",
    45047: "out of response count limit",
    45065: "clientmsgid exist",
    47001: "data format error",
    47003: "argument invalid",
    48001: "api unauthorized",
}


class ApiError(Exception):
    """What an operation answers instead of its result."""

    def __init__(self, errcode: int) -> None:
        super().__init__(errcode)
        self.errcode = errcode


def envelope(errcode: int) -> dict[str, object]:
    """The answer for an error; the wording is not part of the contract, as in WeChat."""
    return {"errcode": errcode, "errmsg": f"{MEANINGS.get(errcode, 'error')} rid: sim"}
