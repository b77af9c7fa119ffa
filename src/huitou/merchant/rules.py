"""Who may do what, and which settings there are."""

import re
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from huitou.merchant.types import BadName, Role, Session

PERMISSIONS = (
    "customer.read",
    "customer.reveal",
    "customer.edit",
    "segment.read",
    "segment.edit",
    "tag.set",
    "tag.edit",
    "campaign.read",
    "campaign.edit",
    "campaign.publish",
    "campaign.approve",
    "reach.stop",
    "message.send",
    "task.read",
    "task.manage",
    "task.send",
    "result.read",
    "setting.edit",
    "staff.edit",
    "event.write",
    "import.write",
    "export.read",
    "benefit.read",
    "benefit.use",
    "benefit.edit",
    "benefit.grant",
    "benefit.approve",
    "offer.read",
    "offer.edit",
    "offer.publish",
    "codes.read",
    "codes.edit",
)

_MANAGER = frozenset(
    {
        "customer.read",
        "segment.read",
        "tag.set",
        "campaign.read",
        "task.read",
        "task.manage",
        "task.send",
        "result.read",
        "benefit.read",
        "benefit.use",
        "offer.read",
        "codes.read",
        "codes.edit",
    }
)
_OF_ROLE: dict[Role, frozenset[str]] = {
    "headquarters": frozenset(PERMISSIONS),
    "region": _MANAGER,
    "manager": _MANAGER,
    "associate": frozenset(
        {
            "customer.read",
            "tag.set",
            "task.read",
            "task.send",
            "result.read",
            "benefit.use",
            "offer.read",
            "codes.read",
        }
    ),
}

_COUNT_MAX = 100_000
_CODE = re.compile(r"[A-Za-z0-9._-]{1,64}")


@dataclass(frozen=True, slots=True)
class SettingKind:
    """A setting: its type decides what values are accepted."""

    default: Any
    type: type
    zh: str
    en: str
    most: int = _COUNT_MAX


