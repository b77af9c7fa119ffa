"""What makes an event acceptable. Pure: no database, `now` is given."""

import re
from datetime import datetime, timedelta
from typing import Any

import msgspec
import phonenumbers

from huitou.event.types import (
    EVENTS_MAX,
    OWN_SOURCE,
    REJECTIONS,
    Accepted,
    BadBody,
    Batch,
    BatchSize,
    CartAdded,
    ConsentChanged,
    ContactAdded,
    ContactRemoved,
    Decoded,
    EventIn,
    IdentifierIn,
    LinkOpened,
    Method,
    OrderPaid,
    OrderRefunded,
    OrderReviewed,
    ProductSeen,
    Rejected,
    Strict,
)

AHEAD_MAX = timedelta(minutes=5)
BEHIND_MAX = timedelta(days=3653)

REGISTRY: dict[str, type[Strict]] = {
    "order.paid": OrderPaid,
    "order.refunded": OrderRefunded,
    "order.reviewed": OrderReviewed,
    "product.viewed": ProductSeen,
    "cart.added": CartAdded,
    "link.opened": LinkOpened,
    "contact.added": ContactAdded,
    "contact.removed": ContactRemoved,
    "member.joined": Method,
    "identity.bound": Method,
    "consent.given": ConsentChanged,
    "consent.withdrawn": ConsentChanged,
    "visit.checked_in": Method,
}
"""Version 1 of every type an outsider may send; `x.<name>` is free and flat beside them."""

SCOPED_KINDS = frozenset({"openid", "external_userid", "ouid", "card"})
UNSCOPED_KINDS = frozenset({"phone", "email"})
KINDS = SCOPED_KINDS | UNSCOPED_KINDS | {"unionid"}

_OWN_TYPE = re.compile(r"x\.[a-z0-9_]{1,48}")
_PROPERTY = re.compile(r"[a-z0-9_]{1,48}")
_CHINESE_MOBILE = re.compile(r"(?:\+?86[- ]?)?(1[3-9]\d{9})")
_EMAIL = re.compile(r"[^@\s]{1,64}@[^@\s]{1,190}\.[A-Za-z]{2,}")
_PERSONAL_VALUE = re.compile(
    r"(?<!\d)(?:\+?86[- ]?)?1[3-9]\d[- ]?\d{4}[- ]?\d{4}(?!\d)"
    r"|[^@\s]+@[^@\s]+\.[A-Za-z]{2,}"
    r"|(?<!\d)[1-9]\d{5}(?:19|20)\d{2}(?:0[1-9]|1[0-2])(?:[0-2]\d|3[01])\d{3}[\dXx](?!\d)"
)
_PERSONAL_NAME = re.compile(
    r"(?:^|_)(?:phone|mobile|tel|email|openid|unionid|id_?card|real_?name|full_?name|address)(?:$|_)"
)
_NUL = re.compile(r"(?<!\\)(?:\\\\)*\\u0000")
_FREE_MAX = 50
_FREE_TEXT_MAX = 500

_batch = msgspec.json.Decoder(Batch)
_event = msgspec.json.Decoder(EventIn)
_canonical = msgspec.json.Encoder(order="deterministic")


class _Fault(Exception):
    """An event's fault, by its code."""

    def __init__(self, code: str, **params: object) -> None:
        super().__init__(code)
        self.code = code
        self.params = params


def decode(body: bytes, now: datetime, language: str = "zh") -> Decoded:
    """Read a request's body: refuses the body as a whole, or rejects single events."""
    try:
        raw = _batch.decode(body).events
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise BadBody(reason=str(error)) from error
    if not 1 <= len(raw) <= EVENTS_MAX:
        raise BatchSize()
    accepted: list[Accepted] = []
    rejected: list[Rejected] = []
    for index, item in enumerate(raw):
        try:
            accepted.append(checked(index, _decoded(item), now))
        except _Fault as fault:
            rejected.append(rejection(index, fault.code, language, **fault.params))
    return Decoded(accepted, rejected, language)


def check_events(events: list[EventIn], now: datetime, language: str = "zh") -> Decoded:
    """The same checks for events that were built, not parsed (imports, callbacks)."""
    accepted: list[Accepted] = []
    rejected: list[Rejected] = []
    for index, event in enumerate(events):
        try:
            accepted.append(checked(index, event, now))
        except _Fault as fault:
            rejected.append(rejection(index, fault.code, language, **fault.params))
    return Decoded(accepted, rejected, language)


def rejection(index: int, code: str, language: str, **params: object) -> Rejected:
    """A rejection with its sentence."""
    zh, en = REJECTIONS[code]
    return Rejected(index, code, (en if language.startswith("en") else zh).format(**params))


