"""Receipts of a vendor by HTTP: signed with the shared secret, one document or a list of them."""

import hashlib
import json
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from huitou.channels.gateway import pointers, signing
from huitou.channels.gateway.config import GatewayForm, parted
from huitou.kernel.errors import Forbidden, Malformed
from huitou.reach.types.channels import Delivered, Failed
from huitou.reach.types.hearing import Heard, Reported

_BODY_MAX = 1024 * 1024
_REF_MAX = 128


class BadSignature(Forbidden):
    code = "gateway.bad_signature"
    zh, en = "回执签名不正确或已过期", "The receipt's signature is wrong or too old"


class Unreadable(Malformed):
    code = "gateway.unreadable"
    zh, en = "回执内容无法解析", "The receipt cannot be read"


class GatewayEars:
    """Serves `reach.Ears` for one configuration."""

    answer = '{"code":0}'

    def __init__(self, form: GatewayForm, scope: str = "") -> None:
        self._form = form
        self.scope = scope

    def verify(self, query: Mapping[str, str]) -> str:
        """There is no handshake: whoever asks is refused."""
        raise BadSignature()

    def hear(
        self, query: Mapping[str, str], headers: Mapping[str, str], body: bytes, now: datetime
    ) -> list[Heard]:
        """What became of messages. Refuses `gateway.bad_signature`, `gateway.unreadable`.

        A repeat inside the five minutes in which a signature is good is dropped by its key.
        """
        secret = self._form.secret.get_secret_value()
        stamp, given = headers.get(signing.TIMESTAMP, ""), headers.get(signing.SIGNATURE, "")
        if len(body) > _BODY_MAX or not signing.is_signed(secret, stamp, given, body, now):
            raise BadSignature()
        try:
            document: Any = json.loads(body)
        except ValueError as error:
            raise Unreadable() from error
        rows = document if isinstance(document, list) else [document]
        return list(self._reports(rows, now))

    def _reports(self, rows: list[Any], now: datetime) -> Iterator[Reported]:
        for row in rows:
            ref = pointers.text_at(row, self._form.receipt_ref_path)
            state = pointers.text_at(row, self._form.receipt_state_path)
            if not ref or len(ref) > _REF_MAX or not state:
                raise Unreadable()
            outcome: Delivered | Failed
            if state in parted(self._form.receipt_delivered):
                outcome = Delivered(ref, now)
            elif state in parted(self._form.receipt_failed):
                outcome = Failed(state[:80], "the vendor did not deliver it")
            else:
                continue
            key = hashlib.sha256(f"{ref}\x1f{state}".encode()).hexdigest()
            yield Reported(key, ref, outcome, now)
