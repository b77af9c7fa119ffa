"""Price random baskets with django-oscar itself and with its profile, and say where they differ.

    uv run --no-project --python 3.11 --with django-oscar==4.2.1 --with sorl-thumbnail \\
        python tools/compare_with_oscar.py --count 500 --seed 7

Needs an environment of its own: Oscar is no dependency of ours. A basket in memory, four applications of an
offer at most (some would go on to Oscar's limit of 10,000). Equal means: the same offers applied, the same pieces used up on each line,
and the same discount on each line: to the cent, or with percentages, whose fractions of a cent Oscar keeps on lines, to a cent an offer.
"""

import argparse
import random
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import uuid4

import django
from django.conf import settings
from django.core.management import call_command
from django.db import transaction
from oscar import defaults

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "src"))

from huitou.offer.rules.profiles import oscar as profile
from huitou.offer.types.profiles import oscar as own

PRODUCTS = "ABCDE"
CONTRIB = ("auth", "contenttypes", "sites", "flatpages")
APPS = (
    "analytics checkout address shipping catalogue communication partner basket payment offer order"
    " customer search voucher wishlists"
).split()
KINDS = {
    own.CountCondition: "Count",
    own.ValueCondition: "Value",
    own.CoverageCondition: "Coverage",
    own.PercentageBenefit: "Percentage",
    own.AbsoluteBenefit: "Absolute",
    own.FixedUnitBenefit: "Fixed",
    own.FixedPriceBenefit: "Fixed price",
    own.MultibuyBenefit: "Multibuy",
}
Lines = tuple[own.Line, ...]
Offers = tuple[own.Offer, ...]


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--count", type=int, default=500)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    oscar = Oscar()
    chance = random.Random(asked.seed)
    differing = discounted = 0
    for _ in range(asked.count):
        lines, offers = some_lines(chance), some_offers(chance)
        priced = profile.price(own.Basket(lines), offers, own.Context(datetime.now(UTC)))
        theirs, applied = oscar.price(lines, offers)
        percentages = any(isinstance(o.benefit, own.PercentageBenefit) for o in offers)
        tolerance = Decimal(len(offers)) if percentages else Decimal(0)
        is_equal = applied == set(priced.applied) and all(
            line.units_used == used and abs(line.discount - discount) <= tolerance
            for line, (discount, used) in zip(priced.lines, theirs, strict=True)
        )
        discounted += priced.discount > 0
        if not is_equal:
            differing += 1
            print(lines, offers, priced, theirs, applied, sep="\n", end="\n\n")
    print(f"baskets {asked.count}, with a discount {discounted}, differing {differing}")
    sys.exit(1 if differing else 0)


def some_lines(chance: random.Random) -> Lines:
    return tuple(
        own.Line(
            name,
            chance.randint(1, 4),
            chance.choice([0, 100, 237, 500, 1000, 2000, chance.randint(1, 3000)]),
            chance.random() < 0.9,
        )
        for name in chance.sample(PRODUCTS, chance.randint(1, 4))
    )


def some_offers(chance: random.Random) -> Offers:
    return tuple(
        own.Offer(
            name=f"offer {number}",
            condition=some_condition(chance),
            benefit=some_benefit(chance),
            priority=chance.randint(0, 2),
            is_exclusive=chance.random() < 0.5,
            combinations=frozenset(
                f"offer {other}" for other in range(number) if chance.random() < 0.15
            ),
            max_basket_applications=chance.randint(1, 4),
        )
        for number in range(chance.randint(1, 3))
    )


def some_range(chance: random.Random) -> own.Range:
    if chance.random() < 0.5:
        return None
    return frozenset(chance.sample(PRODUCTS, chance.randint(1, 3)))


def some_condition(chance: random.Random) -> own.Condition:
    kind = chance.choice([own.CountCondition, own.ValueCondition, own.CoverageCondition])
    value = chance.randint(1, 4000) if kind is own.ValueCondition else chance.randint(1, 4)
    return kind(value, some_range(chance))


def some_benefit(chance: random.Random) -> own.Benefit:
    kind = chance.choice(
        [
            own.PercentageBenefit,
            own.AbsoluteBenefit,
            own.FixedUnitBenefit,
            own.FixedPriceBenefit,
            own.MultibuyBenefit,
        ]
    )
    limit = chance.choice([None, None, 1, 2])
    if kind is own.PercentageBenefit:
        percent = Decimal(chance.choice(["3", "5", "20", "33.33", "100"]))
        return own.PercentageBenefit(percent, limit, some_range(chance))
    if kind is own.FixedPriceBenefit:
        return own.FixedPriceBenefit(chance.randint(1, 2500))
    if kind is own.MultibuyBenefit:
        return own.MultibuyBenefit(some_range(chance))
    return kind(chance.randint(1, 4000), limit, some_range(chance))


