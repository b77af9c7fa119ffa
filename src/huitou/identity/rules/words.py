"""Evidence in words a shop manager understands."""

from collections.abc import Iterable, Sequence

from huitou.identity.rules.answers import Agreement, Strength

_FIELDS = {
    "given": ("名字", "given name"),
    "surname": ("姓", "surname"),
    "birth": ("生日", "date of birth"),
    "month": ("出生月份", "month of birth"),
    "gender": ("性别", "gender"),
    "street": ("地址", "address"),
    "city": ("城市", "city"),
    "postcode": ("邮编", "postcode"),
    "home": ("常去门店", "usual store"),
    "phone": ("手机号", "phone number"),
    "email": ("邮箱", "e-mail"),
    "number": ("证件或卡号", "number of a document or card"),
}
_LEVELS = {
    "same": ("{}相同", "Same {}"),
    "near": ("{}只差一点", "The {} differs by a slip"),
    "swapped": ("{}写反了", "The {} is written the other way round"),
    "short": ("{}是简写", "The {} is shortened"),
    "alike": ("{}相近", "The {} is alike"),
    "other": ("{}不同", "Different {}"),
}
_SPECIAL = {
    ("phone", "near"): ("手机号只差一位", "The phone numbers differ by one digit"),
    ("phone", "tail"): ("手机尾号相同", "The phone numbers end alike"),
    ("email", "user"): ("邮箱名相同、域名不同", "Same e-mail name at another domain"),
    ("birth", "swapped"): ("生日的月和日写反了", "Day and month of birth are exchanged"),
    ("given", "swapped"): ("姓和名写反了", "Given name and surname are exchanged"),
    ("surname", "swapped"): ("姓和名写反了", "Given name and surname are exchanged"),
}
REASONS = {
    "shared_phone": ("多位客户都用过这个号码", "Several customers have used this number"),
    "store_phone": ("这是门店或员工的号码", "This is the number of a store or of staff"),
    "conflict_unionid": (
        "它把两个不同的微信用户连在了一起",
        "It would have joined two different WeChat users",
    ),
    "recycled_phone": (
        "号码沉寂很久后由另一位验证，可能已被转给别人",
        "Verified by somebody else after a long silence: the number may have a new owner",
    ),
}
"""Why an identifier is in quarantine."""
_STRONG, _SLIGHT = 400, 100
"""Hundredths of bits: from 16 to 1 on something weighs much, below 2 to 1 little."""


def strength_of(weight: int) -> Strength:
    """How much evidence of a weight (hundredths of bits) says."""
    if weight >= _STRONG:
        return "strongly_for"
    if weight >= _SLIGHT:
        return "for"
    if weight > -_SLIGHT:
        return "hardly"
    return "against" if weight > -_STRONG else "strongly_against"


def agreements(evidence: Iterable[Sequence[str | int]]) -> list[Agreement]:
    """Kept evidence (`[field, level, weight]`) in words, what weighs most first."""
    found = [
        Agreement(field, level, weight, strength_of(weight), *_sentences(field, level))
        for field, level, weight in evidence
        if isinstance(field, str) and isinstance(level, str) and isinstance(weight, int)
    ]
    return sorted(found, key=lambda each: -abs(each.weight))


def _sentences(field: str, level: str) -> tuple[str, str]:
    if (field, level) in _SPECIAL:
        return _SPECIAL[field, level]
    zh, en = _FIELDS[field]
    said_zh, said_en = _LEVELS[level]
    return said_zh.format(zh), said_en.format(en)
