"""What is one step away from a cart."""

from huitou.base.db import ReadTx
from huitou.catalog import reads as catalog
from huitou.offer.reads.carts import Wanted, answer, ask
from huitou.offer.reads.usable import usable
from huitou.offer.rules import suggesting as rules
from huitou.offer.rules.choosing import solve
from huitou.offer.rules.reasons import reasons
from huitou.offer.rules.solving import Clock
from huitou.offer.types.answers import Priced
from huitou.offer.types.carts import UNITS_MAX, Best, CartLine
from huitou.offer.types.contexts import Asked, Reason, Usable
from huitou.offer.types.suggestions import Suggested, Suggestion

NEAR_MAX = 5
"""Thresholds that are looked at, the nearest first."""
PRODUCTS_MAX = 2
PIECES_MAX = 5


def suggest(tx: ReadTx, wanted: Wanted, *, clock: Clock, budget_ms: int) -> Suggested:
    """What a little more would bring, with the cheapest products that get there: thresholds that are not
    reached and next tiers, each worked out by the solver with the product in the cart.

    Half the budget is for the cart itself, the rest for what is tried. Refuses as `carts.best`.
    """
    asked = ask(tx, wanted)
    found = usable(tx, asked)
    solved, why = solve(asked.cart, found, clock, max(1, budget_ms // 2))
    more = _away(tx, asked, found, solved, why, clock, max(1, budget_ms // 2))
    return Suggested(solved.proof.payable_fen, more)


def best_and_more(
    tx: ReadTx, wanted: Wanted, *, clock: Clock, budget_ms: int
) -> tuple[Priced, list[Suggestion]]:
    """The cheapest way to buy it, and what is one step away, from one look at what may be used. Refuses as
    `carts.best`."""
    asked = ask(tx, wanted)
    found = usable(tx, asked)
    solved, why = solve(asked.cart, found, clock, max(1, budget_ms // 2))
    more = _away(tx, asked, found, solved, why, clock, max(1, budget_ms // 2))
    return answer(tx, asked, found, solved.proof, solved, (), why), more


def _away(
    tx: ReadTx,
    asked: Asked,
    found: Usable,
    solved: Best,
    why: dict[str, Reason],
    clock: Clock,
    budget_ms: int,
) -> list[Suggestion]:
    told = reasons(
        asked.cart,
        found.rules,
        solved.proof,
        found.known,
        refused=(),
        proven=solved.proven,
    )
    near = rules.away(found.rules, solved.proof, {**told, **why})[:NEAR_MAX]
    each_ms = max(1, budget_ms // (NEAR_MAX * PRODUCTS_MAX))
    best: dict[str, Suggestion] = {}
    for threshold in near:
        for product in catalog.cheapest_reaching(
            tx,
            threshold.short_fen or 1,
            skus=threshold.goods.skus,
            categories=threshold.goods.categories,
            except_skus=threshold.goods.except_skus,
            count_max=PRODUCTS_MAX,
        ):
            assert product.price_fen, "it has a price"
            pieces = threshold.short_pieces or -(-(threshold.short_fen or 1) // product.price_fen)
            if pieces > min(PIECES_MAX, UNITS_MAX - len(solved.proof.units)):
                continue
            line = CartLine(1, product.sku, product.category_code, pieces, product.price_fen)
            more, _ = solve(rules.with_more(asked.cart, line), found, clock, each_ms)
            name = found.known[threshold.id].name
            said = rules.suggestion(threshold, name, line, product.name, solved.proof, more.proof)
            if said and (said.id not in best or said.more_fen < best[said.id].more_fen):
                best[said.id] = said
    return sorted(best.values(), key=lambda said: (-said.saves_fen, said.more_fen, said.id))
