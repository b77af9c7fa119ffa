"""Lines in words: who, what, to what, and the values of the detail with their names."""

from collections.abc import Iterator, Sequence
from typing import Any

from huitou.auditing.names import Thing, names_of
from huitou.auditing.types import AuditShown, Fact, VerbShown
from huitou.auditing.words import BY, CODES, FACTS, GROUPS, SPOKEN, THINGS, VERBS
from huitou.base.db import ReadTx
from huitou.exports.fields import FIELDS
from huitou.kernel.money import yuan
from huitou.merchant.types import AuditLine

_ROOMS = {
    "channel": "channel",
    "coupon": "coupon",
    "grant": "grant",
    "offer": "offer",
    "points": "item",
    "setting": "setting",
}
"""What a subject without a kind is, by the first word of the verb."""
_ABOUT = {
    "associate_id": "staff",
    "campaign_id": "campaign",
    "customer_id": "customer",
    "other": "customer",
    "segment": "segment",
    "staff_id": "staff",
    "unit": "unit",
}
"""The facts that are ids, and of what."""
_LISTED = 6
"""So many of a list are said."""
_MONEY = frozenset({"principal", "bonus"})


def thing_of(line: AuditLine) -> Thing:
    """What a line is about; the id is empty where there is but one."""
    kind, colon, id_ = line.subject.partition(":")
    if colon:
        return ("suppression" if line.verb.startswith("reach.list_") else kind), id_
    if line.verb == "coupon.codes_fetched":
        return "coupon_codes", line.subject
    room = line.verb.partition(".")[0]
    if room in _ROOMS:
        return _ROOMS[room], line.subject.partition("/")[0]
    return line.subject, ""


def told(tx: ReadTx, lines: Sequence[AuditLine], *, is_english: bool) -> list[AuditShown]:
    """The lines in words, in the order given."""
    wanted = [thing for line in lines for thing in _things_in(line)]
    speaker = _Speaker(names_of(tx, wanted, is_english=is_english), is_english=is_english)
    return [speaker.tell(line) for line in lines]


def verbs(*, is_english: bool) -> list[VerbShown]:
    """Everything that can have been done, what is about the same thing together."""
    return [
        VerbShown(verb, text[is_english], group[is_english])
        for group, known in GROUPS.items()
        for verb, text in known.items()
    ]


def _things_in(line: AuditLine) -> Iterator[Thing]:
    yield thing_of(line)
    for principal in (line.principal, line.detail.get("asked_by"), line.detail.get("who")):
        kind, _, id_ = str(principal).partition(":")
        yield kind, id_
    for name, kind in _ABOUT.items():
        if isinstance(line.detail.get(name), str):
            yield kind, line.detail[name]


class _Speaker:
    """Says lines in a language, with the names of what they are about."""

    def __init__(self, names: dict[Thing, str], *, is_english: bool) -> None:
        self._names = names
        self._is_english = is_english

    def tell(self, line: AuditLine) -> AuditShown:
        kind, id_ = thing_of(line)
        return AuditShown(
            id=line.id,
            at=line.at,
            principal=line.principal,
            who=self._who(line.principal),
            verb=line.verb,
            did=self._word(VERBS, line.verb),
            subject=line.subject,
            kind=kind,
            thing=self._word(THINGS, kind),
            about=id_,
            name=self._name(kind, id_, line.detail),
            facts=sorted(self._facts(line.detail), key=lambda fact: fact.before is None),
            detail=line.detail,
        )

    def _name(self, kind: str, id_: str, detail: dict[str, Any]) -> str | None:
        if kind == "channel":
            return self._word(CODES, id_)
        known = detail.get("name")
        return self._names.get((kind, id_)) or (known if isinstance(known, str) else None)

    def _word(self, words: dict[str, tuple[str, str]], code: str) -> str:
        return words[code][self._is_english] if code in words else code

    def _who(self, principal: str) -> str:
        kind, _, id_ = principal.partition(":")
        word = BY.get(kind, BY["job"])[self._is_english]
        name = self._names.get((kind, id_))
        return f"{word} {name}" if name and kind == "key" else name or word

    def _facts(self, detail: dict[str, Any]) -> Iterator[Fact]:
        for key, value in detail.items():
            if key not in FACTS:
                continue
            if isinstance(value, dict):
                if value.keys() == {"before", "after"}:
                    before = self._said(key, value["before"], detail)
                    after = self._said(key, value["after"], detail)
                    yield Fact(self._word(FACTS, key), after or "–", before or "–")
                continue
            said = self._said(key, value, detail)
            if said:
                yield Fact(self._word(FACTS, key), said)

    def _said(self, key: str, value: Any, detail: dict[str, Any]) -> str:
        if value is None or value == "":
            return ""
        if isinstance(value, bool):
            return ("否", "是")[value] if not self._is_english else ("no", "yes")[value]
        if isinstance(value, list):
            return self._listed([self._said(key, each, detail) for each in value])
        if isinstance(value, int):
            is_money = key.endswith("_fen") or (key == "amount" and detail.get("asset") in _MONEY)
            return yuan(value) if is_money else f"{value:,}" if abs(value) > 9_999 else str(value)
        return self._worded(key, str(value))

    def _worded(self, key: str, text: str) -> str:
        if key in ("asked_by", "who"):
            return self._who(text)
        if key in _ABOUT:
            return self._names.get((_ABOUT[key], text), text)
        if key == "fields" and text in FIELDS:
            return FIELDS[text].en if self._is_english else FIELDS[text].zh
        if key == "verbs":
            return self._word(VERBS, text)
        if key == "month":
            return text[:7]
        return self._word(CODES, text) if key in SPOKEN else text

    def _listed(self, said: list[str]) -> str:
        text = (", " if self._is_english else "、").join(said[:_LISTED])
        more = len(said) - _LISTED
        if more <= 0:
            return text
        return f"{text} and {more} more" if self._is_english else f"{text} 等 {len(said)} 项"
