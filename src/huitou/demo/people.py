"""The invented people of the demo brand: its organisation, its staff and its customers.

The purchases are real (see `data/SOURCE.md`), the people are not: names and phones come from Faker
and a seed, so a phone may be somebody's by chance. The demo refuses real channel credentials.
"""

import csv
import functools
import string
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from importlib import resources
from random import Random

from faker import Faker

ASSOCIATES_PER_STORE = 5
CORP_ID = "ww-demo"
MINI_PROGRAM_ID = "mp-huihe"
SHOP_ID = "tmall-huihe"
MALL_UNIT = "mall"
SHOP_UNIT = "tmall-huihe"
STORES_WITH_PHONE = ("store-0402", "store-0405", "store-0408", "store-0411")
FAMILY_PAIRS = 12
FAMILY_PAIRS_BOTH_VERIFIED = 2
_ALPHABET = string.ascii_letters + string.digits


@dataclass(frozen=True, slots=True)
class Unit:
    """`kind` is `headquarters`, `region`, `store` or `online`.

    `phone` is the store's own number where cashiers type it when a customer gives none.
    """

    code: str
    kind: str
    name: str
    parent: str | None
    phone: str | None = None


@dataclass(frozen=True, slots=True)
class Staff:
    """`role` is `headquarters`, `region`, `manager` or `associate`."""

    code: str
    name: str
    phone: str
    wecom_userid: str
    role: str
    unit: str


@dataclass(frozen=True, slots=True)
class Household:
    """One customer as they truly are: what identity resolution has to find out.

    Days count from the first day of the data; a negative day is before it. A channel the household
    does not use has a None identifier. `*_bridge` says what joins the channel to the others.
    """

    household: int
    name: str
    gender: str
    birth_month: int
    home_unit: str
    associate: str
    phone: str | None
    is_phone_shared: bool
    may_verify_phone: bool
    card: str | None
    card_day: int
    is_counter_verified: bool
    openid: str | None
    mini_program_day: int
    mini_program_bridge: str | None
    external_userid: str | None
    friend_day: int
    is_welcome_bound: bool
    unionid: str | None
    is_unionid_in_mini_program: bool
    is_unionid_in_wecom: bool
    ouid: str | None
    parcel_day: int | None
    has_consented: bool
    withdrawal_day: int | None
    traits: Mapping[str, str]

    def joined_on(self, first_day: date) -> date:
        """The day of the card, or of the friendship, or the first of the data."""
        day = self.card_day if self.card else self.friend_day if self.external_userid else 0
        return first_day + timedelta(days=day)


def make_units(seed: int) -> tuple[Unit, ...]:
    """Parents first."""
    phones = _store_phones(seed)
    return (
        Unit("hq", "headquarters", "回禾超市总部", None),
        Unit("region-1", "region", "杭州大区", "hq"),
        Unit("region-2", "region", "苏州大区", "hq"),
        *(
            Unit(
                row["code"],
                "store",
                row["name"],
                row["region"],
                phones.get(row["code"]),
            )
            for row in _stores()
        ),
        Unit(MALL_UNIT, "online", "回禾优选小程序商城", "hq"),
        Unit(SHOP_UNIT, "online", "回禾超市天猫旗舰店", "hq"),
    )


def store_codes() -> list[str]:
    """In the order of the numbers in `baskets.parquet`."""
    return [row["code"] for row in _stores()]


def make_staff(seed: int) -> tuple[Staff, ...]:
    """Headquarters operator, regional managers, store managers, associates; in that order."""
    fake = _faker(seed, 1)
    posts: list[tuple[str, str, str]] = [("HQ01", "headquarters", "hq")]
    posts += [(f"R0{number}", "region", f"region-{number}") for number in (1, 2)]
    posts += [(f"M{code[-4:]}", "manager", code) for code in store_codes()]
    posts += [
        (f"A{code[-4:]}{number}", "associate", code)
        for code in store_codes()
        for number in range(1, ASSOCIATES_PER_STORE + 1)
    ]
    phones = _phones(fake, len(posts))
    names = _names(fake, len(posts))
    return tuple(
        Staff(code, name, phone, f"huihe-{code.lower()}", role, unit)
        for (code, role, unit), phone, name in zip(posts, phones, names, strict=True)
    )


