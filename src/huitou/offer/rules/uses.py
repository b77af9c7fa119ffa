"""What a priced order takes of offers, and who bears it. Pure."""

from collections.abc import Mapping
from uuid import UUID

from huitou.kernel.money import split
from huitou.offer.rules.reasons import is_used
from huitou.offer.rules.telling import cost_fen
from huitou.offer.types.carts import PriceProof, Rules, Step
from huitou.offer.types.documents import Activity, Bundle, BuyGet
from huitou.offer.types.offers import Party
from huitou.offer.types.orders import Funded, Use


def uses_of(proof: PriceProof, rules: Rules, versions: Mapping[str, int]) -> list[Use]:
    """One for each offer that did something, by id; what has no version (a tier's price) is no offer."""
    terms = {offer.id: offer.terms for offer in rules.offers}
    used = {step.id: step for step in proof.steps if step.id in versions and is_used(step)}
    return [
        Use(UUID(id_), versions[id_], _pieces(step, terms[id_]), cost_fen([step]))
        for id_, step in sorted(used.items())
    ]


def funded(cost: int, shares: Mapping[Party, int]) -> list[Funded]:
    """What each party bears: by share, largest remainder; sums to `cost`."""
    parts = split(cost, list(shares.values()))
    return [Funded(party, fen) for party, fen in zip(shares, parts, strict=True)]


def _pieces(step: Step, terms: object) -> int:
    if isinstance(terms, Activity):
        return 0
    if isinstance(terms, BuyGet):
        return step.times * (terms.buy + terms.get)
    return step.times * (terms.count if isinstance(terms, Bundle) else 1)
