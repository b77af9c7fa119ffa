"""Why these identifiers are one customer, in sentences for people."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from huitou.identity.types import Identifier, Merging, Move
from huitou.profile.types import Evidence

_KINDS = {
    "phone": ("手机号", "phone"),
    "card": ("会员卡", "card"),
    "unionid": ("微信 unionid", "WeChat unionid"),
    "openid": ("微信 openid", "WeChat openid"),
    "external_userid": ("企业微信外部联系人", "WeCom contact"),
    "ouid": ("电商买家号", "marketplace buyer"),
    "email": ("邮箱", "e-mail"),
}
_GRADES = {
    "A": ("可独立认定", "identifies by itself"),
    "B": ("在其范围内认定", "identifies inside its scope"),
    "C": ("仅为线索：未经验证，不会单独合并客户", "a hint: typed, joins nobody by itself"),
}
_QUARANTINES = {
    "shared_phone": ("被多位客户使用，已停用", "used by several customers, so it is not used"),
    "store_phone": ("是门店或员工的号码，已停用", "belongs to a store or staff, so it is not used"),
    "conflict_unionid": (
        "会把两个不同的微信账号连在一起，已停用",
        "would join two WeChat accounts, so it is not used",
    ),
    "recycled_phone": (
        "沉寂很久后由另一位客户验证，可能已换主，已停用",
        "verified by somebody else after a long silence, so it is not used",
    ),
}


def evidence_of(
    identifiers: Sequence[Identifier],
    mergings: Sequence[Merging],
    moves: Sequence[Move],
    ordinals: Mapping[UUID, int],
    source_titles: Mapping[str, str],
) -> list[Evidence]:
    """Sentences for links, merges and moves, oldest first. Identifiers appear masked."""
    by_id = {identifier.id: identifier for identifier in identifiers}
    lines = [
        *(_link(identifier, source_titles) for identifier in identifiers),
        *(_merge(merging, by_id, ordinals, source_titles) for merging in mergings),
        *(_move(move, by_id, ordinals) for move in moves),
    ]
    return sorted(lines, key=lambda line: (line.at, line.kind, line.id))


def _link(identifier: Identifier, titles: Mapping[str, str]) -> Evidence:
    zh, en = _named(identifier)
    grade_zh, grade_en = _GRADES[identifier.grade]
    if identifier.quarantine is not None:
        grade_zh, grade_en = _QUARANTINES[identifier.quarantine]
    proved_zh = "，已验证" if identifier.is_verified else ""
    proved_en = ", verified" if identifier.is_verified else ""
    source = titles.get(identifier.source, identifier.source)
    at = f"（事件 #{identifier.position}）" if identifier.position else ""
    at_en = f" (event #{identifier.position})" if identifier.position else ""
    return Evidence(
        "link",
        f"link:{identifier.id}",
        identifier.linked_at,
        identifier.position,
        False,
        False,
        f"{zh}来自「{source}」{at}{proved_zh}，{grade_zh}",
        f"{en} came from {source}{at_en}{proved_en}; {grade_en}",
    )


def _merge(
    merging: Merging,
    by_id: Mapping[int, Identifier],
    ordinals: Mapping[UUID, int],
    titles: Mapping[str, str],
) -> Evidence:
    winner, loser = ordinals[merging.winner_id], ordinals[merging.loser_id]
    if merging.reason == "by_hand":
        zh, en = "由员工手动合并", "merged by hand"
    else:
        names = [_named(by_id[each]) for each in merging.identifier_ids if each in by_id]
        seen_zh = "与".join(name for name, _ in names) or "已删除的标识"
        seen_en = " and ".join(name for _, name in names) or "erased identifiers"
        source = merging.evidence.get("source", "")
        source = titles.get(source, source)
        if merging.reason == "phone_verified":
            zh = f"「{source}」的事件 #{merging.position} 验证了此前手工录入的{seen_zh}"
            en = f"event #{merging.position} of {source} verified what was typed before: {seen_en}"
        else:
            zh = f"{seen_zh}同时出现在「{source}」的事件 #{merging.position} 中"
            en = f"{seen_en} appeared together in event #{merging.position} of {source}"
    undone = merging.undone_at is not None
    return Evidence(
        "merge",
        str(merging.id),
        merging.at,
        merging.position,
        undone,
        not undone,
        f"客户 {loser} 并入客户 {winner}：{zh}" + ("（已撤销）" if undone else ""),
        f"Customer {loser} went into customer {winner}: {en}" + (" (undone)" if undone else ""),
    )


def _move(move: Move, by_id: Mapping[int, Identifier], ordinals: Mapping[UUID, int]) -> Evidence:
    known = by_id.get(move.identifier_id)
    zh, en = _named(known) if known else ("一个标识", "an identifier")
    one, other = ordinals[move.from_id], ordinals[move.to_id]
    if move.reason == "split":
        why_zh, why_en = "由员工拆分", "split by hand"
    else:
        why_zh = "后者验证了该号码，前者只是录入过"
        why_en = "the latter verified it, the former had only given it"
    return Evidence(
        "move",
        f"move:{move.identifier_id}:{move.to_id}",
        move.at,
        move.position,
        False,
        False,
        f"{zh}从客户 {one} 转到客户 {other}：{why_zh}，未合并客户",
        f"{en} went from customer {one} to customer {other} without a merge: {why_en}",
    )


def _named(identifier: Identifier) -> tuple[str, str]:
    zh, en = _KINDS.get(identifier.kind, (identifier.kind, identifier.kind))
    return f"{zh} {identifier.value.masked}", f"{en} {identifier.value.masked}"
