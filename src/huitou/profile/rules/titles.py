"""What happened, in one line of Chinese and of English."""

from collections.abc import Mapping
from typing import Any

from huitou.kernel.money import yuan

_CHANNELS = {
    "wecom": ("企业微信", "WeCom"),
    "sms": ("短信", "SMS"),
    "wechat": ("微信", "WeChat"),
    "mini": ("小程序", "mini program"),
    "rcs": ("5G 消息", "5G message"),
    "phone": ("电话", "phone"),
    "webhook": ("自有 App", "own app"),
    "email": ("邮件", "e-mail"),
    "all": ("所有渠道", "all channels"),
}
_PURPOSES = {"marketing": ("营销", "marketing"), "service": ("服务", "service")}
_METHODS = {
    "card_bound": ("小程序绑卡", "card bound in the mini-program"),
    "sms_code": ("短信验证码", "SMS code"),
    "parcel_card": ("包裹卡", "parcel card"),
    "counter": ("门店柜台", "at the counter"),
    "counter_code": ("门店扫码", "code at the counter"),
}
_PLAIN = {
    "link.opened": ("打开了商品清单", "Opened a product list"),
    "visit.checked_in": ("到店签到", "Checked in at the store"),
    "task.created": ("安排了导购跟进", "A task for the associate was made"),
    "task.sent": ("导购已发送", "The associate sent a message"),
    "task.dismissed": ("导购关闭了任务", "The associate dismissed the task"),
    "task.expired": ("导购任务已过期", "The associate's task expired"),
    "message.planned": ("安排了一条消息", "A message was planned"),
    "message.sent": ("消息已发出", "A message was sent"),
    "message.submitted": ("消息已提交渠道", "A message was handed to the channel"),
    "message.delivered": ("消息已送达", "A message was delivered"),
    "message.failed": ("消息未送达", "A message failed"),
    "message.unknown": ("消息结果未知", "The outcome of a message is unknown"),
    "order.credited": ("订单已归因", "An order was credited"),
    "opportunity.opened": ("出现商机", "An opportunity opened"),
}


def title_of(type_: str, properties: Mapping[str, Any], unit: str | None) -> tuple[str, str]:
    """`(Chinese, English)`; types we do not know are named as such. `unit` is the unit's name;
    `product` among the properties, if there is one, the name of its `sku`.
    """
    writer = _WRITERS.get(type_)
    if writer is not None:
        return writer(properties, unit)
    if type_ in _PLAIN:
        zh, en = _PLAIN[type_]
        channel = properties.get("channel")
        if channel in _CHANNELS and type_.startswith("message."):
            return f"{zh}（{_CHANNELS[channel][0]}）", f"{en} ({_CHANNELS[channel][1]})"
        return zh, en
    return f"其他行为：{type_}", f"Other event: {type_}"


def _paid(properties: Mapping[str, Any], unit: str | None) -> tuple[str, str]:
    amount, count = yuan(properties["paid_fen"]), len(properties["lines"])
    zh = f"在{unit}消费 {amount}，{count} 个商品" if unit else f"消费 {amount}，{count} 个商品"
    items = "item" if count == 1 else "items"
    en = f"Bought {count} {items} for {amount}" + (f" at {unit}" if unit else "")
    return zh, en


def _tier_changed(properties: Mapping[str, Any], unit: str | None) -> tuple[str, str]:
    """By the names that the tiers had then; by their codes where it is from before they were kept."""
    before, after = properties["from"], properties["to"]
    to_zh, to_en = properties.get("to_zh", after), properties.get("to_en", after)
    if before is None:
        return f"会员等级：{to_zh}", f"Tier: {to_en}"
    from_zh, from_en = properties.get("from_zh", before), properties.get("from_en", before)
    return f"会员等级由 {from_zh} 变为 {to_zh}", f"Tier changed from {from_en} to {to_en}"


def _refunded(properties: Mapping[str, Any], unit: str | None) -> tuple[str, str]:
    amount, order = yuan(properties["refund_fen"]), properties["order_no"]
    return f"订单 {order} 退款 {amount}", f"Refund of {amount} on order {order}"


def _reviewed(properties: Mapping[str, Any], unit: str | None) -> tuple[str, str]:
    rating = properties["rating"]
    return f"评价了订单：{rating} 星", f"Reviewed an order: {rating} of 5"


def _viewed(properties: Mapping[str, Any], unit: str | None) -> tuple[str, str]:
    product = properties.get("product") or properties.get("sku", "")
    return f"浏览了 {product}", f"Viewed {product}"


def _carted(properties: Mapping[str, Any], unit: str | None) -> tuple[str, str]:
    product = properties.get("product") or properties.get("sku", "")
    return f"把 {product} 加入购物车", f"Put {product} into the cart"


def _added(properties: Mapping[str, Any], unit: str | None) -> tuple[str, str]:
    where = f"（{unit}）" if unit else ""
    return f"添加导购为企业微信好友{where}", "Became a WeCom friend of an associate" + (
        f" ({unit})" if unit else ""
    )


def _removed(properties: Mapping[str, Any], unit: str | None) -> tuple[str, str]:
    if properties.get("by") == "staff":
        return "员工删除了企业微信好友", "Was removed as a WeCom friend by staff"
    return "删除了企业微信好友", "Removed the associate as a WeCom friend"


def _joined(properties: Mapping[str, Any], unit: str | None) -> tuple[str, str]:
    zh, en = _METHODS.get(properties.get("method", ""), (unit or "", unit or ""))
    return ("加入会员" + (f"（{zh}）" if zh else ""), "Joined" + (f" ({en})" if en else ""))


def _bound(properties: Mapping[str, Any], unit: str | None) -> tuple[str, str]:
    zh, en = _METHODS.get(properties.get("method", ""), ("", ""))
    return (
        "验证了身份标识" + (f"（{zh}）" if zh else ""),
        "Proved an identifier" + (f" ({en})" if en else ""),
    )


def _consented(properties: Mapping[str, Any], unit: str | None) -> tuple[str, str]:
    (channel_zh, channel_en), (zh, en) = _consent_words(properties)
    return f"同意{channel_zh}{zh}触达", f"Agreed to {en} by {channel_en}"


def _withdrew(properties: Mapping[str, Any], unit: str | None) -> tuple[str, str]:
    (channel_zh, channel_en), (zh, en) = _consent_words(properties)
    return f"撤回{channel_zh}{zh}触达的同意", f"Withdrew consent to {en} by {channel_en}"


def _consent_words(properties: Mapping[str, Any]) -> tuple[tuple[str, str], tuple[str, str]]:
    channel = str(properties.get("channel", ""))
    purpose = str(properties.get("purpose", "marketing"))
    return _CHANNELS.get(channel, (channel, channel)), _PURPOSES.get(purpose, (purpose, purpose))


_WRITERS = {
    "order.paid": _paid,
    "order.refunded": _refunded,
    "order.reviewed": _reviewed,
    "product.viewed": _viewed,
    "cart.added": _carted,
    "contact.added": _added,
    "contact.removed": _removed,
    "member.joined": _joined,
    "identity.bound": _bound,
    "consent.given": _consented,
    "consent.withdrawn": _withdrew,
    "tier.changed": _tier_changed,
}
