"""Messages through WeCom: a task that an associate confirms, welcome messages, cards to staff.

Source: developer.work.weixin.qq.com/document/path/92135 (mass messages), 93338 (their results),
97610 and 97611 (remind, stop), 92137 (welcome), 90236 (app messages).
"""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from uuid import UUID

from huitou.channels.wecom.client import (
    Json,
    WeComClient,
    WeComError,
    WeComUnanswered,
    WeComUnreachable,
)
from huitou.reach.types.channels import (
    AskOutcome,
    Delivered,
    Failed,
    Link,
    Outgoing,
    SubmitOutcome,
    Submitted,
    Unknown,
    Waiting,
)

DISPATCHING = 41063
CANCELLED = 41093
TRANSIENT = frozenset({-1, 40014, 41094, 41096, 42001, 45009, 45033})
"""Busy, token, reminded too often, another app is welcoming, frequency, concurrency."""
MISCONFIGURED = frozenset(
    {40001, 40013, 40056, 40091, 41001, 41002, 48001, 48002, 60011, 60020, 301002}
)
"""An administrator can mend these, so the message is not lost for good."""

TASK_SENT = 2
RESULT_SENT, RESULT_NOT_FRIEND, RESULT_QUOTA_USED = 1, 2, 3

TITLE_BYTES_MAX, DESCRIPTION_BYTES_MAX = 128, 512
LIST_WINDOW_MAX = timedelta(days=30)
CLOCK_SKEW = timedelta(hours=1)


class WeComChannel:
    """A `reach.Channel` and `reach.StaffNotifier`. `Outgoing.address` is an external_userid.

    Ask about an unknown submit no sooner than a minute after it: a call still on the wire could
    arrive after a list that lacks it.
    """

    kind = "wecom"

    def __init__(self, client: WeComClient) -> None:
        self._client = client

    def submit(self, outgoing: Outgoing) -> SubmitOutcome:
        """Make the task for `outgoing.sender` to confirm; the ref is WeCom's msgid."""
        body: Json = {
            "chat_type": "single",
            "external_userid": [outgoing.address],
            "text": {"content": outgoing.text},
        }
        if outgoing.sender:
            body["sender"] = outgoing.sender
        if outgoing.link:
            body["attachments"] = [attachment(outgoing.link)]

        def send() -> SubmitOutcome:
            answer = self._client.post("externalcontact/add_msg_template", body)
            if outgoing.address in (answer.get("fail_list") or []):
                return Failed("fail_list", "the customer cannot be reached by this member")
            return Submitted(str(answer["msgid"]))

        return _submitted(send)

    def ask(self, outgoing: Outgoing, ref: str | None) -> AskOutcome:
        """What became of it; without `ref` it is looked for by the url of its link."""
        if ref is None and outgoing.link is None:
            return Unknown("a message without a link cannot be found again")
        found = ref
        try:
            found = found or self._find(outgoing)
            if found is None:
                return Failed("not_found", "no message with this link", is_final=False)
            return self._outcome(outgoing, found)
        except WeComError as error:
            if error.errcode == DISPATCHING:
                return Waiting(found) if found else Unknown(f"errcode {error.errcode}")
            if error.errcode == CANCELLED:
                return Failed("cancelled", error.errmsg)
            if error.errcode in TRANSIENT | MISCONFIGURED:
                return Unknown(f"errcode {error.errcode}")
            return _refused(error)
        except (WeComUnreachable, WeComUnanswered) as error:
            return Unknown(f"{error.code}: {error.params.get('reason')}")

    def remind(self, ref: str) -> SubmitOutcome:
        """Urge the member who has not confirmed `ref`; at most three times in 24 h (41094)."""

        def urge() -> SubmitOutcome:
            self._client.post("externalcontact/remind_groupmsg_send", {"msgid": ref})
            return Submitted(ref)

        return _submitted(urge)

    def cancel(self, ref: str) -> SubmitOutcome:
        """Take `ref` back where it is not confirmed yet; again: Failed 41093. WeCom stops one that was confirmed
        as gladly, and what was sent stays sent: so who confirmed is looked for when nobody can any more."""

        def stop() -> SubmitOutcome:
            self._client.post("externalcontact/cancel_groupmsg_send", {"msgid": ref})
            try:
                is_sent = any(self._confirmed_by(ref))
            except WeComError as error:
                if error.errcode != CANCELLED:
                    raise
                is_sent = False
            return Failed("confirmed", "a member had sent it") if is_sent else Submitted(ref)

        return _submitted(stop)

    def notify(self, user: str, title: str, text: str, url: str) -> SubmitOutcome:
        """A card in the member's WeCom. WeCom drops an identical one within 30 minutes."""
        body: Json = {
            "touser": user,
            "msgtype": "textcard",
            "agentid": self._client.config.agent_id,
            "textcard": {
                "title": _clipped(title, TITLE_BYTES_MAX),
                "description": _clipped(text, DESCRIPTION_BYTES_MAX),
                "url": url,
                "btntxt": "查看",
            },
            "enable_duplicate_check": 1,
            "duplicate_check_interval": 1800,
        }

        def send() -> SubmitOutcome:
            answer = self._client.post("message/send", body)
            if user in str(answer.get("invaliduser") or "").split("|"):
                return Failed("invaliduser", "the member is unknown or outside the app's scope")
            return Submitted(str(answer.get("msgid") or ""))

        return _submitted(send)

    def send_welcome(self, welcome_code: str, text: str, link: Link | None) -> SubmitOutcome:
        """Greet a new friend within 20 s of the callback, once; the ref is the welcome code."""
        body: Json = {"welcome_code": welcome_code, "text": {"content": text}}
        if link:
            body["attachments"] = [attachment(link)]

        def send() -> SubmitOutcome:
            self._client.post("externalcontact/send_welcome_msg", body)
            return Submitted(welcome_code)

        return _submitted(send)

    def _outcome(self, outgoing: Outgoing, ref: str) -> AskOutcome:
        is_confirmed = False
        for user in self._confirmed_by(ref):
            is_confirmed = True
            row = self._result(outgoing, ref, user) or {}
            status = row.get("status")
            if status == RESULT_SENT:
                return Delivered(ref, datetime.fromtimestamp(int(row["send_time"]), UTC))
            if status == RESULT_NOT_FRIEND:
                return Failed("not_friend", "the customer is no longer the member's friend")
            if status == RESULT_QUOTA_USED:
                return Failed("quota_used", "the customer's quota of mass messages is used up")
        return Waiting(ref, on_person=not is_confirmed)

    def _confirmed_by(self, ref: str) -> Iterator[str]:
        body: Json = {"msgid": ref, "limit": 1000}
        for row in self._client.pages("externalcontact/get_groupmsg_task", body, "task_list"):
            if row.get("status") == TASK_SENT:
                yield str(row["userid"])

    def _result(self, outgoing: Outgoing, ref: str, user: str) -> Json | None:
        body: Json = {"msgid": ref, "userid": user, "limit": 1000}
        path = "externalcontact/get_groupmsg_send_result"
        for row in self._client.pages(path, body, "send_list"):
            if row.get("external_userid") == outgoing.address:
                return dict(row)
        return None

    def _find(self, outgoing: Outgoing) -> str | None:
        """The msgid of the message whose link has our url, unique to the message."""
        assert outgoing.link
        since, until = _window(outgoing.message_id, self._client.now())
        body: Json = {
            "chat_type": "single",
            "start_time": int(since.timestamp()),
            "end_time": int(until.timestamp()),
            "filter_type": 0,
            "limit": 100,
        }
        path = "externalcontact/get_groupmsg_list_v2"
        for message in self._client.pages(path, body, "group_msg_list"):
            for attachment in message.get("attachments") or []:
                if (attachment.get("link") or {}).get("url") == outgoing.link.url:
                    return str(message["msgid"])
        return None


