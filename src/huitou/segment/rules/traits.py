"""The traits every merchant has. Custom ones come from the profile by name."""

from huitou.order.types import RFM_SEGMENT_NAMES, STAGE_NAMES
from huitou.segment.types.rule import Op
from huitou.segment.types.vocabulary import WRITTEN, Categories, Choice, TraitKind, TraitType

_ORDERED: tuple[Op, ...] = ("=", "!=", ">", ">=", "<", "<=", "between", "in", "not_in")
_PRESENCE: tuple[Op, ...] = ("known", "unknown")
OPS: dict[TraitType, tuple[Op, ...]] = {
    "number": _ORDERED + _PRESENCE,
    "money": _ORDERED + _PRESENCE,
    "days": _ORDERED + _PRESENCE,
    "text": ("=", "!=", "in", "not_in", *_PRESENCE),
    "choice": ("=", "!=", "in", "not_in", *_PRESENCE),
    "flag": ("=",),
    "set": ("contains", "not_contains"),
    "unit": ("in", "not_in", *_PRESENCE),
    "custom": (*_ORDERED, "contains", "not_contains", *_PRESENCE),
}


def _trait(
    name: str, type_: TraitType, zh: str, en: str, choices: tuple[Choice, ...] = ()
) -> TraitKind:
    return TraitKind(name, type_, zh, en, OPS[type_], choices)


_GENDERS = (Choice("female", "女", "Female"), Choice("male", "男", "Male"))
_STAGES = tuple(Choice(value, zh, en) for value, (zh, en) in STAGE_NAMES.items())
_RFM_SEGMENTS = tuple(Choice(value, zh, en) for value, (zh, en) in RFM_SEGMENT_NAMES.items())

BUILT_IN: dict[str, TraitKind] = {
    kind.name: kind
    for kind in (
        _trait("order_count", "number", "累计订单数", "Orders in total"),
        _trait("paid_fen", "money", "累计净消费", "Net spend in total"),
        _trait("refunded_fen", "money", "累计退款", "Refunds in total"),
        _trait("avg_order_fen", "money", "客单价", "Average order"),
        _trait("last_paid_days", "days", "距上次购买天数", "Days since the last order"),
        _trait("first_paid_days", "days", "距首次购买天数", "Days since the first order"),
        _trait("r", "number", "最近购买得分 R", "Recency score"),
        _trait("f", "number", "购买频次得分 F", "Frequency score"),
        _trait("m", "number", "消费金额得分 M", "Monetary score"),
        _trait("rfm_segment", "choice", "RFM 分群", "RFM segment", _RFM_SEGMENTS),
        _trait("stage", "choice", "生命周期阶段", "Life-cycle stage", _STAGES),
        _trait(
            "share_before_bp",
            "number",
            "消费排名更前者的销售占比（万分之）",
            "Sales share of better customers (bp)",
        ),
        _trait("gender", "choice", "性别", "Gender", _GENDERS),
        _trait("birth_month", "number", "生日月份", "Birth month"),
        _trait("is_birth_month", "flag", "本月生日", "Birthday this month"),
        _trait("home_unit", "unit", "归属门店", "Home store"),
        _trait("has_owner", "flag", "有专属导购", "Has an associate"),
        _trait("owner", "text", "专属导购工号", "Associate's code"),
        _trait("is_friend", "flag", "企微好友", "WeCom friend"),
        _trait("joined_days", "days", "入会天数", "Days since joining"),
        _trait("is_member", "flag", "会员", "Member"),
        _trait("source_channels", "set", "来源渠道", "Channels of origin"),
        _trait("last_seen_days", "days", "距最近互动天数", "Days since last seen"),
        _trait("created_days", "days", "建档天数", "Days since first known"),
        _trait("no_profiling", "flag", "拒绝画像", "Refused profiling"),
        _trait("under_14", "flag", "未满 14 岁", "Under 14"),
    )
}


def custom(name: str) -> TraitKind:
    """A trait the profile keeps under a name of the merchant's own."""
    return _trait(name, "custom", name, name)


def named(name: str, categories: Categories) -> TraitKind:
    """As `custom`, with words for what a room writes."""
    written = WRITTEN.get(name)
    if written is None:
        return custom(name)
    return _trait(name, written.type, written.zh, written.en, written.choose(categories))
