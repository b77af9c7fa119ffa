"""A rule told in words, Chinese and English."""

from collections.abc import Callable, Sequence
from datetime import timedelta
from decimal import Decimal
from typing import Any

from huitou.kernel.money import yuan
from huitou.kernel.words import counted
from huitou.profile.types import SOURCE_TAG
from huitou.segment.rules import traits
from huitou.segment.types.answers import Names, Sentence
from huitou.segment.types.rule import (
    All,
    Anniversary,
    AnyOf,
    At,
    Consent,
    Event,
    EventMatch,
    EventWhere,
    InSegment,
    Leaf,
    Node,
    Not,
    Nth,
    Purchase,
    PurchaseWhere,
    Sample,
    Tag,
    Trait,
    Window,
)
from huitou.segment.types.rule import Sequence as EventSequence
from huitou.segment.types.vocabulary import TraitKind

OPS: dict[str, tuple[str, str]] = {
    "=": ("等于", "exactly"),
    "!=": ("不等于", "other than"),
    ">": ("多于", "more than"),
    ">=": ("不少于", "at least"),
    "<": ("少于", "less than"),
    "<=": ("不超过", "at most"),
    "between": ("介于", "between"),
    "in": ("属于", "is one of"),
    "not_in": ("不属于", "is none of"),
    "contains": ("包含", "has one of"),
    "not_contains": ("不包含", "has none of"),
    "known": ("有值", "is known"),
    "unknown": ("没有值", "is not known"),
}
AGGS: dict[str, tuple[str, str]] = {
    "count": ("次数", "number of times"),
    "sum_fen": ("净消费", "net spend"),
    "quantity": ("数量", "quantity"),
    "days_since_last": ("距上次天数", "days since the last time"),
}
EVENTS: dict[str, tuple[str, str]] = {
    "order.paid": ("下单", "ordered"),
    "order.refunded": ("退款", "was refunded"),
    "order.reviewed": ("评价", "reviewed"),
    "product.viewed": ("浏览商品", "viewed a product"),
    "cart.added": ("加购", "added to the cart"),
    "link.opened": ("打开链接", "opened a link"),
    "contact.added": ("添加企微", "added an associate in WeCom"),
    "contact.removed": ("删除企微", "removed an associate in WeCom"),
    "member.joined": ("入会", "joined the programme"),
    "identity.bound": ("绑定身份", "bound an identity"),
    "consent.given": ("同意接收", "gave consent"),
    "consent.withdrawn": ("撤回同意", "withdrew consent"),
    "visit.checked_in": ("到店", "visited a store"),
    "message.sent": ("收到消息", "was sent a message"),
    "message.delivered": ("消息送达", "got a message"),
}
CHANNELS: dict[str, tuple[str, str]] = {
    "wecom": ("企业微信", "WeCom"),
    "sms": ("短信", "SMS"),
    "wechat": ("微信", "WeChat"),
    "mini": ("小程序", "mini program"),
    "rcs": ("5G 消息", "5G message"),
    "phone": ("电话", "phone"),
    "webhook": ("自有 App", "own app"),
    "email": ("邮件", "e-mail"),
}
PURPOSES: dict[str, tuple[str, str]] = {
    "marketing": ("营销", "marketing"),
    "service": ("服务", "service"),
}


def sentence(rule: Node, names: Names) -> Sentence:
    """The whole rule."""
    zh, en = _node(rule, names, is_top=True)
    return Sentence(zh, en)


def leaf_sentence(leaf: Leaf, names: Names) -> Sentence:
    """One leaf."""
    return Sentence(*_leaf(leaf, names))


Words = tuple[str, str]


def _node(node: Node, names: Names, *, is_top: bool = False) -> Words:
    match node:
        case At(_, leaf):
            return _leaf(leaf, names)
        case Not(inner):
            zh, en = _node(inner, names, is_top=True)
            return f"不满足（{zh}）", f"not ({en})"
        case All(nodes):
            return _group(nodes, names, ("，且 ", " and "), is_top)
        case AnyOf(nodes):
            return _group(nodes, names, ("，或 ", " or "), is_top)


def _group(nodes: Sequence[Node], names: Names, words: Words, is_top: bool) -> Words:
    if not nodes:
        return "全部客户", "all customers"
    parts = [_node(node, names, is_top=is_top and len(nodes) == 1) for node in nodes]
    zh, en = words[0].join(part[0] for part in parts), words[1].join(part[1] for part in parts)
    if is_top or len(parts) == 1:
        return zh, en
    return f"（{zh}）", f"({en})"


