"""A vendor by HTTP as a channel: the merchant's request is filled and posted, once.

Whether it arrived can only be told by the vendor's receipt, or by its promise to recognise our id.
"""

import json
import re
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

import httpx2

from huitou.channels.gateway import pointers, safety, signing
from huitou.channels.gateway.config import GatewayForm, parted, read_headers
from huitou.channels.wire import Lost, Reply, Unreached, exchange, new_client, utc_now
from huitou.reach.types.channels import (
    AskOutcome,
    Failed,
    Outgoing,
    SubmitOutcome,
    Submitted,
    Unknown,
    Waiting,
)

_PLACE = re.compile(r"\$\{([A-Za-z0-9_]{1,40})\}")
_ANSWER_MAX = 64 * 1024
_PASSING_STATUS = frozenset({401, 403, 404, 405, 429})
"""The account, the address or the moment is at fault, not the message."""


class GatewayChannel:
    """A `reach.Channel` over one configuration."""

    def __init__(
        self,
        kind: str,
        form: GatewayForm,
        *,
        http: httpx2.Client | None = None,
        now: Callable[[], datetime] = utc_now,
    ) -> None:
        self.kind = kind
        self._form = form
        self._now = now
        self._http = http or new_client(float(form.timeout_seconds))

    def close(self) -> None:
        """Give the connections back."""
        self._http.close()

    @property
    def per_second(self) -> int:
        """As the merchant set it."""
        return self._form.per_second

    def fen_per_thousand(self, outgoing: Outgoing) -> int:
        """As the merchant has agreed with the vendor."""
        return self._form.fen_per_thousand

    def submit(self, outgoing: Outgoing) -> SubmitOutcome:
        """POST the filled body; the ref is the vendor's, or our id in hex."""
        filled = _filled(self._form.body, _values(outgoing))
        if isinstance(filled, Failed):
            return filled
        try:
            target = safety.resolved(self._form.endpoint)
        except safety.Unsafe as unsafe:
            return Failed("unsafe_address", str(unsafe), is_final=False)
        except OSError as error:
            return Failed("unreached", type(error).__name__, is_final=False)
        body = json.dumps(filled, ensure_ascii=False).encode()
        reply = exchange(
            self._http,
            "POST",
            target.url,
            headers=self._headers(target, body),
            content=body,
            server_name=target.server_name,
        )
        match reply:
            case Unreached(detail):
                return Failed("unreached", detail, is_final=False)
            case Lost(detail):
                return Unknown(detail)
            case Reply():
                return self._outcome(reply, outgoing)

    def ask(self, outgoing: Outgoing, ref: str | None) -> AskOutcome:
        """The vendor tells by receipts and answers no questions."""
        if ref is not None:
            return Waiting(ref)
        if self._form.recognises_id:
            return Failed("not_found", "the vendor recognises a repeat", is_final=False)
        return Unknown("the vendor cannot be asked")

    def _headers(self, target: safety.Target, body: bytes) -> dict[str, str]:
        own = {"content-type": "application/json; charset=utf-8", "host": target.host}
        signed = {}
        if self._form.signs_own == "huitou":
            secret = self._form.secret.get_secret_value()
            signed = signing.signed_headers(secret, body, self._now())
        return {**own, **read_headers(self._form.headers), **signed}

    def _outcome(self, reply: Reply, outgoing: Outgoing) -> SubmitOutcome:
        if reply.status >= 500 or 300 <= reply.status < 400:
            return Unknown(f"http {reply.status}")
        try:
            answer: Any = json.loads(reply.content[:_ANSWER_MAX])
        except ValueError:
            answer = None
        code = pointers.text_at(answer, self._form.code_path)
        if reply.status >= 400:
            return Failed(code or f"http_{reply.status}", "", reply.status not in _PASSING_STATUS)
        if code is None:
            return Unknown("no code where one should stand")
        if code != self._form.code_success:
            return Failed(code[:80], "", code not in parted(self._form.codes_passing))
        ref = pointers.text_at(answer, self._form.ref_path)
        return Submitted(ref or outgoing.message_id.hex)


def _values(outgoing: Outgoing) -> dict[str, str]:
    link = outgoing.link
    return {
        "id": outgoing.message_id.hex,
        "to": outgoing.address,
        "text": outgoing.text,
        "title": link.title if link else "",
        "url": link.url if link else "",
        "template": outgoing.template or "",
        **outgoing.params,
    }


def _filled(body: str, values: Mapping[str, str]) -> dict[str, Any] | Failed:
    """The document with its places filled: values stay values, whatever characters they hold."""
    missing: list[str] = []

    def fill(here: Any) -> Any:
        if isinstance(here, dict):
            return {name: fill(value) for name, value in here.items()}
        if isinstance(here, list):
            return [fill(value) for value in here]
        if not isinstance(here, str):
            return here
        missing.extend(name for name in _PLACE.findall(here) if name not in values)
        return _PLACE.sub(lambda place: values.get(place.group(1), ""), here)

    document: dict[str, Any] = fill(json.loads(body))
    if missing:
        return Failed("missing_variable", f"no value for {', '.join(dict.fromkeys(missing))}")
    return document
