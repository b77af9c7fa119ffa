"""Members and their customers, as WeCom knows them, for the full sync and after a callback.

Source: developer.work.weixin.qq.com/document/path/92114 (one customer), 92994 (many),
92571 (members with customers), 90200 (members).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from huitou.channels.wecom.client import Json, WeComClient, WeComError

NO_RELATION = frozenset({40096, 84061})
USERS_MAX = 100
ROOT_DEPARTMENT = "1"


@dataclass(frozen=True, slots=True)
class Member:
    """An employee in WeCom. Phones and avatars are not given to self-built apps."""

    user: str
    name: str


@dataclass(frozen=True, slots=True)
class Follower:
    """A member who has the customer as a friend. `state` names the way they met, or is empty."""

    user: str
    state: str
    created_at: datetime
    add_way: int
    remark: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Contact:
    """A customer in WeCom. `unionid` only when the corporation has bound a WeChat developer id."""

    external_userid: str = field(repr=False)
    name: str = field(repr=False)
    unionid: str | None = field(repr=False)
    followers: tuple[Follower, ...]


class WeComContacts:
    """Reads the address book; raises what WeComClient raises."""

    def __init__(self, client: WeComClient) -> None:
        self._client = client

    def contact(self, external_userid: str) -> Contact | None:
        """The customer with every follower; None when nobody follows them any more."""
        followers: list[Follower] = []
        params, person = {"external_userid": external_userid}, {}
        while True:
            try:
                answer = self._client.get("externalcontact/get", params)
            except WeComError as error:
                if error.errcode in NO_RELATION:
                    return None
                raise
            person = answer["external_contact"]
            followers += [_follower(row) for row in answer.get("follow_user") or []]
            cursor = str(answer.get("next_cursor") or "")
            if not cursor or cursor == params.get("cursor"):
                return _contact(person, followers)
            params["cursor"] = cursor

    def list_followers(self) -> list[str]:
        """The userids of members who may have customers."""
        return [
            str(user)
            for user in self._client.get("externalcontact/get_follow_user_list").get("follow_user")
            or []
        ]

    def list_members(self) -> list[Member]:
        """Everyone the app may see, by userid and name."""
        answer = self._client.get("user/simplelist", {"department_id": ROOT_DEPARTMENT})
        return [Member(str(row["userid"]), str(row["name"])) for row in answer["userlist"]]

    def list_contacts(self, user: str) -> list[Contact]:
        """All customers of one member, each with that one follower."""
        return list(self.iter_contacts([user]))

    def iter_contacts(self, users: Sequence[str]) -> Iterator[Contact]:
        """Friendships of many members, 100 a call; a customer of two members comes twice."""
        for start in range(0, len(users), USERS_MAX):
            body: Json = {"userid_list": list(users[start : start + USERS_MAX]), "limit": 100}
            path = "externalcontact/batch/get_by_user"
            try:
                for row in self._client.pages(path, body, "external_contact_list"):
                    yield _contact(row["external_contact"], [_follower(row["follow_info"])])
            except WeComError as error:
                if error.errcode not in NO_RELATION:
                    raise


def _contact(person: Json, followers: list[Follower]) -> Contact:
    return Contact(
        external_userid=str(person["external_userid"]),
        name=str(person.get("name") or ""),
        unionid=person.get("unionid") or None,
        followers=tuple(followers),
    )


def _follower(row: Json) -> Follower:
    return Follower(
        user=str(row["userid"]),
        state=str(row.get("state") or ""),
        created_at=datetime.fromtimestamp(int(row["createtime"]), UTC),
        add_way=int(row.get("add_way") or 0),
        remark=str(row.get("remark") or ""),
    )
