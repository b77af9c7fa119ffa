"""What the demo shows of customers is loaded over HTTP, and loading again changes nothing."""

from huitou.demo.benefits import GRANT, open_grant
from huitou.demo.segments import BIRTHDAYS, open_segments
from huitou.demo.services import tell_customers
from tests.stories import house
from tests.stories.house import House, Person

brand = house.brand


def test_loading_twice_is_loading_once(brand: House) -> None:
    guests = [Person(f"客{n}", f"1360000001{n}", f"wm-o{n}") for n in range(3)]
    brand.take(*(event for guest in guests for event in brand.meet(guest, is_friend=False)))
    brand.take(*(brand.paid([guest.by_phone], {"bread": 2_500}) for guest in guests[:2]))
    api = brand.key
    for _ in range(2):
        segments = open_segments(api.http)
        open_grant(api.http, segments[BIRTHDAYS])
        tell_customers(api.http)
        brand.settle()
    assert sorted(each["name"] for each in api.items("/v1/segments")) == sorted(segments)
    assert len(segments) == 6
    [grant] = [each["run"] for each in api.items("/v1/grants")]
    assert (grant["name"], grant["state"]) == (GRANT, "done")
    assert api.get("/v1/identity/review")["run"]["state"] == "done"
    told = api.items("/v1/notifications")
    assert len(told) == 2
    assert {each["key"].split(":")[-1] for each in told} == {"ready"}
    assert [way["code"] for way in told[0]["tried"]][:1] == ["channel_off"]
