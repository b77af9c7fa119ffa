"""Ready-made rules that a brand starts from."""

from typing import Any

from huitou.segment.types.vocabulary import Template


def _rule(*nodes: dict[str, Any]) -> dict[str, Any]:
    return {"v": 1, "all": list(nodes)}


def _trait(name: str, op: str, value: Any) -> dict[str, Any]:
    return {"kind": "trait", "name": name, "op": op, "value": value}


_WECOM = {"kind": "consent", "channel": "wecom", "purpose": "marketing"}

TEMPLATES: tuple[Template, ...] = (
    Template(
        "key-customers",
        "重要客户",
        "Key customers",
        "按净消费从高到低，合计带来 80% 销售的客户",
        "The customers who, ranked by net spend, bring 80% of sales",
        _rule(_trait("share_before_bp", "<", 8_000)),
    ),
    Template(
        "dormant-members",
        "沉睡会员",
        "Dormant members",
        "买过两次以上、60–180 天没有再买的客户",
        "Bought more than once, and not for 60 to 180 days",
        _rule(_trait("stage", "=", "dormant"), _trait("order_count", ">=", 2)),
    ),
    Template(
        "dormant-key-customers",
        "沉睡的重要客户",
        "Dormant key customers",
        "带来 80% 销售的客户里，已超过 60 天没有再买的",
        "Among those who bring 80% of sales, not seen buying for 60 days",
        _rule(_trait("share_before_bp", "<", 8_000), _trait("stage", "in", ["dormant", "lost"])),
    ),
    Template(
        "new-without-second",
        "新客未复购",
        "New, no second order",
        "首单 7–60 天，还没有第二单",
        "First order 7 to 60 days ago and no second one yet",
        _rule(_trait("order_count", "=", 1), _trait("last_paid_days", "between", [7, 60])),
    ),
    Template(
        "joined-anniversary",
        "入会周年将至",
        "Anniversary of joining",
        "未来 7 天内入会满周年的会员",
        "Members whose anniversary of joining is within the next 7 days",
        _rule({"kind": "anniversary", "of": "joined", "from_days": 0, "to_days": 7}),
    ),
    Template(
        "frequent-buyers",
        "高频买家",
        "Frequent buyers",
        "近 90 天购买不少于 6 次",
        "At least 6 orders in the last 90 days",
        _rule(
            {
                "kind": "purchase",
                "window": {"last_days": 90},
                "agg": "count",
                "op": ">=",
                "value": 6,
            }
        ),
    ),
    Template(
        "birthday-month",
        "本月生日",
        "Birthday this month",
        "本月过生日、可以联系的客户",
        "Birthday this month, and may be contacted",
        _rule(_trait("is_birth_month", "=", True), _WECOM),
    ),
    Template(
        "viewed-not-bought",
        "浏览未购",
        "Viewed, not bought",
        "近 14 天浏览过商品、之后 3 天内没有下单",
        "Viewed a product in the last 14 days and did not order within 3 days",
        _rule(
            {
                "kind": "sequence",
                "first": {"type": "product.viewed"},
                "then_not": {"type": "order.paid"},
                "within_days": 3,
                "window": {"last_days": 14},
            }
        ),
    ),
    Template(
        "lost-customers",
        "流失客户",
        "Lost customers",
        "超过 180 天没有购买",
        "No order for 180 days",
        _rule(_trait("stage", "=", "lost")),
    ),
    Template(
        "champions",
        "冠军客户",
        "Champions",
        "最近买过、买得最多、花得最多：三项得分都是 5",
        "Bought lately, often and for much: 5 in all three scores",
        _rule(_trait("rfm_segment", "=", "champions")),
    ),
    Template(
        "slipping-big-spenders",
        "正在流失的大客户",
        "Big spenders slipping away",
        "花得多、很久没来：RFM 为「不能失去」或「流失风险」",
        "Spent much and stayed away: the RFM segments can't lose and at risk",
        _rule(_trait("rfm_segment", "in", ["cant_lose", "at_risk"])),
    ),
    Template(
        "members-without-associate",
        "无专属导购的会员",
        "Members without an associate",
        "已购买、还没有归属导购的客户",
        "Bought, and in nobody's customer book",
        _rule(_trait("has_owner", "=", False), _trait("order_count", ">=", 1)),
    ),
)
