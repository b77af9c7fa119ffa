"""What an offer that is being written would do."""

from huitou.base.db import ReadTx
from huitou.offer.reads import offers
from huitou.offer.reads.carts import Wanted, answer, ask
from huitou.offer.rules.choosing import solve
from huitou.offer.rules.solving import Clock
from huitou.offer.types.answers import Priced
from huitou.offer.types.carts import Rules, UsableOffer
from huitou.offer.types.contexts import Instrument, Usable
from huitou.offer.types.offers import OfferDocument

DRAFT = "draft"
"""The id of the offer that is being written."""


def price(
    tx: ReadTx, document: OfferDocument, wanted: Wanted, *, clock: Clock, budget_ms: int
) -> Priced:
    """A cart with this offer alone, for one it is meant for and while it holds: what it does by itself.

    Refuses as `offers.check_document` and `carts.best`.
    """
    offers.check_document(tx, document)
    asked = ask(tx, wanted)
    [said] = offers.sentences_of(tx, [document])
    draft = UsableOffer(DRAFT, document.terms, document.tags, document.allows)
    found = Usable(
        Rules((draft,), groups=offers.groups(tx)),
        {DRAFT: Instrument("offer", document.name, said)},
        rejected={},
        versions={},
        budgets={},
    )
    solved, why = solve(asked.cart, found, clock, budget_ms)
    return answer(tx, asked, found, solved.proof, solved, (), why)
