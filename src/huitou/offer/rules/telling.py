"""What a proof says, in words and by line. Pure."""

from collections import defaultdict
from collections.abc import Mapping, Sequence

from huitou.kernel.words import counted, money_en, money_zh
from huitou.offer.types.answers import PaidLine, Share, ShownStep, Unused
from huitou.offer.types.carts import PriceProof, Step
from huitou.offer.types.contexts import Instrument, Reason


def lines_of(proof: PriceProof) -> list[PaidLine]:
    """What is paid line by line, by number."""
    by_line = defaultdict(list)
    for unit in proof.units:
        by_line[unit.line_no].append(unit)
    return [
        PaidLine(
            line_no=line_no,
            sku=units[0].sku,
            quantity=len(units),
            list_fen=sum(unit.list_fen for unit in units),
            paid_fen=sum(unit.paid_fen for unit in units),
            by_piece=[unit.paid_fen for unit in units],
        )
        for line_no, units in sorted(by_line.items())
    ]


def steps_of(
    proof: PriceProof, known: Mapping[str, Instrument], names: Mapping[str, str]
) -> list[ShownStep]:
    """Each step in words; `names` are those of gifts by SKU."""
    return [_shown(proof, step, known[step.id].name, names) for step in proof.steps]


def unused_of(reasons: Mapping[str, Reason], known: Mapping[str, Instrument]) -> list[Unused]:
    """Why instruments are not used, in the order they are known."""
    return [
        Unused(
            id=id_,
            about=about,
            code=reason.code,
            zh=reason.zh,
            en=reason.en,
            short_fen=reason.short_fen,
            short_pieces=reason.short_pieces,
            by=list(reason.by),
        )
        for id_, about in known.items()
        if (reason := reasons.get(id_)) is not None
    ]


def cost_fen(steps: Sequence[Step]) -> int:
    """What steps of one instrument took off, with their gifts' worth."""
    return sum(
        step.off_fen + step.shipping_off_fen + sum(g.count * g.worth_fen for g in step.gifts)
        for step in steps
    )


def _shown(proof: PriceProof, step: Step, name: str, names: Mapping[str, str]) -> ShownStep:
    by_line: dict[int, int] = defaultdict(int)
    for u, off in step.by_unit:
        by_line[proof.units[u].line_no] += off
    zh, en = _words(step, names)
    return ShownStep(
        kind=step.kind,
        id=step.id,
        name=name,
        zh=f"{name}：{zh}",
        en=f"{name}: {en}",
        base=step.base,
        times=step.times,
        off_fen=step.off_fen,
        shipping_off_fen=step.shipping_off_fen,
        by_line=[Share(line_no, off) for line_no, off in sorted(by_line.items())],
        gifts=list(step.gifts),
    )


def _words(step: Step, names: Mapping[str, str]) -> tuple[str, str]:
    told: list[tuple[str, str]] = []
    if step.off_fen:
        zh, en = money_zh(step.off_fen), money_en(step.off_fen)
        if step.kind == "price" and step.times > 1:
            told.append((f"{step.times} 件共减 {zh}", f"{en} off {counted(step.times, 'piece')}"))
        else:
            told.append((f"减 {zh}", f"{en} off"))
    if step.shipping_off_fen:
        fen = step.shipping_off_fen
        told.append((f"运费减 {money_zh(fen)}", f"{money_en(fen)} off the shipping"))
    for gift in step.gifts:
        gift_name = names.get(gift.sku, gift.sku)
        told.append((f"赠{gift_name} {gift.count} 件", f"{gift.count} {gift_name} as a gift"))
    if not told and step.times:
        told.append(("已达门槛", "reached"))
    if not told:
        return "未达门槛，没有优惠", "not reached, nothing off"
    return "，".join(zh for zh, _ in told), ", ".join(en for _, en in told)