def _leaf(leaf: Leaf, names: Names) -> Words:
    match leaf:
        case Purchase():
            return _purchase(leaf, names)
        case Event():
            return _event(leaf, names)
        case Trait():
            return _trait(leaf, names)
        case Tag(name) if name.startswith(SOURCE_TAG):
            source = name.removeprefix(SOURCE_TAG)
            title = names.sources.get(source, source)
            return f"来自「{title}」", f"came from “{title}”"
        case Tag(name):
            return f"有标签「{name}」", f"is tagged “{name}”"
        case Consent(channel, purpose):
            (zh, en), (for_zh, for_en) = _of(CHANNELS, channel), _of(PURPOSES, purpose)
            return f"同意通过{zh}接收{for_zh}消息", f"consented to {for_en} by {en}"
        case EventSequence():
            return _sequence(leaf, names)
        case Nth():
            return _nth(leaf, names)
        case Anniversary():
            return _anniversary(leaf)
        case InSegment(id_):
            name = names.segments.get(id_, str(id_))
            return f"属于人群「{name}」", f"is in the segment “{name}”"
        case Sample(share, salt):
            percent = f"{Decimal(str(share)) * 100:f}".rstrip("0").rstrip(".") or "0"
            return f"抽样 {percent}%（{salt}）", f"in a {percent}% sample ({salt})"


def _purchase(leaf: Purchase, names: Names) -> Words:
    window, where = _window(leaf.window), _purchase_where(leaf.where, names)
    if leaf.agg == "days_since_last":
        zh, en = _compared(leaf.op, leaf.value, _days)
        return (
            f"{window[0]}距上次{where[0]}购买 {zh}",
            f"last bought{where[1]}{window[1]} {en} ago",
        )
    if leaf.agg == "count":
        zh, en = _compared(leaf.op, leaf.value, _times)
        return f"{window[0]}{where[0]}购买 {zh}", f"bought{where[1]} {en}{window[1]}"
    if leaf.agg == "quantity":
        zh, en = _compared(leaf.op, leaf.value, _pieces)
        return f"{window[0]}{where[0]}购买 {zh}", f"bought {en}{where[1]}{window[1]}"
    zh, en = _compared(leaf.op, leaf.value, _money)
    return f"{window[0]}{where[0]}净消费 {zh}", f"spent {en}{where[1]}{window[1]}"


def _event(leaf: Event, names: Names) -> Words:
    window = _window(leaf.window)
    done = _match(EventMatch(leaf.type, leaf.where), names)
    if leaf.agg == "count":
        zh, en = _compared(leaf.op, leaf.value, _times)
        return f"{window[0]}{done[0]} {zh}", f"{done[1]} {en}{window[1]}"
    zh, en = _compared(leaf.op, leaf.value, _days)
    return f"{window[0]}距上次{done[0]} {zh}", f"last {done[1]}{window[1]} {en} ago"


def _sequence(leaf: EventSequence, names: Names) -> Words:
    window, first = _window(leaf.window), _match(leaf.first, names)
    follower = leaf.then or leaf.then_not
    assert follower is not None
    then = _match(follower, names)
    days = leaf.within_days
    if leaf.then is None:
        return (
            f"{window[0]}{first[0]}后 {days} 天内没有{then[0]}",
            f"{first[1]}{window[1]} and not within {counted(days, 'day')} {then[1]}",
        )
    return (
        f"{window[0]}{first[0]}后 {days} 天内{then[0]}",
        f"{first[1]}{window[1]} and within {counted(days, 'day')} {then[1]}",
    )


def _nth(leaf: Nth, names: Names) -> Words:
    done, where, window = _of(EVENTS, leaf.type), _where(leaf.where, names), _window(leaf.window)
    place = _PLACES.get(leaf.n) or (
        f"第 {leaf.n} 次" if leaf.n > 0 else f"倒数第 {-leaf.n} 次",
        f"{_ordinal(abs(leaf.n))}{'' if leaf.n > 0 else ' last'}",
    )
    if not (where[0] or window[0]):  # whoever has an n-th did it so often
        zh, en = _compared(">=", abs(leaf.n), _times)
        return f"{done[0]} {zh}", f"{done[1]} {en}"
    told = "，".join(
        part.strip() for part in (where[0], window[0] and f"发生在{window[0]}") if part
    )
    return (
        f"{place[0]}{done[0]}{told}",
        f"the {place[1]} time they {done[1]} was{where[1]}{window[1]}",
    )


_PLACES: dict[int, Words] = {1: ("首次", "first"), -1: ("最近一次", "last")}


def _ordinal(n: int) -> str:
    ending = {1: "st", 2: "nd", 3: "rd"}.get(n % 10, "th")
    return f"{n}{'th' if n % 100 in (11, 12, 13) else ending}"


def _anniversary(leaf: Anniversary) -> Words:
    low, high = leaf.from_days, leaf.to_days
    if low == high == 0:
        zh, en = "今天", "is today"
    elif low == 0:
        zh, en = f"未来 {high} 天内", f"is within the next {counted(high, 'day')}"
    elif high == -1:
        zh, en = f"过去 {-low} 天内", f"was in the last {counted(-low, 'day')}"
    else:
        zh, en = f"今天起第 {low} 至 {high} 天", f"is from day {low} to day {high} from today"
    of_zh, of_en = ("入会", "joining") if leaf.of == "joined" else ("首购", "the first purchase")
    if leaf.years is None:
        return f"{zh}是{of_zh}周年", f"an anniversary of {of_en} {en}"
    return (
        f"{zh}{of_zh}满 {leaf.years} 年",
        f"the {_ordinal(leaf.years)} anniversary of {of_en} {en}",
    )