SETTINGS: dict[str, SettingKind] = {
    "commission.rate_bp": SettingKind(300, int, "提成比例（万分之）", "Commission rate (bp)"),
    "attribution.window_days": SettingKind(7, int, "归因窗口（天）", "Attribution window (days)"),
    "campaign.holdout_bp": SettingKind(
        1000, int, "默认对照组比例（万分之）", "Default holdout (bp)"
    ),
    "campaign.grace_minutes": SettingKind(
        60, int, "催办后多久改由短信触达（分钟）", "Minutes from urging to SMS"
    ),
    "campaign.associate_tasks": SettingKind(
        0,
        int,
        "导购手上最多多少个活动任务（0 为不限），满后优先更有价值的客户",
        "Most open tasks of an associate (0: any); whoever brings most comes first",
    ),
    "campaign.approval_size": SettingKind(
        10_000,
        int,
        "一人可发布的活动人数上限（0 为不限）",
        "Most candidates of a campaign that one person publishes alone (0: any)",
        10**9,
    ),
    "identity.auto_merge_precision_bp": SettingKind(
        0,
        int,
        "重复客户自动合并所需的准确率（万分之，0 为不自动）",
        "Precision for merging duplicates by itself (bp, 0: never)",
    ),
    "benefit.remind_days": SettingKind(
        30,
        int,
        "积分到期前多少天算即将到期",
        "Days before their end from which points count as expiring",
    ),
    "benefit.grant_limit": SettingKind(
        100_000,
        int,
        "一人可启动的发放总量上限（积分、分或张）",
        "Most that one person may grant alone (points, fen or coupons)",
    ),
    "benefit.offline_most_fen": SettingKind(
        5000, int, "可离线核销的券面额上限（分）", "Most a coupon may be worth offline (fen)"
    ),
    "benefit.offline_token_minutes": SettingKind(
        15, int, "离线核销码有效期（分钟）", "Minutes an offline code is valid"
    ),
    "benefit.points_per_yuan": SettingKind(
        100, int, "多少积分抵 1 元（0 为不可抵现）", "Points worth a yuan (0: not money)"
    ),
    "benefit.points_share_bp": SettingKind(
        5000, int, "积分最多抵订单的比例（万分之）", "Most of an order points may pay (bp)"
    ),
    "benefit.refund_grace_days": SettingKind(
        0,
        int,
        "退款退回已过期积分、赠金的宽限天数",
        "Days that points and bonus get which come back after their end",
    ),
    "benefit.adjust_limit": SettingKind(
        10000,
        int,
        "每人每天可单独手工增减的上限（积分或分）",
        "Most one person may give or take by hand a day (points or fen)",
    ),
    "benefit.custody_bp": SettingKind(
        2000, int, "预收资金存管比例（万分之）", "Share of prepaid money in custody (bp)"
    ),
    "offer.groups": SettingKind(
        "activity",
        str,
        "活动组的先后（逗号分隔，每组每件至多参加一个）",
        "Groups of activities, first to last, by commas (a piece joins one of each)",
    ),
    "offer.coupons_product": SettingKind(
        1, int, "一单最多用几张商品券、兑换券", "Coupons for one product an order may use"
    ),
    "offer.coupons_store": SettingKind(
        1, int, "一单最多用几张满减、折扣券", "Coupons off the whole an order may use"
    ),
    "offer.coupons_shipping": SettingKind(
        1, int, "一单最多用几张运费券", "Shipping coupons an order may use"
    ),
    "offer.unpaid_days": SettingKind(
        7,
        int,
        "下单多少天未付款即退还优惠名额（0 为不退还）",
        "Days after which an unpaid order's offers are given back (0: never)",
    ),
    "offer.approval_fen": SettingKind(
        1_000_000,
        int,
        "发布优惠须两人的花费上限（分，0 为一人即可）",
        "Most an offer may cost that one person publishes alone (fen, 0: any)",
        10**12,
    ),
    "content.buy_url": SettingKind("", str, "购买链接模板", "Template of the link to buy"),
    "content.cart_url": SettingKind(
        "", str, "多件购买链接模板", "Template of the link to buy several products"
    ),
    "content.sell_unit": SettingKind(
        "",
        str,
        "专属链接由哪个单位成交（留空为导购所在门店）",
        "Unit that sells what links lead to (empty: the associate's)",
    ),
    "member.sms_template": SettingKind(
        "", str, "会员验证码短信模板编号", "Template of the SMS with a member's code"
    ),
    "site.url": SettingKind("", str, "对外访问地址", "Public address"),
    "event.retention_days": SettingKind(3650, int, "行为保留天数", "Days events are kept"),
    "reach.gather_minutes": SettingKind(
        1,
        int,
        "群发等待多久，与同期的活动一起分配名额（分钟）",
        "Minutes a mailing waits for others to compete with",
        24 * 60,
    ),
    "reach.retention_days": SettingKind(1095, int, "消息保留天数", "Days messages are kept"),
}


def permissions_of(role: Role) -> frozenset[str]:
    """What a role may do, inside its scope."""
    return _OF_ROLE[role]


def scope_of(session: Session) -> tuple[str | None, UUID | None]:
    """`(unit path, own book)`: headquarters sees all, managers their subtree, associates their book."""
    if session.staff.role == "headquarters":
        return None, None
    if session.staff.role == "associate":
        return session.unit.path, session.staff.id
    return session.unit.path, None


def checked_code(code: str) -> str:
    """The code of a unit or of staff, or a refusal."""
    if not _CODE.fullmatch(code):
        raise BadName(code=code)
    return code


def fits(kind: SettingKind, value: Any) -> bool:
    """Is `value` of the setting's type? `true` is not 1, and counts have bounds."""
    if kind.type is int:
        return type(value) is int and 0 <= value <= kind.most
    return type(value) is kind.type
