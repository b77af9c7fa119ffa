"""Kinds of messages that caps may count apart, as the merchant calls them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from huitou.kernel.errors import Invalid, NotFound


@dataclass(frozen=True, slots=True)
class MessageCategory:
    """`code` is what messages carry; `zh` and `en` are for people."""

    code: str
    zh: str
    en: str


DEFAULT = "promotion"
CATEGORIES = (
    MessageCategory(DEFAULT, "促销", "Promotion"),
    MessageCategory("birthday", "生日", "Birthday"),
    MessageCategory("arrival", "到货", "Arrival"),
    MessageCategory("care", "关怀", "Care"),
    MessageCategory("service", "服务", "Service"),
)
"""Until a merchant says otherwise."""

Names = Mapping[str, MessageCategory]


def by_code(categories: Iterable[MessageCategory]) -> Names:
    return {one.code: one for one in categories}


class NoCategory(NotFound):
    code = "reach.no_category"
    zh, en = "没有消息类别 {category}", "There is no message category {category}"


class BadCategories(Invalid):
    code = "reach.bad_categories"
    zh, en = "消息类别不合法：{zh}", "The message categories are not valid: {en}"
