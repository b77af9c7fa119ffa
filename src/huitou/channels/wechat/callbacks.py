"""What WeChat calls us with: the handshake, what customers do, and how messages ended.

Source: developers.weixin.qq.com, 接收事件推送 and 订阅消息事件. WeChat waits 5 s and tries three
times: answer at once, and drop what has a `key` already seen. Safe mode only: SHA-1 over the sorted
parts and AES-256-CBC with the app id as receiver, the same scheme as WeCom's.
"""

import hashlib
import hmac
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta

from huitou.channels.wechat.config import WechatAccount
from huitou.channels.wechat.official import WINDOW
from huitou.channels.wecom import crypto
from huitou.channels.wecom.xml import BadXml, XmlTooLarge, read_fields
from huitou.kernel.errors import Forbidden, Malformed
from huitou.reach.types.channels import Delivered, Failed
from huitou.reach.types.hearing import Forbade, Heard, Joined, Left, Permitted, Reported

SPOKE, SPOKE_FOR = 5, timedelta(hours=48)
ACTED, ACTED_FOR = 3, timedelta(minutes=1)
"""Messages that a customer's word, and any other act of theirs, opens up; they do not add up."""
_ACTS = frozenset({"subscribe", "SCAN", "CLICK", "scancode_push", "scancode_waitmsg"})
_POPUPS = {
    "subscribe_msg_popup_event": "SubscribeMsgPopupEvent",
    "subscribe_msg_change_event": "SubscribeMsgChangeEvent",
}


class BadSignature(Forbidden):
    code = "wechat.bad_signature"
    zh, en = "微信回调签名不正确", "The signature of the WeChat callback is wrong"


class Unreadable(Malformed):
    code = "wechat.unreadable"
    zh, en = "微信回调无法解密或解析", "The WeChat callback cannot be decrypted or read"


def plain_signature(token: str, timestamp: str, nonce: str) -> str:
    """`signature` of the handshake: lower-case hex SHA-1 of the three, sorted and joined."""
    parts = "".join(sorted([token, timestamp, nonce]))
    return hashlib.sha1(parts.encode(), usedforsecurity=False).hexdigest()


class WechatEars:
    """Serves `reach.Ears` for one account."""

    answer = "success"

    def __init__(self, config: WechatAccount) -> None:
        self._config = config
        self.scope = config.app_id

    def verify(self, query: Mapping[str, str]) -> str:
        """The echo that the handshake waits for. Refuses `wechat.bad_signature`."""
        expected = plain_signature(
            self._config.token, query.get("timestamp", ""), query.get("nonce", "")
        )
        if not hmac.compare_digest(expected.encode(), query.get("signature", "").encode()):
            raise BadSignature()
        return query.get("echostr", "")

    def hear(
        self, query: Mapping[str, str], headers: Mapping[str, str], body: bytes, now: datetime
    ) -> list[Heard]:
        """What a callback says. Refuses `wechat.bad_signature`, `wechat.unreadable`."""
        try:
            encrypted = read_fields(body).get("Encrypt", "")
            expected = crypto.signature(
                self._config.token, query.get("timestamp", ""), query.get("nonce", ""), encrypted
            )
            if not hmac.compare_digest(expected, query.get("msg_signature", "")):
                raise BadSignature()
            key = self._config.encoding_aes_key.get_secret_value()
            fields = read_fields(crypto.decrypt(key, encrypted, self._config.app_id))
            return list(_heard(fields))
        except (BadXml, XmlTooLarge, crypto.Undecipherable, crypto.WrongCorp, TypeError) as error:
            raise Unreadable() from error


def _heard(fields: Mapping[str, str]) -> Iterator[Heard]:
    openid, at = fields.get("FromUserName", ""), _time_of(fields)
    if not openid:
        raise Unreadable()
    event = fields.get("Event", "")
    key = _key_of(fields, openid)
    if event == "TEMPLATESENDJOBFINISH":
        status = fields.get("Status", "")
        yield _reported(f"end:{fields.get('MsgID', '')}", fields.get("MsgID", ""), status, at)
    elif event == "subscribe_msg_sent_event":
        path = "SubscribeMsgSentEvent/List"
        for ref, error in _rows(fields, path, "MsgID", "ErrorCode"):
            yield _reported(f"end:{ref}", ref, "success" if error == "0" else error, at)
    elif event in _POPUPS:
        path = f"{_POPUPS[event]}/List"
        for template, said in _rows(fields, path, "TemplateId", "SubscribeStatusString"):
            one = f"{key}:{template}"
            if said == "accept" and event == "subscribe_msg_popup_event":
                yield Permitted(one, openid, template, 1, None, at)
            elif said == "reject" and event == "subscribe_msg_change_event":
                yield Forbade(one, openid, template, at)
    elif event == "unsubscribe":
        yield Left(key, openid, at)
    elif event == "user_authorization_revoke":
        yield Forbade(key, fields.get("OpenID") or openid, None, at)
    elif event in _ACTS:
        if event == "subscribe":
            scene = fields.get("EventKey", "").removeprefix("qrscene_")
            yield Joined(f"{key}:joined", openid, scene, at)
        yield Permitted(key, openid, WINDOW, ACTED, at + ACTED_FOR, at)
    elif not event and fields.get("MsgType"):
        yield Permitted(key, openid, WINDOW, SPOKE, at + SPOKE_FOR, at)


def _reported(key: str, ref: str, status: str, at: datetime) -> Reported:
    outcome: Delivered | Failed = Delivered(ref, at)
    if status != "success":
        # `failed:user block`: the customer has blocked the account.
        outcome = Failed(status[:80] or "failed", "WeChat did not deliver it")
    return Reported(key, ref, outcome, at)


def _rows(fields: Mapping[str, str], path: str, *names: str) -> Iterator[tuple[str, ...]]:
    """Rows of a repeated element, whose leaves `read_fields` has joined by commas."""
    columns = [fields.get(f"{path}/{name}", "").split(",") for name in names]
    if len({len(column) for column in columns}) != 1:
        raise Unreadable()
    yield from (row for row in zip(*columns, strict=True) if row[0])


def _time_of(fields: Mapping[str, str]) -> datetime:
    try:
        return datetime.fromtimestamp(int(fields.get("CreateTime", "")), UTC)
    except (ValueError, OverflowError, OSError) as error:
        raise Unreadable() from error


def _key_of(fields: Mapping[str, str], openid: str) -> str:
    """WeChat's own advice: MsgId, for events who and when; and what, for two in one second."""
    if "MsgId" in fields:
        return f"msg:{fields['MsgId']}"
    parts = sorted(f"{name}={value}" for name, value in fields.items())
    return hashlib.sha256("\x1f".join([openid, *parts]).encode()).hexdigest()
