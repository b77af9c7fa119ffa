"""The demo's stored value is loaded over HTTP, and loading again changes nothing."""

from huitou.demo.stored import open_stored
from tests.stories import house
from tests.stories.house import House, Person

brand = house.brand


def test_loading_twice_is_loading_once(brand: House) -> None:
    guests = [Person(f"客{n}", f"1360000000{n}", f"wm-{n}") for n in range(4)]
    brand.take(*(event for guest in guests for event in brand.meet(guest, is_friend=False)))
    brand.take(*(brand.paid([guest.by_phone], {"bread": 2_500}) for guest in guests))
    for _ in range(2):
        open_stored(brand.key.http, "store-0401")
    recharges = brand.key.items("/v1/recharges")
    assert sorted(each["paid_fen"] for each in recharges) == [5_000, 5_000, 10_000, 20_000]
    assert sorted(each["kind"] for each in brand.key.items("/v1/approvals")) == [
        "adjust",
        "withdrawal",
    ]
    paid = [
        payment["stored_fen"]
        for order in brand.key.items("/v1/orders")
        for payment in brand.key.get(f"/v1/orders/{order['id']}/payments")
    ]
    assert paid == [2_500, 2_500]
