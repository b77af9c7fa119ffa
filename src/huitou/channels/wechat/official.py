"""Messages of an official account: by template, or as customer service within 48 hours.

Source: developers.weixin.qq.com, 模板消息 and 客服消息; windows and counts as of 2023-06-12.
"""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from html import escape
from typing import Any

from huitou.channels.wechat.client import WechatClient
from huitou.channels.wechat.codes import DUPLICATE, NO_PERMISSION, failed
from huitou.channels.wechat.values import MIDDLE_MAX
from huitou.channels.wire import Answered, Lost, Refused, Unreached, utc_now
from huitou.reach.types.channels import (
    AskOutcome,
    Delivered,
    Failed,
    Outgoing,
    SubmitOutcome,
    Submitted,
    Unknown,
    Waiting,
)

WINDOW = ""
"""What a customer-service message uses up: a place in the window that the customer opened."""
REPEATABLE = timedelta(minutes=4)
"""WeChat recognises a client_msg_id for ten minutes; our own last retry is five after the first."""
_CUSTOM = "custom:"


class OfficialChannel:
    """A `reach.Channel`. `Outgoing.address` is an openid of this account.

    With a template: a template message, whose end WeChat tells by a callback. Without: a
    customer-service message, which is in the chat once WeChat has taken it, and cannot be asked
    about: an unknown one is never sent again.
    """

    kind = "wechat"

    def __init__(self, client: WechatClient, *, now: Callable[[], datetime] = utc_now) -> None:
        self._client = client
        self._now = now

    def close(self) -> None:
        """Give the connections back."""
        self._client.close()

    def permission_of(self, outgoing: Outgoing) -> str | None:
        """A place in the 48-hour window, where no template is used."""
        return None if outgoing.template else WINDOW

    def is_used_up(self, code: str) -> bool:
        """Whether WeChat knows of no permission where we counted one."""
        return code in NO_PERMISSION

    def fen_per_thousand(self, outgoing: Outgoing) -> int:
        """Nothing."""
        return 0

    def submit(self, outgoing: Outgoing) -> SubmitOutcome:
        """The ref is WeChat's msgid, or when a customer-service message was taken."""
        if outgoing.template:
            return self._submit_template(outgoing, outgoing.template)
        body: dict[str, Any] = {
            "touser": outgoing.address,
            "msgtype": "text",
            "text": {"content": _with_link(outgoing)},
        }
        match self._client.post("/cgi-bin/message/custom/send", body):
            case Answered():
                return Submitted(f"{_CUSTOM}{int(self._now().timestamp())}")
            case Refused(code, message):
                return failed(code, message)
            case Unreached(detail):
                return Failed("unreached", detail, is_final=False)
            case Lost(detail):
                return Unknown(detail)

    def ask(self, outgoing: Outgoing, ref: str | None) -> AskOutcome:
        """WeChat tells of its own accord, and answers no questions.

        A template message may be handed over again while WeChat surely recognises the repeat.
        """
        if ref is not None and ref.startswith(_CUSTOM):
            return Delivered(ref, datetime.fromtimestamp(int(ref.removeprefix(_CUSTOM)), UTC))
        if ref is not None:
            return Waiting(ref)
        if outgoing.template and outgoing.message_id.version == 7:
            made = datetime.fromtimestamp((outgoing.message_id.int >> 80) / 1000, UTC)
            if self._now() - made < REPEATABLE:
                return Failed("not_found", "WeChat recognises a repeat", is_final=False)
        return Unknown("WeChat cannot be asked")

    def _submit_template(self, outgoing: Outgoing, template_id: str) -> SubmitOutcome:
        template = self._client.config.template_of(template_id)
        if template is None:
            return Failed("missing_variable", f"no fields of template {template_id}")
        holes = [name for name in template.names() if not outgoing.params.get(name)]
        if holes:
            return Failed("missing_variable", f"no value for {', '.join(holes)}")
        values = template.values(outgoing.params)
        long = next((name for name, text in values.items() if len(text) > MIDDLE_MAX), None)
        if long is not None:
            return Failed("value_too_long", f"{long} has more than {MIDDLE_MAX} characters")
        body: dict[str, Any] = {
            "touser": outgoing.address,
            "template_id": template_id,
            "client_msg_id": outgoing.message_id.hex,
            "data": {name: {"value": text} for name, text in values.items()},
        }
        if outgoing.link:
            body["url"] = outgoing.link.url
        match self._client.post("/cgi-bin/message/template/send", body):
            case Answered(answer):
                return Submitted(str(answer.get("msgid") or outgoing.message_id.hex))
            case Refused(code, message):
                if code == DUPLICATE:
                    return Submitted(outgoing.message_id.hex)
                return failed(code, message)
            case Unreached(detail):
                return Failed("unreached", detail, is_final=False)
            case Lost(detail):
                return Unknown(detail)


def _with_link(outgoing: Outgoing) -> str:
    if outgoing.link is None:
        return outgoing.text
    link = outgoing.link
    return f'{outgoing.text}\n<a href="{escape(link.url)}">{escape(link.title)}</a>'
