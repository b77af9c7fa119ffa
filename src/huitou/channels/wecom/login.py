"""Staff log in with WeCom: OAuth 2.0 inside the app.

Source: developer.work.weixin.qq.com/document/path/91022 and 91023.
"""

from urllib.parse import urlencode

from huitou.channels.wecom.client import WeComClient, WeComError
from huitou.kernel.errors import Forbidden

CODE_REFUSED = frozenset({40029, 42003, 42022})


class NotStaff(Forbidden):
    code = "wecom.not_staff"
    zh, en = "仅限本企业员工登录", "Only members of this corporation may log in"


class WeComLogin:
    """Turns a visit from inside WeCom into a member's userid."""

    def __init__(self, client: WeComClient) -> None:
        self._client = client

    def authorize_url(self, redirect: str, state: str) -> str:
        """Where to send the browser; it returns to `redirect` with `code` and `state`."""
        config = self._client.config
        query = urlencode(
            {
                "appid": config.corp_id,
                "redirect_uri": redirect,
                "response_type": "code",
                "scope": "snsapi_base",
                "state": state,
                "agentid": config.agent_id,
            }
        )
        return f"{config.oauth_url}?{query}#wechat_redirect"

    def user_of(self, code: str) -> str | None:
        """The member's userid; None when the code is invalid, used or older than 5 minutes.

        Refuses `wecom.not_staff` to customers and strangers; raises what WeComClient raises.
        """
        try:
            answer = self._client.get("auth/getuserinfo", {"code": code})
        except WeComError as error:
            if error.errcode in CODE_REFUSED:
                return None
            raise
        user = answer.get("userid")
        if not user:
            raise NotStaff()
        return str(user)
