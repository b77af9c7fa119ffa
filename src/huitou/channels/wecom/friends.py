"""WeCom as a channel of friendships: what it tells of friends who come and go, and the greeting."""

from huitou.channels.wecom.callbacks import ContactAdded, ContactRemoved, WeComCallbacks
from huitou.channels.wecom.channel import WeComChannel
from huitou.channels.wecom.client import WeComClient
from huitou.channels.wecom.config import WeComConfig
from huitou.channels.wecom.contacts import WeComContacts
from huitou.reach.types.channels import (
    FriendAdded,
    FriendEvent,
    FriendRemoved,
    Link,
    OtherCallback,
    SubmitOutcome,
)


class WeComFriends:
    """Serves `reach.ports.Friends` for one corporation."""

    def __init__(self, config: WeComConfig, client: WeComClient) -> None:
        self.corp = config.corp_id
        self._callbacks = WeComCallbacks(config)
        self._channel = WeComChannel(client)
        self._contacts = WeComContacts(client)

    def verify(self, msg_signature: str, timestamp: str, nonce: str, echostr: str) -> str:
        """The answer to the handshake."""
        return self._callbacks.verify(msg_signature, timestamp, nonce, echostr)

    def parse(self, msg_signature: str, timestamp: str, nonce: str, body: bytes) -> FriendEvent:
        """The callback as reach reads it."""
        event = self._callbacks.parse(msg_signature, timestamp, nonce, body)
        if isinstance(event, ContactAdded):
            return FriendAdded(
                user=event.user,
                external_userid=event.external_userid,
                state=event.state,
                welcome_code=event.welcome_code,
                at=event.at,
                key=event.key,
            )
        if isinstance(event, ContactRemoved):
            return FriendRemoved(
                user=event.user,
                external_userid=event.external_userid,
                is_by_customer=event.is_by_customer,
                at=event.at,
                key=event.key,
            )
        return OtherCallback(event.key)

    def welcome(self, welcome_code: str, text: str, link: Link | None) -> SubmitOutcome:
        """Greet within 20 seconds, once."""
        return self._channel.send_welcome(welcome_code, text, link)

    def unionid_of(self, external_userid: str) -> str | None:
        """The customer's unionid where a developer id is bound."""
        contact = self._contacts.contact(external_userid)
        return contact.unionid if contact else None
