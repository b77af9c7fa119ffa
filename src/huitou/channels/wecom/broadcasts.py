"""What goes to many at once in WeCom: messages to customer groups, and moments (客户朋友圈).

Both are tasks that a member confirms; WeCom tells of neither by a callback. Source:
developer.work.weixin.qq.com/document/path/92135 (groups), 93333 (moments), 97612 (taking back).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from huitou.channels.wecom.channel import RESULT_SENT, TASK_SENT, attachment
from huitou.channels.wecom.client import Json, WeComClient
from huitou.reach.types.channels import Link

GROUPS_MAX = 2000
_MADE = 3


@dataclass(frozen=True, slots=True)
class Group:
    """A customer group; `owner` is the member who confirms messages to it."""

    chat_id: str
    name: str
    owner: str
    member_count: int


@dataclass(frozen=True, slots=True)
class Spread:
    """How far a broadcast has come: members asked and confirmed, groups or customers reached."""

    asked: int
    confirmed: int
    reached: int


class WeComBroadcasts:
    """Starts broadcasts and says how far they are; raises what WeComClient raises."""

    def __init__(self, client: WeComClient) -> None:
        self._client = client

    def list_groups(self, owners: Sequence[str]) -> Iterator[Group]:
        """The groups of these members."""
        body: Json = {"owner_filter": {"userid_list": list(owners)}, "limit": 1000}
        for row in self._client.pages("externalcontact/groupchat/list", body, "group_chat_list"):
            answer = self._client.post(
                "externalcontact/groupchat/get", {"chat_id": row["chat_id"], "need_name": 1}
            )
            chat = answer["group_chat"]
            members = chat.get("member_list") or []
            yield Group(
                str(chat["chat_id"]), str(chat.get("name") or ""), str(chat["owner"]), len(members)
            )

    def send_to_groups(
        self, sender: str, chat_ids: Sequence[str], text: str, link: Link | None
    ) -> tuple[str, list[str]]:
        """WeCom's msgid, and the groups that will not get it. The owner confirms."""
        assert 1 <= len(chat_ids) <= GROUPS_MAX
        body: Json = {
            "chat_type": "group",
            "sender": sender,
            "chat_id_list": list(chat_ids),
            "text": {"content": text},
        }
        if link:
            body["attachments"] = [attachment(link)]
        answer = self._client.post("externalcontact/add_msg_template", body)
        return str(answer["msgid"]), [str(chat) for chat in answer.get("fail_list") or []]

    def spread_of_groups(self, msgid: str) -> Spread:
        """How many owners confirmed, and how many groups it stands in."""
        tasks = list(
            self._client.pages(
                "externalcontact/get_groupmsg_task", {"msgid": msgid, "limit": 1000}, "task_list"
            )
        )
        reached = 0
        sent = [str(row["userid"]) for row in tasks if row.get("status") == TASK_SENT]
        for user in sent:
            rows = self._client.pages(
                "externalcontact/get_groupmsg_send_result",
                {"msgid": msgid, "userid": user, "limit": 1000},
                "send_list",
            )
            reached += sum(row.get("status") == RESULT_SENT for row in rows)
        return Spread(len(tasks), len(sent), reached)

    def post_moment(self, users: Sequence[str], text: str, link: Link | None) -> str:
        """WeCom's job id, good for 24 hours; these members are asked to publish."""
        body: Json = {
            "text": {"content": text},
            "visible_range": {"sender_list": {"user_list": list(users)}},
        }
        if link:
            body["attachments"] = [attachment(link)]
        return str(self._client.post("externalcontact/add_moment_task", body)["jobid"])

    def moment_of(self, jobid: str) -> str | None:
        """The moment's id once WeCom has made it; None until then."""
        answer = self._client.get("externalcontact/get_moment_task_result", {"jobid": jobid})
        if answer.get("status") != _MADE:
            return None
        return str((answer.get("result") or {}).get("moment_id") or "") or None

    def spread_of_moment(self, moment_id: str) -> Spread:
        """How many members published it, and how many customers may see it."""
        body: Json = {"moment_id": moment_id, "limit": 1000}
        tasks = list(self._client.pages("externalcontact/get_moment_task", body, "task_list"))
        published = [str(row["userid"]) for row in tasks if row.get("publish_status") == 1]
        reached = 0
        for user in published:
            asked: Json = {"moment_id": moment_id, "userid": user, "limit": 5000}
            path = "externalcontact/get_moment_send_result"
            reached += sum(1 for _ in self._client.pages(path, asked, "customer_list"))
        return Spread(len(tasks), len(published), reached)

    def cancel_moment(self, moment_id: str) -> None:
        """Whoever has not published it is asked no more."""
        self._client.post("externalcontact/cancel_moment_task", {"moment_id": moment_id})
