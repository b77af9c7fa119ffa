"""Channels in settings: forms drawn from each adapter's model, simulators, a test message."""

import json
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal
from urllib.parse import quote, urlsplit
from uuid import UUID

import httpx2
import pydantic
from fastapi import Request

from huitou import wiring
from huitou.base.config import Config
from huitou.base.db import Database, ReadTx
from huitou.base.http import Asking, Body, Reading, Router, needs
from huitou.kernel.errors import Invalid, Unavailable
from huitou.kernel.ids import new_id
from huitou.kernel.page import Page
from huitou.merchant import actions, reads
from huitou.merchant.types import BadChannelConfig, Merchant, Staff, UnknownChannel
from huitou.reach.types.channels import Failed, Outgoing, Submitted, Unknown

router = Router(prefix="/v1", tags=["channels"])

_LOCAL = {"127.0.0.1", "localhost", "::1"}
_TITLES = {"wecom": ("企业微信", "WeCom"), "sms": ("短信", "SMS")}
_ADDRESSES = {"wecom": ("企业微信账号", "WeCom account"), "sms": ("手机号", "phone number")}
_SECRET = "••••••••"  # noqa: S105
_SIGN_MAX = 12
"""Characters of an SMS sign."""


class NotConfigured(Invalid):
    code = "channel.not_configured"
    zh, en = "请先配置该通道", "Configure the channel first"


class NoAddress(Invalid):
    code = "channel.no_address"
    zh, en = (
        "请填写接收测试消息的{kind}",
        "Say who shall receive the test message ({kind})",
    )


class TestFailed(Unavailable):
    code = "channel.test_failed"
    zh, en = "测试消息未发出：{reason}", "The test message was not sent: {reason}"


class BadCredentials(Invalid):
    code = "channel.bad_credentials"
    zh, en = (
        "企业微信不认这组凭据（{errcode}），没有保存。请核对企业 ID 和应用 Secret。",
        "WeCom refuses these credentials ({errcode}); nothing was saved."
        " Check the corporation id and the app's secret.",
    )


_REASONS = {
    "invaliduser": (
        "这个账号不在企业微信通讯录里，或不在应用的可见范围内",
        "the account is unknown to WeCom or outside the app's scope",
    ),
    "81013": (
        "这个账号不在企业微信通讯录里，或不在应用的可见范围内",
        "the account is unknown to WeCom or outside the app's scope",
    ),
    "40001": ("应用 Secret 不正确", "the app's secret is wrong"),
    "40013": ("企业 ID 不正确", "the corporation id is wrong"),
    "40056": ("应用 AgentId 不正确", "the app's AgentId is wrong"),
    "60020": ("本机 IP 不在应用的可信 IP 里", "this machine's IP is not trusted by the app"),
    "isv.MOBILE_NUMBER_ILLEGAL": ("不是大陆手机号", "not a mobile number of the mainland"),
}


class NoSimulator(Unavailable):
    code = "channel.no_simulator"
    zh, en = "模拟器没有运行", "The simulator is not running"


class ChannelBody(Body):
    config: dict[str, Any]


class TestBody(Body):
    to: str | None = None


@dataclass(frozen=True, slots=True)
class ChannelShown:
    """A channel, the JSON schema of its form, and its settings with secrets left out."""

    kind: str
    title: str
    state: Literal["ready", "missing"]
    is_simulated: bool
    changed_at: datetime | None
    schema: dict[str, Any]
    config: dict[str, Any]
    callback_url: str | None
    """What to fill in at the provider, so that it calls us back."""


@dataclass(frozen=True, slots=True)
class ChannelSet:
    kind: str
    is_simulated: bool


@dataclass(frozen=True, slots=True)
class SimulatorUsed:
    """`url` is where the simulator shows what it received."""

    kind: str
    is_simulated: bool
    url: str


@dataclass(frozen=True, slots=True)
class TestSent:
    sent: bool
    at: datetime
    url: str | None
    """Where a simulator shows the message."""


def simulator_url(config: Config, kind: str) -> str:
    """Simulators stand on the ports after the product's own."""
    offset = {"wecom": 1, "sms": 2, "mall": 3}[kind]
    return f"http://127.0.0.1:{config.port + offset}"


