"""The SMS channel of `reach`: submit once, ask what became of it."""

import json
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import httpx2

from huitou.channels.sms.numbers import mainland_number
from huitou.channels.sms.receipts import shanghai_time
from huitou.channels.sms_aliyun.client import AliyunSmsClient, random_nonce
from huitou.channels.sms_aliyun.codes import is_final, is_uncertain
from huitou.channels.sms_aliyun.config import AliyunSmsConfig
from huitou.channels.wire import Answered, Lost, Refused, Unreached, utc_now
from huitou.kernel.time import day_of
from huitou.reach.types.channels import (
    AskOutcome,
    Delivered,
    Failed,
    Outgoing,
    SubmitOutcome,
    Submitted,
    Unknown,
    Waiting,
)

_KEPT_DAYS = 30
_PAGE = 50
_PAGES_MAX = 40
_FAILED, _DELIVERED = 2, 3


class AliyunSmsChannel:
    """A `reach.Channel` over SendSms and QuerySendDetails.

    The message's id travels as OutId, by which an unknown submit is found again. The wording is
    the template's, filled from `Outgoing.params`; `text` and the link's url fill the variables
    that the settings name for them, unless `params` has those already.
    """

    kind = "sms"

    def __init__(
        self,
        config: AliyunSmsConfig,
        *,
        http: httpx2.Client | None = None,
        now: Callable[[], datetime] = utc_now,
        nonce: Callable[[], str] = random_nonce,
    ) -> None:
        self._config = config
        self._now = now
        self._client = AliyunSmsClient(config, http=http, now=now, nonce=nonce)

    def close(self) -> None:
        """Give the connections back."""
        self._client.close()

    def submit(self, outgoing: Outgoing) -> SubmitOutcome:
        """SendSms, once, to one mainland number."""
        phone = mainland_number(outgoing.address)
        if phone is None:
            return Failed("isv.MOBILE_NUMBER_ILLEGAL", "not a mainland mobile number")
        template = outgoing.template or self._config.template_code
        params = self._config.params_of(outgoing)
        if lacking := self._config.lacks(template, params):
            return lacking
        query = {
            "PhoneNumbers": phone,
            "SignName": self._config.sign_name,
            "TemplateCode": template,
            "OutId": outgoing.message_id.hex,
        }
        if params:
            query["TemplateParam"] = json.dumps(params, ensure_ascii=False, separators=(",", ":"))
        match self._client.call("SendSms", query):
            case Answered(body):
                ref = body.get("BizId")
                return Submitted(ref) if isinstance(ref, str) and ref else Unknown("no BizId")
            case Refused(code, message):
                if is_uncertain(code):
                    return Unknown(code)
                return Failed(code, message.replace(phone, "***"), is_final(code))
            case Unreached(detail):
                return Failed("unreached", detail, is_final=False)
            case Lost(detail):
                return Unknown(detail)

    def ask(self, outgoing: Outgoing, ref: str | None) -> AskOutcome:
        """QuerySendDetails, by BizId where we have it, else by OutId, newest day first.

        A request whose answer was lost may still be on its way: `not_found` is certain only once
        the submit lies further back than Aliyun's own delay (ask no sooner than a minute after).
        """
        phone = mainland_number(outgoing.address)
        if phone is None:
            return Failed("not_found", "not a mainland mobile number", is_final=False)
        for day in _days(outgoing.message_id, self._now()):
            found = self._find(phone, day, outgoing.message_id, ref)
            if isinstance(found, Unknown):
                return found
            if found is not None:
                return _outcome(found, ref or outgoing.message_id.hex)
        return Failed("not_found", "no such message on any day since its making", is_final=False)

    @property
    def per_second(self) -> int:
        """As the merchant set it."""
        return self._config.per_second

    def fen_per_thousand(self, outgoing: Outgoing) -> int:
        """By parts of the template's wording."""
        template = outgoing.template or self._config.template_code
        return self._config.cost_of(template, self._config.sign_name, outgoing)

    def _find(
        self, phone: str, day: date, message_id: UUID, ref: str | None
    ) -> dict[str, Any] | Unknown | None:
        query = {"PhoneNumber": phone, "SendDate": f"{day:%Y%m%d}", "PageSize": str(_PAGE)}
        if ref is not None:
            query["BizId"] = ref
        for page in range(1, _PAGES_MAX + 1):
            match self._client.call("QuerySendDetails", {**query, "CurrentPage": str(page)}):
                case Answered(body):
                    rows = _rows(body)
                case Refused(code):
                    return Unknown(code)
                case Unreached(detail) | Lost(detail):
                    return Unknown(detail)
            if rows is None:
                return Unknown("unreadable details")
            for row in rows:
                if row.get("OutId") == message_id.hex:
                    return row
            if len(rows) < _PAGE:
                return None
        return Unknown("too many details")


def _days(message_id: UUID, now: datetime) -> Iterator[date]:
    """Calendar days on which the message can have gone out, newest first, at most 30.

    A UUIDv7 tells when the message was made; of another id all kept days are possible.
    """
    today = day_of(now)
    made = today - timedelta(days=_KEPT_DAYS - 1)
    if message_id.version == 7:
        made = max(made, day_of(datetime.fromtimestamp((message_id.int >> 80) / 1000, UTC)))
    for back in range(max((today - made).days, 0) + 1):
        yield today - timedelta(days=back)


def _rows(body: dict[str, Any]) -> list[dict[str, Any]] | None:
    held = body.get("SmsSendDetailDTOs")
    rows = held.get("SmsSendDetailDTO") if isinstance(held, dict) else None
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        return None
    return rows


def _outcome(row: dict[str, Any], ref: str) -> AskOutcome:
    """One SmsSendDetailDTO as an outcome. The details carry no BizId: `ref` names it."""
    status = row.get("SendStatus")
    if status == _FAILED:
        return Failed(str(row.get("ErrCode") or "failed"), "the carrier did not deliver it")
    if status != _DELIVERED:
        return Waiting(ref)
    try:
        return Delivered(ref, shanghai_time(str(row.get("ReceiveDate"))))
    except ValueError:
        return Unknown("unreadable ReceiveDate")
