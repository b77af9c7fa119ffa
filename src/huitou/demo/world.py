"""The demo brand as the outside world knows it: pure, seeded, and the same on every machine.

`World` makes what tills, mall, WeCom and marketplace would send, in the form of CONTRACT
(`POST /v1/events`), and knows the truth behind it. It does no network or database I/O: the loader
sends its history through the front door, the player its live events.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from huitou.demo.journal import (
    DAY_S,
    REPEATABLE,
    Moment,
    card_of,
    friend_of,
    moments_of,
    order_number,
    order_properties,
    phone_of,
    refund_properties,
)
from huitou.demo.people import (
    Household,
    Staff,
    Unit,
    make_households,
    make_staff,
    make_units,
    store_codes,
)
from huitou.demo.records import (
    DAY_COUNT,
    Basket,
    Product,
    baskets,
    demographics,
    products,
    redemptions,
)
from huitou.demo.scoring import key
from huitou.kernel.time import DEFAULT_ZONE

Event = dict[str, Any]
HELD_BACK_DAYS = 30


@dataclass(frozen=True, slots=True)
class World:
    """The brand, its people and everything that happens to them.

    History ends at the local midnight that begins `today`; the 30 days of data after it are held
    back and played live.
    """

    seed: int
    today: date
    zone: ZoneInfo
    units: tuple[Unit, ...]
    staff: tuple[Staff, ...]
    products: tuple[Product, ...]
    households: tuple[Household, ...]
    baskets: Mapping[int, Sequence[Basket]]
    """Household → its baskets in the order of time."""
    moments: Sequence[Moment]
    """Everything, in the order of time."""

    @classmethod
    def load(cls, *, seed: int, today: date, zone: str = DEFAULT_ZONE) -> "World":
        """Read the committed data and draw the rest from `seed` (about two seconds)."""
        own: dict[int, list[Basket]] = defaultdict(list)
        for basket in baskets():
            own[basket.household].append(basket)
        units, staff = make_units(seed), make_staff(seed)
        households = make_households(seed, _homes(own), demographics(), staff, days=DAY_COUNT)
        return cls(
            seed=seed,
            today=today,
            zone=ZoneInfo(zone),
            units=units,
            staff=staff,
            products=products(),
            households=households,
            baskets=own,
            moments=_moments(seed, households, own, units, staff),
        )

    @property
    def first_day(self) -> date:
        """The day the data begins on."""
        return self.today - timedelta(days=DAY_COUNT - HELD_BACK_DAYS)

    def history_events(self) -> Iterator[Event]:
        """CONTRACT events in the order of time, all before `today` began."""
        for moment in self.moments:
            if moment.at_s >= self._now_s:
                return
            event = self._event(moment, "")
            event["occurred_at"] = self.at(moment.at_s).isoformat()
            yield event

    def live_events(self, loop: int = 0) -> Iterator[tuple[Event, int]]:
        """The held-back days in order, as (event without `occurred_at`, household).

        Loop 0 is the first playing. Later loops have ids and order numbers of their own and leave
        out what happens only once: joining, binding, consent, refunds of orders before `today`.
        """
        for moment in self.moments:
            if moment.at_s < self._now_s or (loop and not self._is_repeatable(moment)):
                continue
            yield self._event(moment, f"-L{loop}" if loop else ""), moment.household

    def profiles(self) -> list[dict[str, Any]]:
        """The brand's own customer file, for the import; who joins later is not in it.

        Each has one strong identifier and, unverified, the phone; names travel here only, never in
        events. A household known by nothing at the time (till purchases only) is missing.
        """
        return [
            profile
            for household in self.households
            if (profile := self._profile(household)) is not None
        ]

    def truth(self) -> dict[str, int]:
        """Identifier key (`kind:value[@scope]`) → household, without shared phones."""
        shared = self.shared_keys()
        return {name: household for name, household in self._seen() if name not in shared}

    def shared_keys(self) -> set[str]:
        """Phones that are no one household's: the stores' own, and those of families."""
        numbers = [unit.phone for unit in self.units if unit.phone]
        numbers += [h.phone for h in self.households if h.phone and h.is_phone_shared]
        return {f"phone:{number}" for number in numbers}

    def at(self, at_s: int) -> datetime:
        """Local time of a moment in seconds since the data's first midnight."""
        return datetime.combine(self.first_day, time(), self.zone) + timedelta(seconds=at_s)

    @property
    def _now_s(self) -> int:
        return (DAY_COUNT - HELD_BACK_DAYS) * DAY_S

    def _is_repeatable(self, moment: Moment) -> bool:
        if moment.type == "order.refunded" and moment.basket is not None:
            return moment.basket.at_s >= self._now_s
        return moment.type in REPEATABLE

    def _event(self, moment: Moment, suffix: str) -> Event:
        return {
            "id": moment.id + suffix,
            "type": moment.type,
            "source": moment.source,
            "unit": moment.unit,
            "identifiers": [dict(identifier) for identifier in moment.identifiers],
            "properties": self._properties(moment, suffix),
        }

    def _properties(self, moment: Moment, suffix: str) -> dict[str, Any]:
        basket = moment.basket
        if basket is None:
            return dict(moment.properties or {})
        number = order_number(moment.source, moment.unit, basket) + suffix
        if moment.type == "order.refunded":
            return refund_properties(basket, number, moment.refunded)
        return order_properties(basket, number)

    def _profile(self, household: Household) -> dict[str, Any] | None:
        joined_on = household.joined_on(self.first_day)
        if household.card and household.card_day < DAY_COUNT - HELD_BACK_DAYS:
            known = [dict(card_of(household))]
        elif household.external_userid:
            known = [dict(friend_of(household)[0])]
        else:
            return None
        known += [dict(phone) for phone in phone_of(household, is_verified=False)]
        return {
            "identifiers": known,
            "name": household.name,
            "gender": household.gender,
            "birth_month": household.birth_month,
            "home_unit": household.home_unit,
            "associate": household.associate,
            "joined_on": joined_on.isoformat(),
            "traits": dict(household.traits),
        }

    def _seen(self) -> Iterator[tuple[str, int]]:
        for moment in self.moments:
            for identifier in moment.identifiers:
                yield key(identifier), moment.household


def _homes(baskets_of: Mapping[int, Sequence[Basket]]) -> dict[int, str]:
    """Household → the store it buys at most."""
    codes = store_codes()
    return {
        household: codes[Counter(basket.store for basket in own).most_common(1)[0][0]]
        for household, own in baskets_of.items()
    }


def _moments(
    seed: int,
    households: Sequence[Household],
    baskets_of: Mapping[int, Sequence[Basket]],
    units: Sequence[Unit],
    staff: Sequence[Staff],
) -> list[Moment]:
    userids = {person.code: person.wecom_userid for person in staff}
    phones = {unit.code: unit.phone for unit in units if unit.phone}
    stores = store_codes()
    redeemed: dict[int, dict[int, list[Mapping[str, str]]]] = defaultdict(lambda: defaultdict(list))
    for row in redemptions():
        coupon = {"campaign": f"C{row.campaign:02d}", "coupon": f"Q{row.coupon:04d}"}
        redeemed[row.household][row.day].append(coupon)
    moments = [
        moment
        for household in households
        for moment in moments_of(
            household,
            baskets_of[household.household],
            seed=seed,
            stores=stores,
            store_phones=phones,
            wecom_userid=userids[household.associate],
            redeemed=redeemed[household.household],
        )
    ]
    return sorted(moments, key=lambda moment: (moment.at_s, moment.id))
