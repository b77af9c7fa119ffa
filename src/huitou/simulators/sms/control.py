"""`/sim/*`: what tests and the demo do to this world, and see of it."""

from collections.abc import Callable
from dataclasses import asdict
from datetime import datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query
from pydantic import Field, model_validator

from huitou.simulators.sms.pushes import Pusher, add_upstream
from huitou.simulators.sms.settings import ConfigureBody, Phone, Strict, configure, get_settings
from huitou.simulators.sms.store import Message, Reply, Store

_PHONES_MAX = 200


class FaultBody(Strict):
    """What the next `times` calls of `action` run into.

    `code` is the business code of `error`, or the HTTP status of `http_error`; `delay_ms` is how
    long `hang_*` keeps the caller waiting before the connection is cut. `*_before` leaves no
    effect, `*_after` does what was asked and loses the answer.
    """

    effect: Literal["error", "http_error", "drop_before", "drop_after", "hang_before", "hang_after"]
    action: Literal["SendSms", "QuerySendDetails", "PullSmsSendStatusByPhoneNumber", "*"] = "*"
    code: str = ""
    delay_ms: int = Field(0, ge=0, le=120_000)
    times: int = Field(1, ge=1, le=1_000_000)

    @model_validator(mode="after")
    def _code_fits(self) -> "FaultBody":
        if self.effect == "error" and not self.code:
            raise ValueError("error needs a code")
        statuses = {str(status) for status in range(400, 600)}
        if self.effect == "http_error" and self.code not in statuses:
            raise ValueError("http_error needs a status from 400 to 599 as its code")
        return self


class NumberBody(Strict):
    """`err_code` makes the number undeliverable from now on; null makes it reachable again."""

    err_code: str | None = Field(min_length=1)


class ReplyBody(Strict):
    """What the person with the phone types."""

    content: str = Field(min_length=1, max_length=500)


class HoldBody(Strict):
    """Whether receipts are held back. Letting go sends all that were held."""

    is_holding: bool


class ClockBody(Strict):
    """How far the clock is put forward."""

    seconds: int = Field(ge=0, le=400 * 86_400)


def control_router(store: Store, pusher: Pusher, now: Callable[[], datetime]) -> APIRouter:
    """The control API, all answers JSON."""
    router = APIRouter(prefix="/sim")
    _add_world(router, store, pusher, now)
    _add_phones(router, store, pusher, now)
    return router


def _add_world(
    router: APIRouter, store: Store, pusher: Pusher, now: Callable[[], datetime]
) -> None:
    def now_ms() -> int:
        return int(now().timestamp() * 1000)

    @router.get("/settings")
    def settings() -> dict[str, Any]:
        return asdict(get_settings(store))

    @router.post("/configure")
    def set_up(body: ConfigureBody) -> dict[str, Any]:
        configure(store, body)
        pusher.wake()
        return asdict(get_settings(store))

    @router.post("/clock")
    def advance_clock(body: ClockBody) -> dict[str, int]:
        """Windows of flow control pass; signatures are still checked by the real time."""
        offset = get_settings(store).clock_offset_s + body.seconds
        store.set_setting("clock_offset_s", offset)
        pusher.wake()
        return {"clock_offset_s": offset}

    @router.post("/receipts/hold")
    def hold(body: HoldBody) -> dict[str, bool]:
        store.set_setting("is_holding", body.is_holding)
        pusher.wake()
        return {"is_holding": body.is_holding}

    @router.post("/faults", status_code=201)
    def add_fault(body: FaultBody) -> dict[str, int]:
        store.add_fault(
            body.action,
            body.effect,
            code=body.code,
            delay_ms=body.delay_ms,
            remaining=body.times,
        )
        return {"times": body.times}

    @router.delete("/faults")
    def remove_faults() -> dict[str, int]:
        store.remove_faults()
        return {"times": 0}

    @router.post("/pushes/repeat")
    def repeat_pushes() -> dict[str, int]:
        """All pushes once more, as when an answer was lost on its way back."""
        count = store.repeat_pushes(now_ms())
        pusher.wake()
        return {"count": count}

    @router.get("/pushes")
    def pushes(limit: Annotated[int, Query(ge=1, le=1000)] = 100) -> list[dict[str, Any]]:
        return [asdict(push) for push in store.list_pushes(limit)]


def _add_phones(
    router: APIRouter, store: Store, pusher: Pusher, now: Callable[[], datetime]
) -> None:
    def now_ms() -> int:
        return int(now().timestamp() * 1000)

    @router.get("/phones")
    def phones() -> list[dict[str, Any]]:
        listed = (
            (phone, _conversation(store, phone, now_ms()))
            for phone in store.list_phones(_PHONES_MAX)
        )
        return [{"phone": phone, "last": lines[-1] if lines else None} for phone, lines in listed]

    @router.get("/phones/{phone}/messages")
    def messages(phone: Phone) -> list[dict[str, Any]]:
        """Everything ever sent to the number, delivered or not, newest first."""
        return [asdict(message) for message in store.list_messages(phone)]

    @router.get("/phones/{phone}/conversation")
    def conversation(phone: Phone) -> list[dict[str, Any]]:
        """What the person sees: messages that arrived, and own replies, oldest first."""
        return _conversation(store, phone, now_ms())

    @router.post("/phones/{phone}/replies", status_code=201)
    def reply(phone: Phone, body: ReplyBody) -> dict[str, Any]:
        with store.write():
            last = store.list_messages(phone)[:1]
            added = store.add_reply(phone, body.content, now_ms())
            add_upstream(store, added, get_settings(store), last[0] if last else None)
        pusher.wake()
        return _said(added)

    @router.post("/phones/{phone}")
    def set_number(phone: Phone, body: NumberBody) -> dict[str, str | None]:
        store.set_bad_number(phone, body.err_code)
        return {"err_code": body.err_code}


def _conversation(store: Store, phone: str, now_ms: int) -> list[dict[str, Any]]:
    arrived = [
        _heard(message)
        for message in store.list_messages(phone)
        if message.is_deliverable and message.due_ms <= now_ms
    ]
    said = [_said(reply) for reply in store.list_replies(phone)]
    return sorted(arrived + said, key=lambda line: (line["at_ms"], line["is_mine"], line["id"]))


def _heard(message: Message) -> dict[str, Any]:
    return {
        "id": message.id,
        "is_mine": False,
        "content": message.content,
        "at_ms": message.due_ms,
    }


def _said(reply: Reply) -> dict[str, Any]:
    return {"id": reply.id, "is_mine": True, "content": reply.content, "at_ms": reply.at_ms}