@router.get("/channels", dependencies=[needs("setting.edit")])
def list_channels(request: Request, tx: Reading, asking: Asking) -> Page[ChannelShown]:
    """Every channel with its form (JSON schema) and its settings, secrets left out."""
    callback = f"{_site(tx, request.app.state.config)}/callbacks/wecom/{asking.merchant}"
    states = {state.kind: state for state in reads.list_channels(tx)}
    is_english = asking.language == "en"
    return Page(
        [
            ChannelShown(
                kind=kind,
                title=_TITLES[kind][is_english],
                state="ready" if kind in states else "missing",
                is_simulated=kind in states and states[kind].is_simulated,
                changed_at=states[kind].changed_at if kind in states else None,
                schema=model.model_json_schema(),
                config=_shown(reads.channel_config(tx, kind), model),
                callback_url=callback if kind == "wecom" else None,
            )
            for kind, model in wiring.CHANNELS.items()
        ]
    )


@router.put("/channels/{kind}", dependencies=[needs("setting.edit")])
def set_channel(request: Request, kind: str, body: ChannelBody, asking: Asking) -> ChannelSet:
    """Check and store a channel's settings. A secret left as it was shown stays as it is."""
    database: Database = request.app.state.database
    with database.read(asking.merchant) as tx:
        config = _checked(kind, body.config, reads.channel_config(tx, kind), asking.language)
    revealed, simulated = _revealed(config), is_simulated(config)
    refusal = wiring.refusal_of(kind, revealed)
    if refusal is not None:
        raise BadCredentials(errcode=refusal.errcode)
    with database.write(asking.merchant, scope=asking.scope, principal=asking.principal) as tx:
        actions.set_channel(tx, kind, revealed, is_simulated=simulated)
    return ChannelSet(kind, simulated)


@router.post("/channels/{kind}/simulate", dependencies=[needs("setting.edit")])
def use_simulator(request: Request, kind: str, asking: Asking) -> SimulatorUsed:
    """Connect the channel to the simulator that runs beside the product."""
    app_config: Config = request.app.state.config
    database: Database = request.app.state.database
    with database.read(asking.merchant) as tx:
        merchant, staff = reads.get_merchant(tx), reads.list_staff(tx)
        site = _site(tx, app_config)
    config = simulated_config(app_config, kind, site, merchant)
    if kind == "wecom":
        _join(simulator_url(app_config, kind), staff)
    with database.write(asking.merchant, scope=asking.scope, principal=asking.principal) as tx:
        actions.set_channel(tx, kind, config, is_simulated=True)
    return SimulatorUsed(kind, True, simulator_url(app_config, kind))


@router.post("/channels/{kind}/test", dependencies=[needs("setting.edit")])
def send_test(request: Request, kind: str, body: TestBody, asking: Asking) -> TestSent:
    """Send a message marked 【测试】 to yourself: WeCom to your own account, SMS to a number."""
    database: Database = request.app.state.database
    app_config: Config = request.app.state.config
    with database.read(asking.merchant) as tx:
        stored = reads.channel_config(tx, _known(kind))
        people = reads.list_staff(tx)
        name = reads.get_merchant(tx).name
        site = _site(tx, app_config)
    if stored is None:
        raise NotConfigured()
    me = next((person for person in people if person.id == asking.staff_id), None)
    address = body.to or (me.wecom_user if me and kind == "wecom" else None)
    if not address:
        raise NoAddress(kind=_ADDRESSES[kind][asking.language == "en"])
    base = simulator_url(app_config, kind)
    simulated = is_simulated(wiring.CHANNELS[kind].model_validate_json(stored))
    adapter: Any = wiring.open_channel(kind, stored)
    text = f"【测试】{name} 的{_TITLES[kind][0]}通道已接通。"
    if kind == "wecom":
        if simulated:
            _join(base, people)
        outcome = adapter.notify(address, "测试消息", text, f"{site}/a")
    else:
        outcome = adapter.submit(
            Outgoing(new_id(), address, text, params={"text": text, "link": site})
        )
    with database.write(asking.merchant, principal=asking.principal) as tx:
        actions.audit(tx, "channel.tested", kind, outcome=type(outcome).__name__)
    if not isinstance(outcome, Submitted):
        raise TestFailed(reason=_reason(outcome, asking.language))
    page = f"{base}/member/{quote(address)}" if kind == "wecom" else base
    return TestSent(True, datetime.now().astimezone(), page if simulated else None)


def _reason(outcome: Failed | Unknown, language: str) -> str:
    if isinstance(outcome, Unknown):
        return "没有得到确认" if language == "zh" else "no confirmation"
    told = _REASONS.get(outcome.code)
    text = told[language == "en"] if told else outcome.detail
    return f"{text} ({outcome.code})"


def _site(tx: ReadTx, config: Config) -> str:
    """Where the outside world finds us."""
    site: str = reads.setting(tx, "site.url")
    return site.rstrip("/") or config.url


