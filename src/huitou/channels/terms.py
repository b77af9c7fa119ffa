"""What a channel allows, costs and counts, in words, as its provider documents it; and what of it is the merchant's own."""

from dataclasses import dataclass
from typing import Any

from huitou.kernel.words import counted


@dataclass(frozen=True, slots=True)
class Term:
    """One line, in both languages."""

    zh: str
    en: str


_SMS = (
    Term(
        "内容连签名 70 字以内按 1 条计费，超过后每 67 字 1 条",
        "Up to 70 characters, the signature included, count as one part; longer texts as one for each 67",
    ),
    Term(
        "同一签名和模板，对同一号码 24 小时内最多 50 条",
        "At most 50 in 24 hours to one number with the same signature and template",
    ),
)
_TENCENT = (
    _SMS[0],
    Term("营销短信只在 08:00 至 22:00 发出", "Marketing goes out from 08:00 to 22:00 only"),
    Term(
        "每个号码的频率上限在腾讯云控制台设置",
        "How often one number is written to is set in the provider's console",
    ),
)
_TERMS: dict[str, tuple[Term, ...]] = {
    "wecom": (
        Term(
            "每位客户每月能收到的企业群发等于当月天数，管理员可以收紧到每周 7 条或每天 1 条",
            "A customer receives as many mass messages a month as it has days; administrators may tighten it",
        ),
        Term(
            "由导购本人确认后才发出，平台不收费",
            "Sent when the associate confirms; the platform charges nothing",
        ),
        Term(
            "给员工的应用消息：每人每分钟 30 条、每小时 1000 条以内",
            "Cards to one employee: up to 30 a minute and 1,000 an hour",
        ),
        Term(
            "接口每分钟 1 万次、每小时 15 万次",
            "10,000 calls of an interface a minute, 150,000 an hour",
        ),
    ),
    "sms": _SMS,
    "sms_tencent": _TENCENT,
    "wechat": (
        Term(
            "客户发来消息后 48 小时内可回 5 条；关注、扫码或点菜单后 1 分钟内可回 3 条",
            "Five answers within 48 hours of a customer's message; three within a minute of following, scanning or the menu",
        ),
        Term("平台不按条收费", "The platform charges nothing for a message"),
    ),
    "mini": (
        Term(
            "客户点一次“允许”只能发一条，每个模板分别计算",
            "One message for each time the customer allows it, template by template",
        ),
        Term("平台不按条收费", "The platform charges nothing for a message"),
    ),
    "rcs": (Term("频率和额度由服务商决定", "Limits are the vendor's"),),
    "phone": (Term("频率和额度由服务商决定", "Limits are the vendor's"),),
    "webhook": (Term("频率由自己的系统决定", "Limits are your own system's"),),
}


def terms_of(kind: str, config: dict[str, Any]) -> list[Term]:
    """The lines of a channel; with its settings also what a message costs and how fast they go."""
    found = list(_TERMS[kind])
    for name, zh, en in (
        ("fen_per_thousand_parts", "每条计费短信", "a part"),
        ("fen_per_thousand", "每条消息", "a message"),
    ):
        price = config.get(name)
        if price:
            yuan = f"{price / 100_000:.3f}"
            found.append(Term(f"{zh} ¥{yuan}，计入活动预算", f"¥{yuan} {en}, counted into budgets"))
    if config.get("per_second"):
        pace = config["per_second"]
        found.append(
            Term(f"每秒最多发送 {pace} 条", f"At most {counted(pace, 'message')} a second")
        )
    return found