def _store_phones(seed: int) -> dict[str, str]:
    phones = _phones(_faker(seed, 2), len(STORES_WITH_PHONE))
    return dict(zip(STORES_WITH_PHONE, phones, strict=True))


def make_households(
    seed: int,
    homes: Mapping[int, str],
    demographics: Mapping[int, Mapping[str, str | None]],
    staff: Sequence[Staff],
    *,
    days: int,
) -> tuple[Household, ...]:
    """A person for every household in `homes` (household → home store), over `days` days of data.

    Associates of a store share its customers evenly. Deterministic in `seed`, whatever the order.
    """
    numbers = sorted(homes)
    fake = _faker(seed, 3)
    genders = dict(
        zip(numbers, Random(f"{seed}:gender").choices("FM", (62, 38), k=len(numbers)), strict=True)
    )
    names = {
        number: fake.name_female() if genders[number] == "F" else fake.name_male()
        for number in numbers
    }
    taken = set(_store_phones(seed).values()) | {person.phone for person in staff}
    phones = dict(zip(numbers, _phones(fake, len(numbers), taken), strict=True))
    family = _family(seed, homes)
    associates = _assign(seed, homes, staff)
    return tuple(
        _household(
            Random(f"{seed}:household:{number}"),
            number=number,
            name=names[number],
            gender=genders[number],
            home=homes[number],
            associate=associates[number],
            phone=phones[family.get(number, (number, True))[0]],
            is_shared=number in family,
            may_verify=family.get(number, (number, True))[1],
            traits=_traits(demographics[number]),
            days=days,
        )
        for number in numbers
    )


