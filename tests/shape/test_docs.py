"""The project's documents say what the code says: every name an outsider meets is explained."""

import re
from pathlib import Path

import msgspec
import pytest

from huitou.auditing.words import VERBS
from huitou.event.rules import KINDS, REGISTRY, SCOPED_KINDS, UNSCOPED_KINDS
from huitou.event.types import REJECTIONS
from huitou.merchant.rules import PERMISSIONS, SETTINGS, permissions_of
from huitou.merchant.types import ROLES
from huitou.wiring import CHANNELS, ROOMS

ROOT = Path(__file__).parents[2]
DOCUMENTS = (
    *sorted(ROOT.glob("*.md")),
    *sorted((ROOT / "docs").rglob("*.md")),
)
LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
MAKE = re.compile(r"\bmake ([a-z][a-z-]*)")


def text_of(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def table(name: str, heading: str) -> list[list[str]]:
    """The cells of the first table under a heading, without its head."""
    lines = text_of(name).split(f"## {heading}\n", 1)[1].splitlines()
    rows: list[list[str]] = []
    for line in lines:
        if line.startswith("|"):
            rows.append([cell.strip() for cell in line.strip("|").split("|")])
        elif rows or line.startswith("#"):
            break
    assert len(rows) > 2, f"{name} has no table under {heading}"
    return rows[2:]


def code_of(cell: str) -> str:
    found = re.match(r"`([^`]+)`", cell)
    assert found, f"not a code: {cell}"
    return found.group(1)


def codes_in(cell: str) -> list[str]:
    return re.findall(r"`([^`]+)`", cell)


def test_the_rooms_are_told_in_their_order() -> None:
    assert tuple(code_of(row[0]) for row in table("ARCHITECTURE.md", "Rooms")) == ROOMS


def test_every_event_type_is_told_with_its_properties() -> None:
    told = {code_of(row[0]): codes_in(row[1]) for row in table("docs/events.md", "Event types")}
    known = {
        type_: [
            f"{field.encode_name}{'' if field.required else '?'}"
            for field in msgspec.structs.fields(model)
        ]
        for type_, model in REGISTRY.items()
    }
    assert told == {**known, "x.<name>": []}


def test_every_identifier_kind_is_told_with_its_scope() -> None:
    told = {code_of(row[0]): row[1] for row in table("docs/events.md", "Identifiers")}
    words = {
        kind: "required"
        if kind in SCOPED_KINDS
        else "not taken"
        if kind in UNSCOPED_KINDS
        else "optional"
        for kind in KINDS
    }
    assert told == words


def test_every_rejection_is_told_in_the_words_of_the_code() -> None:
    rows = table("docs/events.md", "Rejections")
    assert {code_of(row[0]): (row[1], row[2]) for row in rows} == REJECTIONS


def test_every_setting_is_told_with_its_default() -> None:
    told = {
        code_of(row[0]): (row[1], row[2], codes_in(row[3])[0])
        for row in table("docs/operating.md", "Settings")
    }
    assert told == {
        key: (kind.zh, kind.en, repr(kind.default).replace("'", '"'))
        for key, kind in SETTINGS.items()
    }


def test_every_permission_is_told_with_who_has_it() -> None:
    rows = table("docs/api.md", "Permissions")
    head = [role for role in ROLES if role != "headquarters"]
    told = {code_of(row[0]): [bool(cell) for cell in row[2:]] for row in rows}
    assert told == {
        permission: [permission in permissions_of(role) for role in head]
        for permission in PERMISSIONS
    }


def test_every_channel_is_told() -> None:
    told = [code_of(row[0]) for row in table("docs/rehearsed.md", "Channels")]
    assert told == list(CHANNELS)


def test_every_decision_is_short_and_whole() -> None:
    decisions = sorted((ROOT / "docs" / "decisions").glob("*.md"))
    numbers = [path.name[:4] for path in decisions]
    assert numbers == [f"{number:04d}" for number in range(1, len(numbers) + 1)]
    for path in decisions:
        text = path.read_text(encoding="utf-8")
        assert text.count("\n") <= 30, f"{path.name} is longer than 30 lines"
        for part in ("## Context", "## Decision", "## Consequences"):
            assert part in text, f"{path.name} lacks {part}"


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_links_lead_somewhere_and_targets_exist(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    for target in LINK.findall(text):
        if "://" not in target and not target.startswith("#"):
            assert (path.parent / target.split("#")[0]).exists(), f"{path.name} links to {target}"
    makefile = text_of("Makefile")
    targets = set(re.findall(r"^([a-z-]+):", makefile, re.MULTILINE))
    named = set(MAKE.findall("\n".join(re.findall(r"`[^`]+`|^    .*$", text, re.MULTILINE))))
    assert named <= targets, f"{path.name} names {named - targets}"


def test_the_audit_log_says_what_was_done_in_words() -> None:
    """Every verb that the code writes; of those made of a state, at least one."""
    sources = [path.read_text(encoding="utf-8") for path in (ROOT / "src/huitou").rglob("*.py")]
    call = re.compile(r'\baudit\(\s*\w+,\s*f?"([\w.{}]+)"')
    written = {verb for source in sources for verb in call.findall(source)}
    assert len(written) > 80
    for verb in sorted(written):
        start = verb.split("{")[0]
        is_said = any(one.startswith(start) for one in VERBS) if "{" in verb else verb in VERBS
        assert is_said, f"{verb} has no word"


def test_every_listed_make_target_is_in_contributing() -> None:
    listed = set(re.findall(r"^([a-z-]+):.*## ", text_of("Makefile"), re.MULTILINE))
    named = set(MAKE.findall(text_of("CONTRIBUTING.md")))
    assert listed - named == {"help"}


def test_paths_in_the_guides_exist() -> None:
    """Whatever looks like a path of ours in ARCHITECTURE and CONTRIBUTING is there."""
    for name in ("ARCHITECTURE.md", "CONTRIBUTING.md"):
        for code in re.findall(
            r"`((?:src|tests|docs|console|tools|requirements)/[^`\s]*)`", text_of(name)
        ):
            if not re.search(r"[<>*{]|NNNN", code):
                assert (ROOT / code).exists(), f"{name} names {code}"
