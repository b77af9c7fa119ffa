"""The one place that knows every room, adapter and listener."""

from collections.abc import Callable
from functools import lru_cache, wraps
from importlib import import_module, util
from threading import Lock
from typing import Any, TypeVar

from pydantic import BaseModel

from huitou.associate import reads as associate
from huitou.attribution import reads as attribution
from huitou.benefit.reads import everything as benefit
from huitou.campaign import reads as campaign
from huitou.channels.gateway.callbacks import GatewayEars
from huitou.channels.gateway.channel import GatewayChannel
from huitou.channels.gateway.config import (
    CallConfig,
    GatewayForm,
    RcsConfig,
    WebhookConfig,
    webhook_form,
)
from huitou.channels.sms_aliyun import receipts as aliyun
from huitou.channels.sms_aliyun.channel import AliyunSmsChannel
from huitou.channels.sms_aliyun.config import AliyunSmsConfig
from huitou.channels.sms_tencent import receipts as tencent
from huitou.channels.sms_tencent.channel import TencentSmsChannel
from huitou.channels.sms_tencent.config import TencentSmsConfig
from huitou.channels.wechat.callbacks import WechatEars
from huitou.channels.wechat.client import WechatClient
from huitou.channels.wechat.config import MiniConfig, OfficialConfig, WechatAccount
from huitou.channels.wechat.mini import MiniChannel
from huitou.channels.wechat.official import OfficialChannel
from huitou.channels.wecom.channel import WeComChannel
from huitou.channels.wecom.client import (
    BAD_CORP,
    BAD_SECRET,
    WeComClient,
    WeComError,
    WeComUnanswered,
    WeComUnreachable,
)
from huitou.channels.wecom.codes import WeComCodes
from huitou.channels.wecom.config import WeComConfig
from huitou.channels.wecom.friends import WeComFriends
from huitou.channels.wecom.login import WeComLogin
from huitou.code import types as code_types
from huitou.code.types import Ways
from huitou.commission import reads as commission
from huitou.identity import types as identity_types
from huitou.offer.reads import orders as offer
from huitou.opportunity import reads as opportunity
from huitou.order import reads as order
from huitou.profile import reads as profile
from huitou.profile import types as profile_types
from huitou.profile.types import Exporter
from huitou.reach.types import channels as reach_channels
from huitou.reach.types import hearing as reach_hearing
from huitou.reach.types.channels import Channel, Friends, SmsPushes, StaffNotifier
from huitou.reach.types.hearing import Ears
from huitou.segment import reads as segment
from huitou.tag import reads as tag

ROOMS = (
    "merchant",
    "catalog",
    "event",
    "identity",
    "profile",
    "order",
    "segment",
    "tag",
    "benefit",
    "offer",
    "content",
    "code",
    "reach",
    "opportunity",
    "associate",
    "campaign",
    "attribution",
    "commission",
    "insight",
    "member",
)
"""Lowest first: a room imports only rooms before it."""


CHANNELS: dict[str, type[BaseModel]] = {
    "wecom": WeComConfig,
    "sms": AliyunSmsConfig,
    "sms_tencent": TencentSmsConfig,
    "wechat": OfficialConfig,
    "mini": MiniConfig,
    "rcs": RcsConfig,
    "phone": CallConfig,
    "webhook": WebhookConfig,
}
"""The settings there are of channels, by kind, with their models; `reach` says what they serve."""

_Adapter = TypeVar("_Adapter")


def _one_for_each(build: Callable[..., _Adapter]) -> Callable[..., _Adapter]:
    """`lru_cache` alone lets two threads build the same adapter, and drops one with its
    connections open."""
    lock = Lock()
    cached = lru_cache(maxsize=64)(build)

    @wraps(build)
    def one(*settings: str) -> _Adapter:
        with lock:
            return cached(*settings)

    return one


def wire() -> None:
    """Import every room's jobs, so that streams, listeners and jobs are known; bind the ports."""
    for room in ROOMS:
        if util.find_spec(f"huitou.{room}.warehouse") is not None:
            import_module(f"huitou.{room}.warehouse")
        if util.find_spec(f"huitou.{room}.jobs") is not None:
            import_module(f"huitou.{room}.jobs")
    import_module("huitou.forgotten")
    import_module("huitou.imports.run")
    import_module("huitou.exports.run")
    bind()


def routers() -> list[Any]:
    """Every room's HTTP routers, in room order."""
    modules = [
        import_module(f"huitou.{room}.http")
        for room in ROOMS
        if util.find_spec(f"huitou.{room}.http") is not None
    ]
    return [
        router
        for module in modules
        for router in getattr(module, "ROUTERS", [getattr(module, "router", None)])
    ]