class Oscar:
    """django-oscar with a database in memory, and the products A to E, each once discountable and once not."""

    def __init__(self) -> None:
        known = {name: getattr(defaults, name) for name in dir(defaults) if name.isupper()}
        settings.configure(
            **known,
            SECRET_KEY=str(uuid4()),
            DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}},
            USE_TZ=True,
            MIGRATION_MODULES=dict.fromkeys([*CONTRIB, *APPS, "reviews"]),
            DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
            HAYSTACK_CONNECTIONS={
                "default": {"ENGINE": "haystack.backends.simple_backend.SimpleEngine"}
            },
            INSTALLED_APPS=[
                *(f"django.contrib.{name}" for name in CONTRIB),
                *(f"oscar.apps.{name}.apps.{name.title()}Config" for name in APPS),
                "oscar.apps.catalogue.reviews.apps.CatalogueReviewsConfig",
                "oscar",
                "haystack",
                "treebeard",
            ],
        )
        django.setup()
        call_command("migrate", verbosity=0, run_syncdb=True)
        from oscar.apps.basket.models import Line
        from oscar.apps.offer import models
        from oscar.apps.offer.applicator import Applicator
        from oscar.apps.partner.strategy import Default
        from oscar.test import factories

        self.line, self.models, self.applicator = Line, models, Applicator
        self.strategy, self.factories = Default, factories
        self.products = {
            (name, flag): factories.create_product(title=f"{name} {flag}", is_discountable=flag)
            for name in PRODUCTS
            for flag in (True, False)
        }

    def price(self, lines: Lines, offers: Offers) -> tuple[list[tuple[Decimal, int]], set[str]]:
        """(discount in cents, pieces used) of each line, and the offers that took something off."""
        with transaction.atomic():
            basket = self.factories.create_basket(empty=True)
            for number, line in enumerate(lines):
                self._add(basket, number, line)
            basket.strategy = self.strategy()
            basket.reset_offer_applications()
            made = {offer.name: self._offer(offer) for offer in offers}
            for offer in offers:
                made[offer.name].combinations.set([made[name] for name in offer.combinations])
            ranked = sorted(made.values(), key=lambda offer: (-offer.priority, offer.pk))
            self.applicator().apply_offers(basket, ranked)
            priced = [
                (min(line.discount_value * 100, own_line.unit_price * own_line.quantity), line)
                for line, own_line in zip(basket.all_lines(), lines, strict=True)
            ]
            found = [(Decimal(off), int(line.quantity_with_discount)) for off, line in priced]
            applied = {a["offer"].name for a in basket.offer_applications if a["discount"] > 0}
            transaction.set_rollback(True)
        return found, applied

    def _add(self, basket: Any, number: int, line: own.Line) -> None:
        product = self.products[line.product, line.is_discountable]
        price = Decimal(line.unit_price) / 100
        record = self.factories.create_stockrecord(
            product, price=price, num_in_stock=1000, partner_sku=f"sku {number}"
        )
        self.line.objects.create(
            basket=basket,
            line_reference=str(number),
            product=product,
            stockrecord=record,
            quantity=line.quantity,
            price_currency="GBP",
            price_excl_tax=price,
            price_incl_tax=price,
        )

    def _offer(self, offer: own.Offer) -> Any:
        models, condition, benefit = self.models, offer.condition, offer.benefit
        is_value = isinstance(condition, own.ValueCondition)
        value = getattr(benefit, "value", None)
        if value is not None and not isinstance(benefit, own.PercentageBenefit):
            value = Decimal(value) / 100
        return models.ConditionalOffer.objects.create(
            name=offer.name,
            offer_type="Site",
            priority=offer.priority,
            exclusive=offer.is_exclusive,
            max_basket_applications=offer.max_basket_applications,
            condition=models.Condition.objects.create(
                type=KINDS[type(condition)],
                range=self._range(condition.range, f"of the condition of {offer.name}"),
                value=Decimal(condition.value) / (100 if is_value else 1),
            ),
            benefit=models.Benefit.objects.create(
                type=KINDS[type(benefit)],
                range=self._range(getattr(benefit, "range", None), f"of {offer.name}"),
                value=value,
                max_affected_items=getattr(benefit, "max_affected_items", None),
            ),
        )

    def _range(self, names: Sequence[str] | frozenset[str] | None, name: str) -> Any:
        made = self.models.Range.objects.create(name=name, includes_all_products=names is None)
        for product in names or ():
            for flag in (True, False):
                made.add_product(self.products[product, flag])
        return made


if __name__ == "__main__":
    main()
