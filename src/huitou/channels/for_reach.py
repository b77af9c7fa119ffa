"""The adapters behind the ports of reach: wiring binds these functions.

Adapters of one configuration share one WeCom client, and with it one access token.
"""

from collections.abc import Sequence
from functools import lru_cache

from huitou.channels.sms_aliyun import receipts
from huitou.channels.sms_aliyun.channel import AliyunSmsChannel
from huitou.channels.sms_aliyun.config import AliyunSmsConfig
from huitou.channels.wecom import callbacks
from huitou.channels.wecom.channel import WeComChannel
from huitou.channels.wecom.client import WeComClient
from huitou.channels.wecom.config import WeComConfig
from huitou.channels.wecom.contacts import WeComContacts
from huitou.reach.ports import FriendAdded, FriendEvent, FriendRemoved, OtherCallback
from huitou.reach.types import Channel, SubmitOutcome


def open_channel(kind: str, config: str) -> Channel:
    """The channel of this kind, from its configuration as JSON."""
    if kind == "wecom":
        return WeComChannel(_client(config))
    assert kind == "sms", f"there is no channel {kind}"
    return AliyunSmsChannel(AliyunSmsConfig.model_validate_json(config))


def open_notifier(kind: str, config: str) -> WeComChannel:
    """What shows cards to employees."""
    assert kind == "wecom", f"{kind} shows no cards"
    return WeComChannel(_client(config))


class WeComFriends:
    """`reach.Friends` over WeCom."""

    def __init__(self, client: WeComClient) -> None:
        self.corp = client.config.corp_id
        self._callbacks = callbacks.WeComCallbacks(client.config)
        self._channel = WeComChannel(client)
        self._contacts = WeComContacts(client)

    def verify(self, msg_signature: str, timestamp: str, nonce: str, echostr: str) -> str:
        return self._callbacks.verify(msg_signature, timestamp, nonce, echostr)

    def parse(self, msg_signature: str, timestamp: str, nonce: str, body: bytes) -> FriendEvent:
        event = self._callbacks.parse(msg_signature, timestamp, nonce, body)
        match event:
            case callbacks.ContactAdded():
                return FriendAdded(
                    event.user,
                    event.external_userid,
                    event.state,
                    event.welcome_code,
                    event.at,
                    event.key,
                )
            case callbacks.ContactRemoved():
                return FriendRemoved(
                    event.user, event.external_userid, event.is_by_customer, event.at, event.key
                )
            case callbacks.Other():
                return OtherCallback(event.key)

    def welcome(self, welcome_code: str, text: str) -> SubmitOutcome:
        return self._channel.send_welcome(welcome_code, text, None)

    def unionid_of(self, external_userid: str) -> str | None:
        contact = self._contacts.contact(external_userid)
        return contact.unionid if contact else None


def open_friends(config: str) -> WeComFriends:
    """The merchant's WeCom, from its configuration as JSON."""
    return WeComFriends(_client(config))


class AliyunSmsPushes:
    """`reach.SmsPushes` over Aliyun."""

    def __init__(self, config: AliyunSmsConfig) -> None:
        self._config = config

    def accepts(self, secret: str) -> bool:
        return self._config.accepts(secret)

    def reports(self, body: bytes) -> Sequence[receipts.Receipt]:
        return receipts.parse_reports(body)

    def replies(self, body: bytes) -> Sequence[receipts.Reply]:
        return receipts.parse_replies(body)


def open_sms_pushes(config: str) -> AliyunSmsPushes:
    """The merchant's SMS provider, from its configuration as JSON."""
    return AliyunSmsPushes(AliyunSmsConfig.model_validate_json(config))


@lru_cache(maxsize=64)
def _client(config: str) -> WeComClient:
    return WeComClient(WeComConfig.model_validate_json(config))