def _trait(leaf: Trait, names: Names) -> Words:
    if leaf.name == "share_before_bp" and leaf.op in ("<", ">=") and isinstance(leaf.value, int):
        return _best_customers(leaf.op, leaf.value)
    kind = traits.BUILT_IN.get(leaf.name) or traits.named(leaf.name, names.categories)
    if kind.type == "flag":
        is_zh, is_en = ("是", "is") if leaf.value else ("不是", "is not")
        return f"{is_zh}「{kind.zh}」", f"“{kind.en}” {is_en} so"
    zh, en = OPS[leaf.op]
    if leaf.op in ("known", "unknown"):
        return f"「{kind.zh}」{zh}", f"“{kind.en}” {en}"
    if isinstance(leaf.value, tuple) and leaf.op != "between":
        values = [_trait_value(kind, value, names) for value in leaf.value]
        zh_list, en_list = "、".join(v[0] for v in values), ", ".join(v[1] for v in values)
        return f"「{kind.zh}」{zh} {zh_list}", f"“{kind.en}” {en} {en_list}"
    zh, en = _compared(leaf.op, leaf.value, lambda value: _trait_value(kind, value, names))
    return f"「{kind.zh}」{zh}", f"“{kind.en}” is {en}"


def _best_customers(op: str, share_bp: int) -> Words:
    share = f"{share_bp / 100:g}%"
    zh, en = (
        f"消费从高到低、合计带来 {share} 销售的客户",
        f"the best customers, who bring {share} of sales",
    )
    return (f"是{zh}", f"among {en}") if op == "<" else (f"不是{zh}", f"not among {en}")


def _trait_value(kind: TraitKind, value: Any, names: Names) -> Words:
    for choice in kind.choices:
        if choice.value == value:
            return choice.zh, choice.en
    if kind.type == "money":
        return _money(value)
    if kind.type == "days":
        return _days(value)
    if kind.type == "unit" or kind.name == "source_channels":
        name = (names.units if kind.type == "unit" else names.sources).get(value, value)
        return name, name
    return str(value), str(value)


def _compared(op: str, value: Any, say: Callable[[Any], Words]) -> Words:
    zh, en = OPS[op]
    if op == "between":
        (low_zh, low_en), (high_zh, high_en) = (say(end) for end in value)
        return f"{zh} {low_zh} 与 {high_zh} 之间", f"{en} {low_en} and {high_en}"
    said = say(value)
    return f"{zh} {said[0]}", f"{en} {said[1]}"


def _times(value: int) -> Words:
    return f"{value} 次", "once" if value == 1 else f"{value} times"


def _days(value: int) -> Words:
    return f"{value} 天", "1 day" if value == 1 else f"{value} days"


def _money(value: int) -> Words:
    return yuan(value), yuan(value)


def _pieces(value: int) -> Words:
    pieces = f"{Decimal(value) / 1000:f}"
    return f"{pieces} 件", "1 piece" if pieces == "1" else f"{pieces} pieces"


def _window(window: Window) -> Words:
    if window.last_days is not None:
        return f"近 {window.last_days} 天", f" in the last {counted(window.last_days, 'day')}"
    if window.from_ is not None and window.to is not None:
        return f"{window.from_} 至 {window.to} ", f" from {window.from_} to {window.to}"
    if window.from_ is not None:
        return f"{window.from_} 起", f" since {window.from_}"
    if window.to is not None:
        return f"截至 {window.to} ", f" before {window.to + timedelta(days=1)}"
    return "", ""


def _purchase_where(where: PurchaseWhere, names: Names) -> Words:
    zh, en = _where(EventWhere(where.category, where.sku, where.unit), names)
    if where.channel is not None:
        zh += f"经「{'、'.join(where.channel)}」"
        en += f" through {' or '.join(where.channel)}"
    return zh, en


def _where(where: EventWhere, names: Names) -> Words:
    zh, en = "", ""
    if where.unit is not None:
        units = [names.units.get(code, code) for code in where.unit]
        zh, en = f"在「{'、'.join(units)}」", f" at {' or '.join(units)}"
    if where.category is not None:
        categories = [names.categories.get(code, (code, code)) for code in where.category]
        zh += f"在「{'、'.join(name[0] for name in categories)}」"
        en = f" in {' or '.join(name[1] for name in categories)}{en}"
    if where.sku is not None:
        products = [names.products.get(sku, sku) for sku in where.sku]
        zh += f"就「{'、'.join(products)}」"
        en = f" of {' or '.join(products)}{en}"
    return zh, en


def _match(match: EventMatch, names: Names) -> Words:
    (zh, en), where = _of(EVENTS, match.type), _where(match.where, names)
    return f"{where[0]}{zh}", f"{en}{where[1]}"


def _of(words: dict[str, Words], code: str) -> Words:
    return words.get(code, (code, code))