def _household(
    rng: Random,
    *,
    number: int,
    name: str,
    gender: str,
    home: str,
    associate: str,
    phone: str,
    is_shared: bool,
    may_verify: bool,
    traits: Mapping[str, str],
    days: int,
) -> Household:
    """Draw which channels the household uses, since when, and what bridges them.

    Every draw is made for everyone, so that changing one share leaves the other draws alone.
    """
    has_card = rng.random() < 0.84
    has_phone = is_shared or rng.random() < 0.93
    has_mini_program = rng.random() < 0.62
    is_friend = rng.random() < 0.68 or not (has_card or has_mini_program)
    has_shop = rng.random() < 0.24
    card_day = rng.randint(-1400, -1) if rng.random() < 0.8 else rng.randint(0, days - 40)
    mini_program_day = rng.randint(0, days // 2)
    friend_day = rng.randint(0, days // 2)
    bridge_draw, parcel_draw = rng.random(), rng.random()
    counter_draw, welcome_draw = rng.random(), rng.random()
    union_draws = rng.random(), rng.random()
    parcel_day = rng.randint(max(friend_day, 5), days - 10)
    has_consented, withdraws = rng.random() < 0.86, rng.random() < 0.05
    withdrawal_day = rng.randint(days // 2, days - 5)
    can_verify = has_phone and may_verify
    bridge = None
    if bridge_draw < 0.55 and has_card:
        bridge = "card_bound"
    elif bridge_draw < 0.8 and can_verify:
        bridge = "sms_code"
    codes = _codes(rng)
    return Household(
        household=number,
        name=name,
        gender=gender,
        birth_month=rng.randint(1, 12),
        home_unit=home,
        associate=associate,
        phone=phone if has_phone else None,
        is_phone_shared=is_shared,
        may_verify_phone=can_verify,
        card=f"88{number * 7919 % 1_000_000:06d}" if has_card else None,
        card_day=card_day,
        is_counter_verified=can_verify and counter_draw < 0.45,
        openid=codes["openid"] if has_mini_program else None,
        mini_program_day=max(mini_program_day, card_day if bridge == "card_bound" else 0),
        mini_program_bridge=bridge if has_mini_program else None,
        external_userid=codes["external_userid"] if is_friend else None,
        friend_day=friend_day,
        is_welcome_bound=is_friend and has_card and welcome_draw < 0.55,
        unionid=codes["unionid"] if has_mini_program or is_friend else None,
        is_unionid_in_mini_program=has_mini_program and union_draws[0] < 0.85,
        is_unionid_in_wecom=is_friend and union_draws[1] < 0.8,
        ouid=codes["ouid"] if has_shop else None,
        parcel_day=parcel_day if has_shop and is_friend and parcel_draw < 0.55 else None,
        has_consented=has_consented,
        withdrawal_day=withdrawal_day if has_consented and withdraws else None,
        traits=traits,
    )


def _codes(rng: Random) -> dict[str, str]:
    """Platform identifiers in the shape the platforms give them."""
    shapes = {
        "openid": ("oHH", 25),
        "unionid": ("oU6", 25),
        "external_userid": ("wmHH", 28),
    }
    codes = {
        kind: prefix + "".join(rng.choices(_ALPHABET, k=length))
        for kind, (prefix, length) in shapes.items()
    }
    return codes | {"ouid": "AAH" + "".join(rng.choices(_ALPHABET, k=29))}


def _traits(row: Mapping[str, str | None]) -> dict[str, str]:
    """What the source knows of the household and a Chinese retailer would ask, too."""
    named = {
        "age_band": "age",
        "household_size": "household_size",
        "kids": "kids_count",
    }
    return {trait: value for trait, column in named.items() if (value := row[column])}


def _family(seed: int, homes: Mapping[int, str]) -> dict[int, tuple[int, bool]]:
    """Member of a family that shares a phone → (whose phone it is, may they verify it)."""
    rng = Random(f"{seed}:family")
    numbers = sorted(homes)
    rng.shuffle(numbers)
    family: dict[int, tuple[int, bool]] = {}
    pairs = 0
    for owner in numbers:
        other = next(
            (n for n in numbers if n > owner and homes[n] == homes[owner] and n not in family),
            None,
        )
        if owner in family or other is None:
            continue
        family[owner] = owner, True
        family[other] = owner, pairs < FAMILY_PAIRS_BOTH_VERIFIED
        pairs += 1
        if pairs == FAMILY_PAIRS:
            break
    return family


def _assign(seed: int, homes: Mapping[int, str], staff: Sequence[Staff]) -> dict[int, str]:
    """Household → associate code, shared out evenly inside each store."""
    by_store: dict[str, list[str]] = {}
    for person in staff:
        if person.role == "associate":
            by_store.setdefault(person.unit, []).append(person.code)
    numbers = sorted(homes)
    Random(f"{seed}:assign").shuffle(numbers)
    turns = dict.fromkeys(by_store, 0)
    assigned = {}
    for number in numbers:
        store = homes[number]
        assigned[number] = by_store[store][turns[store] % len(by_store[store])]
        turns[store] += 1
    return assigned


def _faker(seed: int, stream: int) -> Faker:
    fake = Faker("zh_CN")
    fake.seed_instance(f"{seed}:{stream}")
    return fake


def _phones(fake: Faker, count: int, taken: Iterable[str] = ()) -> list[str]:
    """Distinct 11-digit mobile numbers."""
    seen = set(taken)
    phones: list[str] = []
    while len(phones) < count:
        phone = fake.phone_number()
        if phone not in seen:
            seen.add(phone)
            phones.append(phone)
    return phones


def _names(fake: Faker, count: int) -> list[str]:
    """Distinct names: two colleagues of one name only confuse a demo."""
    names: dict[str, None] = {}
    while len(names) < count:
        names[fake.name()] = None
    return list(names)


@functools.cache
def _stores() -> tuple[dict[str, str], ...]:
    text = resources.files("huitou.demo").joinpath("data/stores.csv").read_text("utf-8")
    return tuple(csv.DictReader(text.splitlines()))
