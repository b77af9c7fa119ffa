"""Subscribe messages of a mini program: one for each time the customer has agreed.

Source: developers.weixin.qq.com, subscribeMessage.send.
"""

from typing import Any
from urllib.parse import quote

from huitou.channels.wechat.client import WechatClient
from huitou.channels.wechat.codes import NO_PERMISSION, failed
from huitou.channels.wechat.config import MiniConfig
from huitou.channels.wechat.values import overlong
from huitou.channels.wire import Answered, Lost, Refused, Unreached
from huitou.reach.types.channels import (
    AskOutcome,
    Failed,
    Outgoing,
    SubmitOutcome,
    Submitted,
    Unknown,
    Waiting,
)


class MiniChannel:
    """A `reach.Channel`. `Outgoing.address` is an openid of this mini program.

    WeChat recognises no repeat and answers no questions: an unknown submit is never sent again.
    """

    kind = "mini"

    def __init__(self, config: MiniConfig, client: WechatClient) -> None:
        self._config = config
        self._client = client

    def close(self) -> None:
        """Give the connections back."""
        self._client.close()

    def permission_of(self, outgoing: Outgoing) -> str | None:
        """One acceptance of the template."""
        return outgoing.template or self._config.template_id

    def is_used_up(self, code: str) -> bool:
        """Whether WeChat knows of no acceptance where we counted one."""
        return code in NO_PERMISSION

    def fen_per_thousand(self, outgoing: Outgoing) -> int:
        """Nothing."""
        return 0

    def submit(self, outgoing: Outgoing) -> SubmitOutcome:
        """The ref is WeChat's msgid."""
        template_id = outgoing.template or self._config.template_id
        template = self._config.template_of(template_id)
        if template is None:
            return Failed("missing_variable", f"no fields of template {template_id}")
        params = {self._config.text_variable: outgoing.text, **outgoing.params}
        if holes := [name for name in template.names() if not params.get(name)]:
            return Failed("missing_variable", f"no value for {', '.join(holes)}")
        values = template.values(params)
        if wrong := overlong(values):
            return Failed("value_too_long", f"{wrong} breaks the rule of its kind")
        body: dict[str, Any] = {
            "touser": outgoing.address,
            "template_id": template_id,
            "page": self._page(outgoing),
            "miniprogram_state": self._config.state,
            "lang": "zh_CN",
            "data": {name: {"value": text} for name, text in values.items()},
        }
        match self._client.post("/cgi-bin/message/subscribe/send", body):
            case Answered(answer):
                return Submitted(str(answer.get("msgid") or outgoing.message_id.hex))
            case Refused(code, message):
                return failed(code, message)
            case Unreached(detail):
                return Failed("unreached", detail, is_final=False)
            case Lost(detail):
                return Unknown(detail)

    def ask(self, outgoing: Outgoing, ref: str | None) -> AskOutcome:
        """WeChat tells by `subscribe_msg_sent_event`, and answers no questions."""
        return Waiting(ref) if ref is not None else Unknown("WeChat cannot be asked")

    def _page(self, outgoing: Outgoing) -> str:
        if outgoing.link is None:
            return self._config.page
        return f"{self._config.page}?url={quote(outgoing.link.url, safe='')}"
