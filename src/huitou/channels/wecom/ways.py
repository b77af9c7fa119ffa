"""「联系我」codes: a QR code by which customers become friends of a member, with a source of its own.

Source: developer.work.weixin.qq.com/document/path/92228. The `state` given here comes back in the
callback of everybody who scans the code, and in their details for ever: it names the source.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from huitou.channels.wecom.client import Json, WeComClient, WeComError

UNKNOWN_WAY = frozenset({41043, 41044})
STATE_MAX, REMARK_MAX, USERS_MAX = 30, 30, 100
_SINGLE, _MULTI = 1, 2
_QR = 2


@dataclass(frozen=True, slots=True)
class Way:
    """A code as WeCom keeps it. `qr_code` is the address of its picture."""

    config_id: str
    qr_code: str
    users: tuple[str, ...]
    state: str
    remark: str


class WeComWays:
    """Makes, changes and takes away codes; raises what WeComClient raises.

    One corporation may have 500,000 (41045); WeCom recognises no repeat: an unanswered `add` is
    looked for by its state before another is made (`find`).
    """

    def __init__(self, client: WeComClient) -> None:
        self._client = client

    def add(self, users: Sequence[str], state: str, remark: str, *, asks_first: bool) -> Way:
        """A code for one member, or for several in turn. `asks_first`: the member has to accept."""
        body = {
            "type": _SINGLE if len(users) == 1 else _MULTI,
            "scene": _QR,
            **_fields(users, state, remark, asks_first=asks_first),
        }
        answer = self._client.post("externalcontact/add_contact_way", body)
        return Way(
            str(answer["config_id"]), str(answer.get("qr_code") or ""), tuple(users), state, remark
        )

    def get(self, config_id: str) -> Way | None:
        """The code; None when it was taken away."""
        try:
            answer = self._client.post("externalcontact/get_contact_way", {"config_id": config_id})
        except WeComError as error:
            if error.errcode in UNKNOWN_WAY:
                return None
            raise
        way = answer["contact_way"]
        return Way(
            config_id=config_id,
            qr_code=str(way.get("qr_code") or ""),
            users=tuple(str(user) for user in way.get("user") or []),
            state=str(way.get("state") or ""),
            remark=str(way.get("remark") or ""),
        )

    def find(
        self, state: str, *, since: datetime | None = None, known: Collection[str] = ()
    ) -> Way | None:
        """The code with this state made since then, at most 90 days ago; `known` ids are passed over."""
        for config_id in self._ids(since):
            way = None if config_id in known else self.get(config_id)
            if way is not None and way.state == state:
                return way
        return None

    def change(
        self, config_id: str, users: Sequence[str], state: str, remark: str, *, asks_first: bool
    ) -> None:
        """Another member behind the same printed picture. Raises WeComError 41044 when unknown."""
        body = {"config_id": config_id, **_fields(users, state, remark, asks_first=asks_first)}
        self._client.post("externalcontact/update_contact_way", body)

    def remove(self, config_id: str) -> None:
        """Whoever scans it from now on meets nobody; again: nothing."""
        try:
            self._client.post("externalcontact/del_contact_way", {"config_id": config_id})
        except WeComError as error:
            if error.errcode not in UNKNOWN_WAY:
                raise

    def _ids(self, since: datetime | None) -> Iterator[str]:
        body: Json = {"limit": 1000}
        if since is not None:
            body["start_time"] = int(since.timestamp())
        pages = self._client.pages("externalcontact/list_contact_way", body, "contact_way")
        yield from (str(row["config_id"]) for row in pages)


def _fields(users: Sequence[str], state: str, remark: str, *, asks_first: bool) -> Json:
    assert 1 <= len(users) <= USERS_MAX
    assert len(state) <= STATE_MAX, "longer ones belong into a table, a short code into the state"
    return {
        "user": list(users),
        "state": state,
        "remark": remark[:REMARK_MAX],
        "skip_verify": not asks_first,
    }