def simulated_config(app: Config, kind: str, url: str, merchant: Merchant) -> str:
    """Settings for a simulator, which is told where to call back."""
    base = simulator_url(app, _known(kind))
    try:
        if kind == "wecom":
            return _simulated_wecom(base, url, merchant.id)
        return _simulated_sms(base, url, merchant)
    except httpx2.HTTPError as error:
        raise NoSimulator() from error


def is_simulated(config: pydantic.BaseModel) -> bool:
    """Does the channel speak to this machine only?"""
    address = getattr(config, "base_url", None) or getattr(config, "endpoint", "")
    return urlsplit(str(address)).hostname in _LOCAL


def _join(base: str, staff: Sequence[Staff]) -> None:
    """Our staff as members of the simulated corporation."""
    members = [
        {"userid": person.wecom_user, "name": person.name} for person in staff if person.wecom_user
    ]
    try:
        httpx2.post(f"{base}/sim/members", json={"members": members}, timeout=10).raise_for_status()
    except httpx2.HTTPError as error:
        raise NoSimulator() from error


def _simulated_wecom(base: str, url: str, merchant: UUID) -> str:
    config = {
        "corp_id": "ww-demo",
        "agent_id": 1000002,
        "secret": secrets.token_urlsafe(24),
        "token": secrets.token_hex(8),
        "encoding_aes_key": secrets.token_hex(32)[:43],
    }
    callback = f"{url}/callbacks/wecom/{merchant}"
    httpx2.post(
        f"{base}/sim/corp", json={**config, "callback_url": callback}, timeout=10
    ).raise_for_status()
    return _revealed(
        wiring.CHANNELS["wecom"].model_validate(
            {**config, "base_url": base, "oauth_url": f"{base}/connect/oauth2/authorize"}
        )
    )


def _simulated_sms(base: str, url: str, merchant: Merchant) -> str:
    sign = merchant.name[:_SIGN_MAX]
    secret, receipt_secret = secrets.token_urlsafe(24), secrets.token_urlsafe(16)
    push = f"{url}/callbacks/sms/{merchant.id}/{receipt_secret}"
    httpx2.post(
        f"{base}/sim/configure",
        json={
            "keys": [{"id": "sim-key", "secret": secret}],
            "signs": [{"name": sign, "is_approved": True}],
            "templates": [
                {
                    "code": "SMS_CARE",
                    "kind": "marketing",
                    "content": "${text} ${link} 拒收请回复R",
                }
            ],
            "report_url": f"{push}/report",
            "up_url": f"{push}/up",
        },
        timeout=10,
    ).raise_for_status()
    return _revealed(
        wiring.CHANNELS["sms"].model_validate(
            {
                "endpoint": base,
                "access_key_id": "sim-key",
                "access_key_secret": secret,
                "sign_name": sign,
                "template_code": "SMS_CARE",
                "text_variable": "text",
                "link_variable": "link",
                "receipt_secret": receipt_secret,
            }
        )
    )


def _known(kind: str) -> Literal["wecom", "sms"]:
    if kind == "wecom":
        return "wecom"
    if kind == "sms":
        return "sms"
    raise UnknownChannel(kind=kind)


def _checked(
    kind: str, given: dict[str, Any], stored: str | None, language: str
) -> pydantic.BaseModel:
    model = wiring.CHANNELS[_known(kind)]
    known: dict[str, Any] = json.loads(stored or "{}")
    merged = {name: known.get(name) if value == _SECRET else value for name, value in given.items()}
    try:
        return model.model_validate(merged)
    except pydantic.ValidationError as error:
        names = dict.fromkeys(str((*fault["loc"], "")[0]) for fault in error.errors())
        separator = "、" if language == "zh" else ", "
        fields = separator.join(_title_of(model, name, language) for name in names)
        raise BadChannelConfig(fields=fields) from error


def _title_of(model: type[pydantic.BaseModel], name: str, language: str) -> str:
    """What the form calls a field; a fault of the whole form has the form's own title."""
    schema = model.model_json_schema()
    field = schema["properties"].get(name, schema)
    title: str = field.get("title_en" if language == "en" else "title") or name
    return title


def _revealed(config: pydantic.BaseModel) -> str:
    """The configuration as JSON with its secrets, for sealing."""
    return json.dumps(
        {
            name: value.get_secret_value() if isinstance(value, pydantic.SecretStr) else value
            for name, value in config.model_dump().items()
        }
    )


def _shown(stored: str | None, model: type[pydantic.BaseModel]) -> dict[str, Any]:
    if stored is None:
        return {}
    return {
        name: _SECRET if isinstance(value, pydantic.SecretStr) else value
        for name, value in model.model_validate_json(stored).model_dump().items()
    }
