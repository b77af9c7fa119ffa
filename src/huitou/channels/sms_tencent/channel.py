"""The SMS channel of `reach` through Tencent Cloud: submit once, ask what became of it."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import httpx2

from huitou.channels.sms.forms import MISSING_VARIABLE
from huitou.channels.sms.numbers import mainland_number
from huitou.channels.sms.templates import names_in
from huitou.channels.sms_tencent.client import TencentSmsClient
from huitou.channels.sms_tencent.codes import is_final, is_uncertain
from huitou.channels.sms_tencent.config import TencentSmsConfig
from huitou.channels.wire import Answered, Lost, Refused, Unreached, utc_now
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

BAD_NUMBER = "InvalidParameterValue.IncorrectPhoneNumber"
KEPT = timedelta(days=7)
SKEW = timedelta(minutes=5)
_PAGE = 100


class TencentSmsChannel:
    """A `reach.Channel` over SendSms and PullSmsSendStatusByPhoneNumber.

    The message's id travels as SessionContext. Tencent lists a message only once its carrier has
    reported, so what is not listed is never known not to have gone out: an unknown submit stays
    unknown until a report comes, and is never sent again.
    """

    kind = "sms"

    def __init__(
        self,
        config: TencentSmsConfig,
        *,
        http: httpx2.Client | None = None,
        now: Callable[[], datetime] = utc_now,
    ) -> None:
        self._config = config
        self._now = now
        self._client = TencentSmsClient(config, http=http, now=now)

    def close(self) -> None:
        """Give the connections back."""
        self._client.close()

    def submit(self, outgoing: Outgoing) -> SubmitOutcome:
        """SendSms, once, to one mainland number; the ref is Tencent's SerialNo."""
        phone = mainland_number(outgoing.address)
        if phone is None:
            return Failed(BAD_NUMBER, "not a mainland mobile number")
        template = outgoing.template or self._config.template_id
        values = self._values(template, outgoing)
        if isinstance(values, Failed):
            return values
        asked = {
            "PhoneNumberSet": [f"+86{phone}"],
            "SmsSdkAppId": self._config.sdk_app_id,
            "SignName": self._config.sign_name,
            "TemplateId": template,
            "TemplateParamSet": values,
            "SessionContext": outgoing.message_id.hex,
        }
        match self._client.call("SendSms", asked):
            case Answered(body):
                return _submitted(body, phone)
            case Refused(code, message):
                return _refused(code, message, phone)
            case Unreached(detail):
                return Failed("unreached", detail, is_final=False)
            case Lost(detail):
                return Unknown(detail)

    def ask(self, outgoing: Outgoing, ref: str | None) -> AskOutcome:
        """The carrier's report, by SerialNo where we have it, else by SessionContext."""
        phone = mainland_number(outgoing.address)
        if phone is None:
            return Failed("not_found", "not a mainland mobile number", is_final=False)
        since, until = self._window(outgoing.message_id)
        asked = {
            "SmsSdkAppId": self._config.sdk_app_id,
            "PhoneNumber": f"+86{phone}",
            "SendDateTime": int(since.timestamp()),
            "EndDateTime": int(until.timestamp()),
            "Offset": 0,
            "Limit": _PAGE,
        }
        match self._client.call("PullSmsSendStatusByPhoneNumber", asked):
            case Answered(body):
                rows = body.get("PullSmsSendStatusSet")
            case Refused(code):
                return Unknown(code)
            case Unreached(detail) | Lost(detail):
                return Unknown(detail)
        for row in rows if isinstance(rows, list) else []:
            if isinstance(row, dict) and _is_ours(row, outgoing.message_id, ref):
                return _outcome(row)
        return Waiting(ref) if ref is not None else Unknown("no report yet")

    @property
    def per_second(self) -> int:
        """As the merchant set it."""
        return self._config.per_second

    def fen_per_thousand(self, outgoing: Outgoing) -> int:
        """By parts of the template's wording."""
        template = outgoing.template or self._config.template_id
        return self._config.cost_of(template, self._config.sign_name, outgoing)

    def _values(self, template: str, outgoing: Outgoing) -> list[str] | Failed:
        """The numbered values of a template, whose order only its wording tells."""
        params = self._config.params_of(outgoing)
        wording = self._config.wording_of(template)
        if wording is None:
            # Without the wording nobody knows which value is `{1}`: none is the only safe case.
            return [] if not params else Failed(MISSING_VARIABLE, f"no wording of {template}")
        return self._config.lacks(template, params) or [params[n] for n in names_in(wording)]

    def _window(self, message_id: UUID) -> tuple[datetime, datetime]:
        """When it can have been sent: since its UUIDv7 was made, within Tencent's seven days."""
        now = self._now()
        since = now - KEPT + SKEW
        if message_id.version == 7:
            since = max(since, datetime.fromtimestamp((message_id.int >> 80) / 1000, UTC) - SKEW)
        return since, now + SKEW


def _submitted(body: dict[str, Any], phone: str) -> SubmitOutcome:
    rows = body.get("SendStatusSet")
    row = rows[0] if isinstance(rows, list) and len(rows) == 1 else None
    if not isinstance(row, dict) or not isinstance(row.get("Code"), str):
        return Unknown("unreadable SendStatusSet")
    if row["Code"] != "Ok":
        return _refused(row["Code"], str(row.get("Message", "")), phone)
    ref = row.get("SerialNo")
    return Submitted(ref) if isinstance(ref, str) and ref else Unknown("no SerialNo")


def _refused(code: str, message: str, phone: str) -> Failed | Unknown:
    if is_uncertain(code):
        return Unknown(code)
    return Failed(code, message[:200].replace(phone, "***"), is_final(code))


def _is_ours(row: dict[str, Any], message_id: UUID, ref: str | None) -> bool:
    if ref is not None:
        return row.get("SerialNo") == ref
    return row.get("SessionContext") == message_id.hex


def _outcome(row: dict[str, Any]) -> AskOutcome:
    """One PullSmsSendStatus as an outcome."""
    if row.get("ReportStatus") != "SUCCESS":
        return Failed(
            str(row.get("Description") or "failed")[:80], "the carrier did not deliver it"
        )
    received, ref = row.get("UserReceiveTime"), row.get("SerialNo")
    if not isinstance(received, int) or not isinstance(ref, str):
        return Unknown("unreadable report")
    return Delivered(ref, datetime.fromtimestamp(received, UTC))