@_one_for_each
def open_channel(kind: str, config: str) -> Channel:
    """The adapter of a channel, from its configuration as JSON text; one for each text."""
    if kind == "wecom":
        return WeComChannel(WeComClient(WeComConfig.model_validate_json(config)))
    if kind == "sms_tencent":
        return TencentSmsChannel(TencentSmsConfig.model_validate_json(config))
    if kind == "wechat":
        return OfficialChannel(WechatClient(OfficialConfig.model_validate_json(config)))
    if kind == "mini":
        settings = MiniConfig.model_validate_json(config)
        return MiniChannel(settings, WechatClient(settings))
    if kind in _GATEWAYS or kind == "webhook":
        return GatewayChannel(kind, _gateway_form(kind, config))
    assert kind == "sms", f"there is no channel {kind}"
    return AliyunSmsChannel(AliyunSmsConfig.model_validate_json(config))


_GATEWAYS: dict[str, type[GatewayForm]] = {"rcs": RcsConfig, "phone": CallConfig}


def _gateway_form(kind: str, config: str) -> GatewayForm:
    if kind == "webhook":
        return webhook_form(WebhookConfig.model_validate_json(config))
    return _GATEWAYS[kind].model_validate_json(config)


def refusal_of(kind: str, config: str) -> WeComError | None:
    """What a channel says against credentials, asked without sending anything.

    None where they are good, where the channel cannot be reached, and for SMS: there only a
    message shows it.
    """
    if kind != "wecom":
        return None
    client = WeComClient(WeComConfig.model_validate_json(config))
    try:
        client.prove()
    except WeComError as error:
        return error if error.errcode in (BAD_SECRET, BAD_CORP) else None
    except (WeComUnreachable, WeComUnanswered):
        return None
    finally:
        client.close()
    return None


@_one_for_each
def open_wecom_login(config: str) -> WeComLogin:
    """Log-in by WeCom for a channel's configuration."""
    return WeComLogin(WeComClient(WeComConfig.model_validate_json(config)))


@_one_for_each
def open_notifier(kind: str, config: str) -> StaffNotifier:
    """The adapter that reaches staff: WeCom."""
    assert kind == "wecom", f"{kind} does not reach staff"
    return WeComChannel(WeComClient(WeComConfig.model_validate_json(config)))


@_one_for_each
def open_friends(config: str) -> Friends:
    """WeCom's friendships."""
    settings = WeComConfig.model_validate_json(config)
    return WeComFriends(settings, WeComClient(settings))


@_one_for_each
def open_ways(config: str) -> Ways:
    """WeCom's contact-way codes."""
    return WeComCodes(WeComClient(WeComConfig.model_validate_json(config)))


@_one_for_each
def open_sms_pushes(kind: str, config: str) -> SmsPushes:
    """What an SMS provider pushes."""
    if kind == "sms_tencent":
        return tencent.pushes(TencentSmsConfig.model_validate_json(config))
    return aliyun.pushes(AliyunSmsConfig.model_validate_json(config))


@_one_for_each
def open_ears(kind: str, config: str) -> Ears:
    """What a platform calls us with."""
    if kind == "webhook":
        webhook = WebhookConfig.model_validate_json(config)
        return GatewayEars(webhook_form(webhook), webhook.card_scope)
    if kind in _GATEWAYS:
        return GatewayEars(_gateway_form(kind, config))
    models: dict[str, type[WechatAccount]] = {"wechat": OfficialConfig, "mini": MiniConfig}
    return WechatEars(models[kind].model_validate_json(config))


def bind() -> None:
    """Bind the rooms' ports to the adapters, and to the rooms above that serve them."""
    identity_types.PEOPLE.bind(profile.people)
    profile_types.EXPORTERS.bind(_exporters())
    profile_types.ENTRUSTED.bind(associate.entrusted)
    code_types.open_ways.bind(open_ways)
    reach_channels.open_channel.bind(open_channel)
    reach_channels.open_notifier.bind(open_notifier)
    reach_channels.open_friends.bind(open_friends)
    reach_channels.open_sms_pushes.bind(open_sms_pushes)
    reach_hearing.open_ears.bind(open_ears)


def _exporters() -> dict[str, Exporter]:
    """What each room keeps about a customer, for the customer."""
    return {
        "order": order.export,
        "segment": segment.export,
        "tag": tag.export,
        "benefit": benefit.export,
        "offer": offer.export,
        "opportunity": opportunity.export,
        "associate": associate.export,
        "campaign": campaign.export,
        "attribution": attribution.export,
        "commission": commission.export,
    }


def edge_routers() -> list[Any]:
    """The edge's routers that know rooms and adapters."""
    return [
        import_module(f"huitou.{name}").router
        for name in (
            "api.channels",
            "api.imports",
            "api.audit",
            "api.exports",
            "api.wecom_login",
            "demo.http",
        )
        if util.find_spec(f"huitou.{name}") is not None
    ]
