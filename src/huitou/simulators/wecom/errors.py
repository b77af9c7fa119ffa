"""The error envelope: HTTP 200 with errcode and errmsg.

Source: developer.work.weixin.qq.com/document/path/90313.
"""

MEANINGS = {
    -1: "system busy",
    40001: "invalid credential",
    40003: "invalid userid",
    40013: "invalid corpid",
    40014: "invalid access_token",
    40029: "invalid code",
    40031: "invalid userid list",
    40032: "invalid userid list size",
    40035: "invalid parameter",
    40056: "invalid agentid",
    40058: "invalid parameter length or format",
    40063: "some parameters are empty",
    40096: "invalid external userid",
    40128: "customer transferred too often",
    41001: "access_token missing",
    41002: "corpid missing",
    41004: "secret missing",
    40050: "invalid chat_id",
    41035: "external_userid missing",
    41037: "contact way type missing",
    41039: "invalid contact way type",
    41041: "too many users",
    41043: "missing config_id",
    41044: "invalid config_id",
    41046: "missing msgid",
    41047: "invalid msgid",
    41048: "no customer to send",
    41049: "missing welcome_code",
    41050: "invalid welcome_code or expired",
    41051: "external user has started chatting",
    41062: "moment not published by this member",
    41063: "mass message is dispatching",
    41064: "too many attachments",
    41065: "invalid attachment type",
    41093: "mass message cancelled",
    41094: "reminded too often",
    41096: "welcome message is being sent by another app",
    42001: "access_token expired",
    42003: "code expired",
    42022: "code used",
    43001: "require GET method",
    43002: "require POST method",
    45009: "api freq out of limit",
    45033: "api concurrent out of limit",
    47001: "data format error",
    48002: "api forbidden for this token",
    60020: "not allow to access from your ip",
    60111: "userid not found",
    81013: "user & party & tag all invalid",
    82001: "no recipient given",
    84061: "no external contact relation",
}


class ApiError(Exception):
    """What an operation answers instead of its result."""

    def __init__(self, errcode: int) -> None:
        super().__init__(errcode)
        self.errcode = errcode


def envelope(errcode: int, hint: str) -> dict[str, object]:
    """The answer for an error; the wording is not part of the contract, as in WeCom."""
    meaning = MEANINGS.get(errcode, "error")
    return {
        "errcode": errcode,
        "errmsg": f"{meaning}, hint: [{hint}], from ip: 127.0.0.1, "
        f"more info at https://open.work.weixin.qq.com/devtool/query?e={errcode}",
    }
