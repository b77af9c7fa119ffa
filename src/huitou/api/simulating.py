"""Channels connected to the simulators that run beside the product: accounts made up on the spot."""

import secrets
from collections.abc import Callable, Sequence
from typing import Any
from uuid import UUID

import httpx2

from huitou import wiring
from huitou.base.config import Config
from huitou.kernel.errors import Unavailable
from huitou.merchant.types import Merchant, Staff

PORTS = {"wecom": 1, "sms": 2, "sms_tencent": 2, "mall": 3, "wechat": 4, "mini": 4}
PORTS |= dict.fromkeys(("rcs", "phone", "webhook"), 5)
"""Simulators stand on the ports after the product's own; both kinds of SMS reach the same phones."""
_SIGN_MAX = 12
"""Characters of an SMS sign."""
_WORDING = "${text} ${link} 拒收请回复R"
_PICKUP = "您的订单${order}已到${store}，凭取件码${code}领取，营业到21点"


class NoSimulator(Unavailable):
    code = "channel.no_simulator"
    zh, en = "模拟器没有运行", "The simulator is not running"


def simulator_url(config: Config, kind: str) -> str:
    """Where the simulator of this kind listens."""
    return f"http://127.0.0.1:{config.port + PORTS[kind]}"


def simulated_config(app: Config, kind: str, site: str, merchant: Merchant) -> dict[str, Any]:
    """Settings for a simulator, which is told where to call back. Refuses `NoSimulator`."""
    try:
        return _ACCOUNTS[kind](simulator_url(app, kind), site, merchant)
    except httpx2.HTTPError as error:
        raise NoSimulator() from error


def join(base: str, staff: Sequence[Staff]) -> None:
    """Our staff as members of the simulated corporation. Refuses `NoSimulator`."""
    members = [
        {"userid": person.wecom_user, "name": person.name} for person in staff if person.wecom_user
    ]
    try:
        _tell(base, "members", {"members": members})
    except httpx2.HTTPError as error:
        raise NoSimulator() from error


def _wecom(base: str, site: str, merchant: Merchant) -> dict[str, Any]:
    config = {
        "corp_id": "ww-demo",
        "agent_id": 1000002,
        "secret": secrets.token_urlsafe(24),
        "token": secrets.token_hex(8),
        "encoding_aes_key": secrets.token_hex(32)[:43],
    }
    _tell(base, "corp", {**config, "callback_url": f"{site}/callbacks/wecom/{merchant.id}"})
    return {**config, "base_url": base, "oauth_url": f"{base}/connect/oauth2/authorize"}


def _aliyun(base: str, site: str, merchant: Merchant) -> dict[str, Any]:
    secret, receipt_secret = secrets.token_urlsafe(24), secrets.token_urlsafe(16)
    push = _push_address(site, "sms", merchant.id, receipt_secret)
    _tell(
        base,
        "configure",
        {
            "keys": [{"id": "sim-key", "secret": secret}],
            "signs": [{"name": _sign(merchant), "is_approved": True}],
            "templates": [
                {"code": "SMS_CARE", "kind": "marketing", "content": _WORDING},
                {"code": "SMS_PICKUP", "kind": "notice", "content": _PICKUP},
            ],
            "report_url": f"{push}/report",
            "up_url": f"{push}/up",
        },
    )
    return {
        "endpoint": base,
        "access_key_id": "sim-key",
        "access_key_secret": secret,
        "sign_name": _sign(merchant),
        "template_code": "SMS_CARE",
        "templates": f"SMS_PICKUP={_PICKUP}",
        "text_variable": "text",
        "link_variable": "link",
        "receipt_secret": receipt_secret,
    }


def _tencent(base: str, site: str, merchant: Merchant) -> dict[str, Any]:
    secret, receipt_secret = secrets.token_urlsafe(24), secrets.token_urlsafe(16)
    push = _push_address(site, "sms_tencent", merchant.id, receipt_secret)
    _tell(
        base,
        "configure",
        {
            "keys": [{"id": "sim-secret-id", "secret": secret}],
            "signs": [{"name": _sign(merchant), "is_approved": True}],
            "templates": [
                {"code": "449739", "kind": "marketing", "content": "{1} {2} 拒收请回复R"}
            ],
            "tencent_report_url": f"{push}/report",
            "tencent_up_url": f"{push}/up",
        },
    )
    return {
        "endpoint": base,
        "secret_id": "sim-secret-id",
        "secret_key": secret,
        "sdk_app_id": "1400006666",
        "sign_name": _sign(merchant),
        "template_id": "449739",
        "templates": f"449739={_WORDING}",
        "text_variable": "text",
        "link_variable": "link",
        "receipt_secret": receipt_secret,
    }


def _official(base: str, site: str, merchant: Merchant) -> dict[str, Any]:
    config = _wechat(base, site, merchant, "wechat", {"tmpl-order": ["thing1", "time2"]})
    return {**config, "templates": "tmpl-order=thing1:${goods};time2:${when}"}


def _mini(base: str, site: str, merchant: Merchant) -> dict[str, Any]:
    config = _wechat(base, site, merchant, "mini", {"tmpl-arrived": ["thing1"]})
    return {**config, "templates": "tmpl-arrived=thing1:${text}", "template_id": "tmpl-arrived"}


def _vendor(base: str, site: str, merchant: Merchant, kind: str) -> dict[str, Any]:
    secret = secrets.token_urlsafe(24)
    callback = f"{site}/callbacks/{kind}/{merchant.id}"
    _tell(base, "vendor", {"name": kind, "secret": secret, "callback_url": callback})
    return {"endpoint": f"{base}/{kind}/messages", "secret": secret}


def _webhook(base: str, site: str, merchant: Merchant) -> dict[str, Any]:
    return {**_vendor(base, site, merchant, "webhook"), "card_scope": "member"}


def _wechat(
    base: str, site: str, merchant: Merchant, kind: str, templates: dict[str, list[str]]
) -> dict[str, Any]:
    account = {
        "app_id": f"wx-sim-{kind}",
        "secret": secrets.token_urlsafe(24),
        "token": secrets.token_hex(8),
        "encoding_aes_key": secrets.token_hex(32)[:43],
    }
    callback = f"{site}/callbacks/{kind}/{merchant.id}"
    _tell(
        base,
        "account",
        {
            **account,
            "kind": "mini" if kind == "mini" else "official",
            "callback_url": callback,
            "templates": templates,
        },
    )
    return {**account, "base_url": base}


_ACCOUNTS: dict[str, Callable[[str, str, Merchant], dict[str, Any]]] = {
    "wecom": _wecom,
    "sms": _aliyun,
    "sms_tencent": _tencent,
    "wechat": _official,
    "mini": _mini,
    "rcs": lambda base, site, merchant: _vendor(base, site, merchant, "rcs"),
    "phone": lambda base, site, merchant: _vendor(base, site, merchant, "phone"),
    "webhook": _webhook,
}
assert set(_ACCOUNTS) == set(wiring.CHANNELS), "every channel has a simulator"


def _sign(merchant: Merchant) -> str:
    return merchant.name[:_SIGN_MAX]


def _push_address(site: str, kind: str, merchant_id: UUID, secret: str) -> str:
    return f"{site}/callbacks/{kind}/{merchant_id}/{secret}"


def _tell(base: str, path: str, body: dict[str, Any]) -> None:
    httpx2.post(f"{base}/sim/{path}", json=body, timeout=10).raise_for_status()