def _submitted(send: Callable[[], SubmitOutcome]) -> SubmitOutcome:
    try:
        return send()
    except WeComError as error:
        return _refused(error)
    except WeComUnreachable as error:
        return Failed(error.code, str(error.params.get("reason")), is_final=False)
    except WeComUnanswered as error:
        return Unknown(f"{error.code}: {error.params.get('reason')}")


def _refused(error: WeComError) -> Failed:
    is_final = error.errcode not in TRANSIENT | MISCONFIGURED
    return Failed(str(error.errcode), error.errmsg, is_final=is_final)


def _window(message_id: UUID, now: datetime) -> tuple[datetime, datetime]:
    """When a message could have been submitted: after its UUIDv7 was made, within WeCom's month. An id from the future
    (the clock was set back) says nothing: what is not found would go out twice."""
    until = now + CLOCK_SKEW
    earliest = until - LIST_WINDOW_MAX
    made = datetime.fromtimestamp((message_id.int >> 80) / 1000, UTC)
    if message_id.version != 7 or made > until:
        return earliest, until
    return max(earliest, made - CLOCK_SKEW), until


def attachment(link: Link) -> Json:
    card = {
        "title": _clipped(link.title, TITLE_BYTES_MAX),
        "desc": _clipped(link.description, DESCRIPTION_BYTES_MAX),
        "url": link.url,
    }
    if link.picture_url:
        card["picurl"] = link.picture_url
    return {"msgtype": "link", "link": card}


def _clipped(text: str, bytes_max: int) -> str:
    """At most `bytes_max` bytes of UTF-8, never half a character."""
    return text.encode()[:bytes_max].decode("utf-8", "ignore")
