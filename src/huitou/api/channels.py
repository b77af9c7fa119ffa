"""Channels in settings: forms drawn from each adapter's model, simulators, a test message."""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal
from urllib.parse import quote, urlsplit
from uuid import UUID

import pydantic
from fastapi import Request

from huitou import wiring
from huitou.api.simulating import join, simulated_config, simulator_url
from huitou.base.config import Config
from huitou.base.db import Database, ReadTx
from huitou.base.http import Asking, Body, Reading, Router, needs
from huitou.channels.terms import terms_of
from huitou.kernel.errors import Invalid, Unavailable
from huitou.kernel.ids import new_id
from huitou.kernel.page import Page
from huitou.merchant import actions, reads
from huitou.merchant.types import BadChannelConfig, UnknownChannel
from huitou.reach.reads.messages import channels_on
from huitou.reach.types.channels import CARRIERS, Failed, Outgoing, Submitted, Unknown

router = Router(prefix="/v1", tags=["channels"])

_LOCAL = {"127.0.0.1", "localhost", "::1"}
_ADDRESSES = {
    "wecom": ("企业微信账号", "WeCom account"),
    "sms": ("手机号", "phone number"),
    "wechat": ("用户的 openid", "openid of a user"),
    "mini": ("用户的 openid", "openid of a user"),
    "rcs": ("手机号", "phone number"),
    "phone": ("手机号", "phone number"),
    "webhook": ("会员号", "member number"),
}
"""By the channel served: what a test message asks for."""
_SECRET = "••••••••"  # noqa: S105


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


class ChannelBody(Body):
    config: dict[str, Any]


class TestBody(Body):
    to: str | None = None


@dataclass(frozen=True, slots=True)
class ChannelShown:
    """A channel, the JSON schema of its form, and its settings with secrets left out."""

    kind: str
    serves: str
    """The channel of `reach` that these settings can serve: two kinds may serve the same."""
    title: str
    address: str
    """What a test message asks for."""
    state: Literal["ready", "missing"]
    is_sending: bool
    """Of the settings that serve the same channel, those saved last send."""
    is_simulated: bool
    changed_at: datetime | None
    schema: dict[str, Any]
    config: dict[str, Any]
    callback_url: str | None
    """What to fill in at the provider, so that it calls us back."""
    terms: list[str]
    """What the channel allows, costs and counts, in words."""


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


@router.get("/channels", dependencies=[needs("setting.edit")])
def list_channels(request: Request, tx: Reading, asking: Asking) -> Page[ChannelShown]:
    """Every channel with its form (JSON schema) and its settings, secrets left out."""
    site = _site(tx, request.app.state.config)
    states = {state.kind: state for state in reads.list_channels(tx)}
    sending = set(channels_on(tx).values())
    is_english = asking.language == "en"
    return Page(
        [
            ChannelShown(
                kind=kind,
                serves=serves(kind),
                title=_title(kind, is_english),
                address=_ADDRESSES[serves(kind)][is_english],
                state="ready" if kind in states else "missing",
                is_sending=kind in sending,
                is_simulated=kind in states and states[kind].is_simulated,
                changed_at=states[kind].changed_at if kind in states else None,
                schema=model.model_json_schema(),
                config=_shown(reads.channel_config(tx, kind), model),
                callback_url=_callback(site, kind, asking.merchant),
                terms=[
                    term.en if is_english else term.zh
                    for term in terms_of(kind, _shown(reads.channel_config(tx, kind), model))
                ],
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
    model = wiring.CHANNELS[_known(kind)]
    config = _revealed(model.model_validate(simulated_config(app_config, kind, site, merchant)))
    if kind == "wecom":
        join(simulator_url(app_config, kind), staff)
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
        raise NoAddress(kind=_ADDRESSES[serves(kind)][asking.language == "en"])
    base = simulator_url(app_config, kind)
    simulated = is_simulated(wiring.CHANNELS[kind].model_validate_json(stored))
    adapter: Any = wiring.open_channel(kind, stored)
    text = f"【测试】{name} 的{_title(kind, False)}通道已接通。"
    if kind == "wecom":
        if simulated:
            join(base, people)
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


def is_simulated(config: pydantic.BaseModel) -> bool:
    """Does the channel speak to this machine only?"""
    address = getattr(config, "base_url", None) or getattr(config, "endpoint", "")
    return urlsplit(str(address)).hostname in _LOCAL


def serves(kind: str) -> str:
    """The channel that settings of this kind can serve."""
    return next(channel for channel, kinds in CARRIERS.items() if kind in kinds)


def _title(kind: str, is_english: bool) -> str:
    schema = wiring.CHANNELS[kind].model_json_schema()
    title: str = schema["title_en" if is_english else "title"]
    return title


def _callback(site: str, kind: str, merchant: UUID) -> str:
    """Of SMS the address of receipts; replies go to `up` in its last place."""
    address = f"{site}/callbacks/{kind}/{merchant}"
    return f"{address}/{{receipt_secret}}/report" if serves(kind) == "sms" else address


def _known(kind: str) -> str:
    if kind not in wiring.CHANNELS:
        raise UnknownChannel(kind=kind)
    return kind


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
