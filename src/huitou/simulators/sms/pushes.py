"""Makes receipts of messages that came due, and pushes them and the replies to the product."""

import json
import threading
from collections.abc import Callable
from datetime import datetime
from typing import Any

import httpx2

from huitou.simulators.sms.sending import shanghai_text
from huitou.simulators.sms.settings import Settings, get_settings
from huitou.simulators.sms.store import Message, Push, Reply, Store

REPORT, UP = "SmsReport", "SmsUp"
TENCENT_REPORT, TENCENT_UP = "TencentReport", "TencentUp"
_BATCH = 100
_IDLE_SECONDS = 0.2
_ANSWER_SECONDS = 5.0
DEST_CODE = "10690001"


class Pusher:
    """One thread that settles and pushes what is due; all its state is in the store."""

    def __init__(self, store: Store, now: Callable[[], datetime]) -> None:
        self._store = store
        self._now = now
        self._http = httpx2.Client(timeout=_ANSWER_SECONDS, trust_env=False)
        self._woken = threading.Event()
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="sms-pusher", daemon=True)

    def start(self) -> None:
        """Begin; what a killed process left over goes out first."""
        self._thread.start()

    def stop(self) -> None:
        """Finish the push under way and end."""
        self._stopping.set()
        self._woken.set()
        self._thread.join()
        self._http.close()

    def wake(self) -> None:
        """Something may be due now."""
        self._woken.set()

    def _run(self) -> None:
        while not self._stopping.is_set():
            self._woken.wait(_IDLE_SECONDS)
            self._woken.clear()
            settings = get_settings(self._store)
            while not self._stopping.is_set() and self._step(settings):
                pass

    def _step(self, settings: Settings) -> bool:
        """Whether there was anything to do."""
        now_ms = int(self._now().timestamp() * 1000)
        settled = 0 if settings.is_holding else self._settle(settings, now_ms)
        pushes = self._store.list_due_pushes(now_ms, _BATCH)
        for push in pushes:
            if self._stopping.is_set():
                break
            self._push(push, settings, now_ms)
        return bool(settled or pushes)

    def _settle(self, settings: Settings, now_ms: int) -> int:
        with self._store.write():
            messages = self._store.list_waiting(now_ms, _BATCH)
            self._store.settle_messages(messages, now_ms)
            for kind, of_vendor, report in (
                (REPORT, "aliyun", _report),
                (TENCENT_REPORT, "tencent", _tencent_report),
            ):
                body = [report(row, now_ms) for row in messages if row.vendor == of_vendor]
                if body and _url(kind, settings) is not None:
                    self._store.add_push(
                        kind,
                        json.dumps(body, ensure_ascii=False),
                        due_ms=now_ms,
                        repeat_count=settings.repeat_count,
                    )
        return len(messages)

    def _push(self, push: Push, settings: Settings, now_ms: int) -> None:
        url = _url(push.kind, settings)
        is_answered = url is not None and self._is_taken(url, push.body)
        due_ms: int | None = None
        repeats = push.repeat_count
        if is_answered and repeats > 0:
            due_ms, repeats = now_ms, repeats - 1
        elif (
            not is_answered and not push.is_answered and push.attempt_count < len(settings.retry_ms)
        ):
            due_ms = now_ms + settings.retry_ms[push.attempt_count]
        self._store.set_push(
            push.id,
            due_ms=due_ms,
            repeat_count=repeats,
            is_answered=is_answered or push.is_answered,
        )

    def _is_taken(self, url: str, body: str) -> bool:
        headers = {"content-type": "application/json;charset=utf-8"}
        try:
            response = self._http.post(url, content=body.encode(), headers=headers)
            answer = response.json()
        except (httpx2.HTTPError, httpx2.InvalidURL, ValueError):
            return False
        is_zero = isinstance(answer, dict) and answer.get("code", answer.get("result")) == 0
        return response.status_code == 200 and is_zero


def add_upstream(store: Store, reply: Reply, settings: Settings, last: Message | None) -> None:
    """Queue the push of a reply to whoever wrote to that phone last, when it has a URL."""
    is_tencent = last is not None and last.vendor == "tencent"
    kind = TENCENT_UP if is_tencent else UP
    if _url(kind, settings) is None:
        return
    sign = last.sign if last is not None else None
    body: Any = _tencent_upstream(reply, sign) if is_tencent else [_upstream(reply, sign)]
    text = json.dumps(body, ensure_ascii=False)
    store.add_push(kind, text, due_ms=reply.at_ms, repeat_count=settings.repeat_count)


def _url(kind: str, settings: Settings) -> str | None:
    return {
        REPORT: settings.report_url,
        UP: settings.up_url,
        TENCENT_REPORT: settings.tencent_report_url,
        TENCENT_UP: settings.tencent_up_url,
    }[kind]


def _upstream(reply: Reply, sign: str | None) -> dict[str, Any]:
    return {
        "phone_number": reply.phone,
        "content": reply.content,
        "send_time": shanghai_text(reply.at_ms),
        "dest_code": DEST_CODE,
        "sequence_id": reply.id,
        **({} if sign is None else {"sign_name": sign}),
    }


def _tencent_upstream(reply: Reply, sign: str | None) -> dict[str, Any]:
    return {
        "extend": "",
        "mobile": reply.phone,
        "nationcode": "86",
        "sign": sign or "",
        "text": reply.content,
        "time": reply.at_ms // 1000,
    }


def _tencent_report(message: Message, now_ms: int) -> dict[str, Any]:
    return {
        "user_receive_time": shanghai_text(now_ms),
        "nationcode": "86",
        "mobile": message.phone,
        "report_status": "SUCCESS" if message.is_deliverable else "FAIL",
        "errmsg": message.err_code,
        "description": "用户短信送达成功" if message.is_deliverable else "短信未送达用户",
        "sid": message.biz_id,
    }


def _report(message: Message, now_ms: int) -> dict[str, Any]:
    return {
        "phone_number": message.phone,
        "send_time": shanghai_text(message.sent_ms),
        "report_time": shanghai_text(now_ms),
        "success": message.is_deliverable,
        "err_code": message.err_code,
        "err_msg": "用户接收成功" if message.is_deliverable else "短信未送达用户",
        "sms_size": str(message.part_count),
        "biz_id": message.biz_id,
        "out_id": message.out_id,
    }