def checked(index: int, event: EventIn, now: datetime) -> Accepted:
    """Everything that can be checked without the database."""
    if event.source == OWN_SOURCE:
        raise _Fault("event.reserved_source")
    _check_time(event.occurred_at, now)
    if event.type.startswith("order.") and event.unit is None:
        raise _Fault("event.unit_required")
    properties = _checked_properties(event)
    identifiers = [_checked_identifier(identifier) for identifier in event.identifiers]
    clean = msgspec.structs.replace(event, properties=properties, identifiers=identifiers)
    canonical = _canonical.encode(clean).decode()
    if "\\u0000" in canonical and _NUL.search(canonical):
        raise _Fault("event.malformed", reason="NUL in a text")
    return Accepted(index, clean, canonical)


def normalise(kind: str, value: str) -> str | None:
    """The one way to write an identifier's value, or None when it cannot be one."""
    text = value.strip()
    if kind == "phone":
        return _normal_phone(text)
    if kind == "email":
        return text.lower() if _EMAIL.fullmatch(text) else None
    return text or None


def blind_text(kind: str, scope: str | None, value: str) -> str:
    """What is hashed to compare identifiers: kind, scope and normalised value."""
    return f"{kind}|{scope or ''}|{value}"


def tail_of(kind: str, value: str) -> str | None:
    """The last four characters by which people look up a phone or a card."""
    return value[-4:] if kind in {"phone", "card"} and len(value) > 4 else None


def _decoded(item: msgspec.Raw) -> EventIn:
    try:
        return _event.decode(item)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise _Fault("event.malformed", reason=str(error)) from error


def _check_time(occurred_at: datetime, now: datetime) -> None:
    if occurred_at > now + AHEAD_MAX:
        raise _Fault("event.in_future")
    if occurred_at < now - BEHIND_MAX:
        raise _Fault("event.too_old")


def _checked_properties(event: EventIn) -> dict[str, Any]:
    if _OWN_TYPE.fullmatch(event.type):
        _check_free(event.properties)
        return event.properties
    model = REGISTRY.get(event.type)
    if model is None:
        raise _Fault("event.unknown_type", type=event.type)
    try:
        parsed = msgspec.convert(event.properties, model)
    except msgspec.ValidationError as error:
        raise _Fault("event.bad_properties", reason=str(error)) from error
    if isinstance(parsed, OrderPaid):
        _check_lines([line.line_no for line in parsed.lines])
        if sum(line.paid_fen for line in parsed.lines) + parsed.shipping_fen != parsed.paid_fen:
            raise _Fault("event.lines_do_not_sum")
    elif isinstance(parsed, OrderRefunded):
        _check_lines([line.line_no for line in parsed.lines])
        if sum(line.refund_fen for line in parsed.lines) + parsed.shipping_fen != parsed.refund_fen:
            raise _Fault("event.lines_do_not_sum")
    plain: dict[str, Any] = msgspec.to_builtins(parsed)
    for name in ("state", "proof", "link", "staff"):
        if name in plain:
            _check_not_personal(name, plain[name])
    return plain


def _check_lines(numbers: list[int]) -> None:
    if len(set(numbers)) != len(numbers):
        raise _Fault("event.line_repeated")


def _check_free(properties: dict[str, Any]) -> None:
    if len(properties) > _FREE_MAX:
        raise _Fault("event.bad_properties", reason=f"more than {_FREE_MAX} properties")
    for name, value in properties.items():
        if not _PROPERTY.fullmatch(name):
            raise _Fault("event.bad_properties", reason=f"the name `{name[:48]}`")
        if not isinstance(value, str | int | float | bool | None):
            raise _Fault("event.bad_properties", reason=f"`{name}` is not flat")
        if isinstance(value, str) and len(value) > _FREE_TEXT_MAX:
            raise _Fault("event.bad_properties", reason=f"`{name}` is too long")
        if _PERSONAL_NAME.search(name) and isinstance(value, str) and value:
            raise _Fault("event.personal_value", field=name)
        _check_not_personal(name, value)


def _check_not_personal(name: str, value: Any) -> None:
    text = str(value) if isinstance(value, str | int) and not isinstance(value, bool) else ""
    if _PERSONAL_VALUE.search(text):
        raise _Fault("event.personal_value", field=name)


def _checked_identifier(identifier: IdentifierIn) -> IdentifierIn:
    kind = identifier.kind
    if kind not in KINDS:
        raise _Fault("event.unknown_identifier", kind=kind)
    if kind in SCOPED_KINDS and not identifier.scope:
        raise _Fault("event.scope_required", kind=kind)
    if kind in UNSCOPED_KINDS and identifier.scope:
        raise _Fault("event.scope_not_taken", kind=kind)
    value = normalise(kind, identifier.value)
    if value is None:
        raise _Fault("event.bad_identifier", kind=kind)
    return msgspec.structs.replace(identifier, value=value)


def _normal_phone(text: str) -> str | None:
    mobile = _CHINESE_MOBILE.fullmatch(text)
    if mobile:
        return f"+86{mobile.group(1)}"
    try:
        number = phonenumbers.parse(text, "CN")
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_possible_number(number):
        return None
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
