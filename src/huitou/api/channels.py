"""Channels in settings: forms drawn from each adapter's model, simulators, a test message."""

import json
import secrets
from datetime import datetime
from typing import Any, Literal
from urllib.parse import urlsplit

import httpx2
import pydantic
from fastapi import Request

from huitou import wiring
from huitou.base.config import Config
from huitou.base.db import Database
from huitou.base.http import Asking, Body, Reading, Router, needs
from huitou.kernel.errors import Invalid, Unavailable
from huitou.kernel.ids import new_id
from huitou.kernel.page import Page
from huitou.merchant import actions, reads
from huitou.merchant.types import BadChannelConfig, UnknownChannel
from huitou.reach.types import Failed, Outgoing, Submitted

router = Router(prefix="/v1", tags=["channels"])

_LOCAL = {"127.0.0.1", "localhost", "::1"}
_TITLES = {"wecom": ("企业微信", "WeCom"), "sms": ("短信", "SMS")}
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


class NoSimulator(Unavailable):
    code = "channel.no_simulator"
    zh, en = "模拟器没有运行", "The simulator is not running"


class ChannelBody(Body):
    config: dict[str, Any]


class TestBody(Body):
    to: str | None = None


def simulator_url(config: Config, kind: str) -> str:
    """Simulators stand on the ports after the product's own."""
    offset = {"wecom": 1, "sms": 2, "mall": 3}[kind]
    return f"http://127.0.0.1:{config.port + offset}"


@router.get("/channels")
def list_channels(tx: Reading, asking: Asking) -> Page[dict[str, Any]]:
    """Every channel with its form (JSON schema) and its settings, secrets left out."""
    states = {state.kind: state for state in reads.list_channels(tx)}
    is_english = asking.language == "en"
    return Page(
        [
            {
                "kind": kind,
                "title": _TITLES[kind][is_english],
                "state": "ready" if kind in states else "missing",
                "is_simulated": kind in states and states[kind].is_simulated,
                "changed_at": states[kind].changed_at if kind in states else None,
                "schema": model.model_json_schema(),
                "config": _shown(reads.channel_config(tx, kind), model),
            }
            for kind, model in wiring.CHANNELS.items()
        ]
    )


@router.put("/channels/{kind}", dependencies=[needs("setting.edit")])
def set_channel(request: Request, kind: str, body: ChannelBody, asking: Asking) -> dict[str, Any]:
    """Check and store a channel's settings. A secret left as it was shown stays as it is."""
    database: Database = request.app.state.database
    with database.write(asking.merchant, scope=asking.scope, principal=asking.principal) as tx:
        stored = reads.channel_config(tx, kind)
        config = _checked(kind, body.config, stored)
        simulated = is_simulated(config)
        actions.set_channel(tx, kind, _revealed(config), is_simulated=simulated)
    return {"kind": kind, "is_simulated": simulated}


@router.post("/channels/{kind}/simulate", dependencies=[needs("setting.edit")])
def use_simulator(request: Request, kind: str, asking: Asking) -> dict[str, Any]:
    """Connect the channel to the simulator that runs beside the product."""
    app_config: Config = request.app.state.config
    database: Database = request.app.state.database
    config = simulated_config(app_config, kind, f"{app_config.url}", str(asking.merchant))
    with database.write(asking.merchant, scope=asking.scope, principal=asking.principal) as tx:
        actions.set_channel(tx, kind, config, is_simulated=True)
    return {"kind": kind, "is_simulated": True, "url": simulator_url(app_config, kind)}


@router.post("/channels/{kind}/test", dependencies=[needs("setting.edit")])
def send_test(request: Request, kind: str, body: TestBody, asking: Asking) -> dict[str, Any]:
    """Send a message marked 【测试】 to yourself: WeCom to your own account, SMS to a number."""
    database: Database = request.app.state.database
    with database.read(asking.merchant) as tx:
        stored = reads.channel_config(tx, _known(kind))
        staff = reads.get_staff(tx, asking.staff_id) if asking.staff_id else None
        name = reads.get_merchant(tx).name
    if stored is None:
        raise NotConfigured()
    address = body.to or (staff.wecom_user if staff and kind == "wecom" else None)
    if not address:
        raise NoAddress(kind="企业微信账号 / WeCom user" if kind == "wecom" else "手机号 / phone")
    adapter: Any = wiring.open_channel(kind, stored)
    text = f"【测试】{name} 的{_TITLES[kind][0]}通道已接通。"
    if kind == "wecom":
        outcome = adapter.notify(address, "测试消息", text, request.app.state.config.url)
    else:
        params = {"text": text, "link": request.app.state.config.url}
        outcome = adapter.submit(Outgoing(new_id(), address, text, params=params))
    with database.write(asking.merchant, principal=asking.principal) as tx:
        actions.audit(tx, "channel.tested", kind, outcome=type(outcome).__name__)
    if not isinstance(outcome, Submitted):
        reason = f"{outcome.code} {outcome.detail}" if isinstance(outcome, Failed) else "timeout"
        raise TestFailed(reason=reason)
    return {"sent": True, "at": datetime.now().astimezone()}


def simulated_config(app: Config, kind: str, url: str, merchant: str) -> str:
    """Settings for a simulator, which is told where to call back."""
    base = simulator_url(app, _known(kind))
    try:
        if kind == "wecom":
            return _simulated_wecom(base, url, merchant)
        return _simulated_sms(base, url, merchant)
    except httpx2.HTTPError as error:
        raise NoSimulator() from error


def is_simulated(config: pydantic.BaseModel) -> bool:
    """Does the channel speak to this machine only?"""
    address = getattr(config, "base_url", None) or getattr(config, "endpoint", "")
    return urlsplit(str(address)).hostname in _LOCAL


def _simulated_wecom(base: str, url: str, merchant: str) -> str:
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


def _simulated_sms(base: str, url: str, merchant: str) -> str:
    secret, receipt_secret = secrets.token_urlsafe(24), secrets.token_urlsafe(16)
    push = f"{url}/callbacks/sms/{merchant}/{receipt_secret}"
    httpx2.post(
        f"{base}/sim/configure",
        json={
            "keys": [{"id": "sim-key", "secret": secret}],
            "signs": [{"name": "回禾超市", "is_approved": True}],
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
                "sign_name": "回禾超市",
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


def _checked(kind: str, given: dict[str, Any], stored: str | None) -> pydantic.BaseModel:
    model = wiring.CHANNELS[_known(kind)]
    known: dict[str, Any] = json.loads(stored or "{}")
    merged = {name: known.get(name) if value == _SECRET else value for name, value in given.items()}
    try:
        return model.model_validate(merged)
    except pydantic.ValidationError as error:
        fields = ", ".join(".".join(str(part) for part in fault["loc"]) for fault in error.errors())
        raise BadChannelConfig(fields=fields) from error


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
