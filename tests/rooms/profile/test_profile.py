"""Profiles on PostgreSQL: from events, files and staff; merged, split and forgotten."""

import random
from collections.abc import Callable, Sequence
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest

from huitou.base.db import Database, ReadTx, Scope
from huitou.event.types import Intake
from huitou.identity import actions as identity
from huitou.identity import reads as identities
from huitou.identity.types import NoSuchCustomer
from huitou.profile import actions, reads
from huitou.profile.types import ConsentChange, Description, UnknownChannel
from huitou.segment import reads as segments
from tests.background import settle
from tests.conftest import Brand, Clock, Read, Write, make_brand, send_events

Send = Callable[[Sequence[dict[str, Any]]], Intake]
Drain = Callable[[], None]
CARD = {"kind": "card", "value": "88001234", "scope": "default"}
OPENID = {"kind": "openid", "value": "o-1", "scope": "mp"}
EXTERNAL = {"kind": "external_userid", "value": "wm-1", "scope": "corp"}


def event(
    clock: Clock, id_: str, type_: str, hours: float, *who: dict[str, Any], **more: Any
) -> Any:
    said = {
        "id": id_,
        "type": type_,
        "occurred_at": (clock.now - timedelta(hours=hours)).isoformat(),
        "source": "pos",
        "unit": "store-0401",
        "identifiers": list(who),
        "properties": {},
    }
    return said | more


def paid(clock: Clock, id_: str, hours: float, *who: dict[str, Any], **more: Any) -> Any:
    line = {"line_no": 1, "sku": "A1", "quantity": 1000, "list_fen": 5980, "paid_fen": 4980}
    said = {"order_no": id_, "lines": [line], "paid_fen": 4980, "shipping_fen": 0}
    return event(clock, id_, "order.paid", hours, *who, properties=said, **more)


def get(tx: ReadTx, who: dict[str, Any]) -> UUID:
    found = identities.find_by_identifier(tx, who["kind"], who["value"], who["scope"])
    assert found is not None
    return found.id


def test_a_profile_is_learnt_from_events(
    clock: Clock, brand: Brand, send: Send, drain: Drain, read: Read
) -> None:
    send(
        [
            paid(clock, "o-1", 90, CARD, unit="mall", source="mall"),
            paid(clock, "o-2", 40, CARD, unit="store-0402"),
            event(clock, "j-1", "member.joined", 80, CARD),
        ]
    )
    drain()
    with read() as tx:
        customer = get(tx, CARD)
        known = reads.profiles(tx, [customer])[customer]
        assert known.home_unit_id == brand.units["store-0402"].id
        assert known.source_channels == ["mall", "pos"]
        assert known.last_seen_at == clock.now - timedelta(hours=40)
        assert known.joined_on is not None
        assert [tag.name for tag in reads.tags(tx, [customer])[customer]] == [
            "source:mall",
            "source:pos",
        ]


def test_sources_are_tags(
    clock: Clock, brand: Brand, send: Send, drain: Drain, write: Write, read: Read
) -> None:
    send(
        [
            paid(clock, "o-1", 90, CARD, unit="mall", source="mall"),
            paid(clock, "o-2", 40, CARD),
            paid(clock, "o-3", 30, OPENID, unit="mall", source="mall"),
        ]
    )
    drain()
    with write() as tx:
        one, other = get(tx, CARD), get(tx, OPENID)
        actions.set_tags(tx, [other], add=["source:pos", "source:fair", "老客"])
        card = ("card", "default", "88001234")
        actions.describe(tx, [Description(*card, tags=("source:mall", "source:pos", "老客"))])
    with read() as tx:
        carried = {
            id_: {tag.name: tag.source for tag in found}
            for id_, found in reads.tags(tx, [one, other]).items()
        }
        assert carried == {
            one: {"source:mall": "auto", "source:pos": "auto", "老客": "import"},
            other: {
                "source:fair": tx.principal,
                "source:mall": "auto",
                "source:pos": tx.principal,
                "老客": tx.principal,
            },
        }
        assert tx.column(
            "SELECT DISTINCT name FROM profile.tag WHERE customer_id = %(one)s", {"one": one}
        ) == ["老客"]
        counted = {each.name: (each.sources, each.customer_count) for each in reads.tag_counts(tx)}
        assert counted == {
            "source:fair": ([tx.principal], 1),
            "source:mall": (["auto"], 2),
            "source:pos": (["auto", tx.principal], 2),
            "老客": (sorted(["import", tx.principal]), 2),
        }
        for name, count in [
            ("source:fair", 1),
            ("source:mall", 2),
            ("source:pos", 2),
            ("source:x", 0),
        ]:
            assert len(reads.list_customers(tx, tag=name).items) == count
        at = identities.get_customer(tx, one).created_at
        assert {tag.at for tag in reads.tags(tx, [one])[one] if tag.source == "auto"} == {at}
        offered = segments.vocabulary(tx).tags
        assert offered == sorted(offered)
        assert {"source:fair", "source:mall", "source:pos", "source:wecom", "老客"} <= {*offered}
    send([paid(clock, "o-4", 20, OPENID)])
    drain()
    with read() as tx:
        assert {t.name: t.customer_count for t in reads.tag_counts(tx)}["source:pos"] == 2


def test_friends_and_owners(
    clock: Clock, brand: Brand, send: Send, drain: Drain, read: Read
) -> None:
    def contact(id_: str, verb: str, hours: float, staff: str) -> Any:
        return event(
            clock,
            id_,
            f"contact.{verb}",
            hours,
            EXTERNAL,
            CARD,
            source="wecom",
            properties={"staff": staff},
        )

    send(
        [
            paid(clock, "o-1", 90, CARD),
            contact("c-1", "added", 50, "wc-a12"),
            contact("c-2", "added", 40, "wc-a01"),
            contact("c-0", "added", 60, "nobody"),
        ]
    )
    drain()
    first, second = brand.staff["a-12"].id, brand.staff["a-01"].id
    with read() as tx:
        customer = get(tx, CARD)
        assert reads.owners(tx, [customer]) == {customer: first}
        assert reads.home_units(tx, [customer]) == {customer: brand.units["store-0412"].id}
        assert reads.friends(tx, [customer]) == {customer: {first: "wm-1", second: "wm-1"}}
        assert reads.book(tx, first) == [customer]
    send([contact("c-3", "removed", 30, "wc-a12")])
    drain()
    with read() as tx:
        assert reads.owners(tx, [customer]) == {customer: second}
        assert reads.friends(tx, [customer], second) == {customer: {second: "wm-1"}}
        assert reads.friends(tx, [customer], first) == {}


def _consent(clock: Clock, id_: str, state: str, hours: float, channel: str = "sms") -> Any:
    said = {"channel": channel, "purpose": "marketing"}
    return event(clock, id_, f"consent.{state}", hours, CARD, properties=said)


@pytest.mark.parametrize("is_late", [False, True])
def test_consents_are_ordered_by_when_they_were_decided(
    is_late: bool, clock: Clock, send: Send, drain: Drain, read: Read
) -> None:
    given, withdrawn = _consent(clock, "g", "given", 5), _consent(clock, "w", "withdrawn", 4)
    for each in (withdrawn, given) if is_late else (given, withdrawn):
        send([each])
        drain()
    with read() as tx:
        customer = get(tx, CARD)
        assert reads.consents(tx, [customer], "sms", "marketing") == set()
        (consent,) = reads.get_customer(tx, customer).consents
        assert (consent.state, consent.proof["event"]) == ("withdrawn", "w")


def test_withdrawal_wins_the_same_instant_and_all_means_every_channel(
    clock: Clock, send: Send, drain: Drain, read: Read
) -> None:
    send(
        [
            _consent(clock, "g1", "given", 9, "all"),
            _consent(clock, "w1", "withdrawn", 5),
            _consent(clock, "g2", "given", 5),
        ]
    )
    drain()
    with read() as tx:
        customer = get(tx, CARD)
        assert reads.consents(tx, [customer], "sms", "marketing") == set()
        assert reads.consents(tx, [customer], "wecom", "marketing") == {customer}
        assert reads.consents(tx, [customer], "wecom", "service") == set()


def test_a_decision_taken_here_is_in_force_at_once_and_recorded(
    clock: Clock, send: Send, drain: Drain, read: Read, write: Write
) -> None:
    send([_consent(clock, "g", "given", 5)])
    drain()
    with write() as tx:
        customer = get(tx, CARD)
        change = ConsentChange(customer, "all", "marketing", "withdrawn", tx.now, {"page": "x"})
        actions.set_consents(tx, [change])
        assert reads.consents(tx, [customer], "sms", "marketing") == set()
        with pytest.raises(UnknownChannel):
            actions.set_consents(
                tx, [ConsentChange(customer, "pigeon", "marketing", "given", tx.now, {})]
            )
    drain()
    with read() as tx:
        titles = [item.title_zh for item in reads.timeline(tx, customer).items]
        assert titles == ["撤回所有渠道营销触达的同意", "同意短信营销触达"]
        assert reads.consents(tx, [customer], "sms", "marketing") == set()
        assert reads.profiles(tx, [customer])[customer].last_seen_at < clock.now


def test_a_file_describes_customers(
    clock: Clock, brand: Brand, send: Send, drain: Drain, write: Write
) -> None:
    send([paid(clock, "o-1", 9, CARD)])
    drain()
    told = Description(
        "card",
        "default",
        "88001234",
        name="张小花",
        gender="female",
        birth_month=5,
        zone="Asia/Urumqi",
        home_unit_id=brand.units["store-0412"].id,
        owner_staff_id=brand.staff["a-12"].id,
        joined_on=date(2024, 3, 1),
    )
    stranger = Description("card", "default", "99999999", name="李四")
    with write() as tx:
        outcome = actions.describe(tx, [told, stranger])
        assert (outcome.described, outcome.unknown) == (1, 1)
        customer = get(tx, CARD)
        detail = reads.get_customer(tx, customer)
        assert detail.name is not None
        assert (detail.name.plain, str(detail.name)) == ("张小花", "张**")
        assert detail.home_unit is not None
        assert detail.home_unit.code == "store-0412"
        assert detail.associate is not None
        assert detail.associate.code == "a-12"
        assert (detail.gender, detail.birth_month) == ("female", 5)
        assert [row.id for row in reads.list_customers(tx, q=" 张小花").items] == [customer]
        assert reads.list_customers(tx, q="张小").items == []
        assert detail.joined_on == date(2024, 3, 1)
        actions.describe(tx, [Description("card", "default", "88001234", gender="male")])
        again = reads.profiles(tx, [customer])[customer]
        assert (again.gender, again.birth_month, again.zone) == ("male", 5, "Asia/Urumqi")
        actions.assign(tx, [customer], brand.staff["a-01"].id)
        assert reads.owners(tx, [customer]) == {customer: brand.staff["a-01"].id}


def _state(tx: ReadTx) -> dict[str, Any]:
    queries = {
        "customer": "SELECT * FROM profile.customer WHERE merchant_id = %(merchant)s ORDER BY 2",
        "seen": "SELECT s.* FROM profile.seen s JOIN profile.customer c"
        " ON c.merchant_id = s.merchant_id AND c.customer_id = s.customer_id"
        " WHERE s.merchant_id = %(merchant)s ORDER BY 2",
        "friend": "SELECT * FROM profile.friendship WHERE merchant_id = %(merchant)s ORDER BY 2, 3",
        "trait": "SELECT * FROM profile.trait WHERE merchant_id = %(merchant)s ORDER BY 2, 3",
        "tag": "SELECT * FROM profile.tag WHERE merchant_id = %(merchant)s ORDER BY 2, 3",
        "consent": "SELECT * FROM profile.consent WHERE merchant_id = %(merchant)s ORDER BY 2, 3, 4",
    }
    return {name: tx.rows(dict, query) for name, query in queries.items()}


def test_merging_and_splitting_restores_every_fact(
    clock: Clock, brand: Brand, send: Send, drain: Drain, write: Write, read: Read
) -> None:
    send(
        [
            paid(clock, "o-1", 90, CARD),
            event(
                clock, "c-1", "contact.added", 50, CARD, EXTERNAL, properties={"staff": "wc-a01"}
            ),
            _consent(clock, "g", "given", 8),
            paid(clock, "o-2", 20, OPENID, unit="mall", source="mall"),
            event(
                clock,
                "w",
                "consent.withdrawn",
                3,
                OPENID,
                source="mall",
                properties={"channel": "sms"},
            ),
        ]
    )
    drain()
    with write() as tx:
        one, other = get(tx, CARD), get(tx, OPENID)
        actions.set_tags(tx, [other], add=["爱喝牛奶"])
        actions.set_traits(tx, [(one, "tier", "gold"), (other, "tier", "silver")], source="test")
        before = _state(tx)
        identity.merge(tx, one, other)
    drain()
    with write() as tx:
        assert reads.consents(tx, [one], "sms", "marketing") == set()
        assert {tag.name for tag in reads.tags(tx, [one])[one]} == {
            "source:mall",
            "source:pos",
            "爱喝牛奶",
        }
        assert reads.get_customer(tx, other).merged_into == one
        assert reads.get_customer(tx, other).ordinal == 2
        assert len(_state(tx)["customer"]) == 1
        theirs = [each.id for each in identities.identifiers_of(tx, one) if each.kind == "openid"]
        assert identity.split(tx, one, theirs).id == other
    drain()
    with read() as tx:
        after = _state(tx)
        assert after == before


def test_splitting_off_takes_the_facts_of_its_events(
    clock: Clock, send: Send, drain: Drain, write: Write, read: Read
) -> None:
    send(
        [
            event(clock, "b", "identity.bound", 99, CARD, OPENID),
            paid(clock, "o-1", 20, CARD),
            paid(clock, "o-2", 10, OPENID, unit="mall", source="mall"),
            _consent(clock, "g", "given", 8),
        ]
    )
    drain()
    with write() as tx:
        one = get(tx, CARD)
        openid = [each.id for each in identities.identifiers_of(tx, one) if each.kind == "openid"]
        other = identity.split(tx, one, openid).id
    drain()
    with read() as tx:
        known = reads.profiles(tx, [one, other])
        assert known[one].source_channels == ["pos"]
        assert known[other].source_channels == ["mall"]
        assert reads.consents(tx, [one, other], "sms", "marketing") == {one}
        assert [item.type for item in reads.timeline(tx, other).items] == ["order.paid"]


def test_forgetting_removes_facts_and_state(
    clock: Clock, send: Send, drain: Drain, write: Write, read: Read
) -> None:
    send([paid(clock, "o-1", 9, CARD), _consent(clock, "g", "given", 8)])
    drain()
    with write() as tx:
        customer = get(tx, CARD)
        actions.set_tags(tx, [customer], add=["常客"])
        identity.forget(tx, customer)
    drain()
    with write() as tx:
        actions.learn(tx, 0, 10)
        actions.regather(tx, [customer])
        assert not any(_state(tx).values())
        assert tx.value("SELECT count(*) FROM profile.seen WHERE merchant_id = %(merchant)s") == 0


def _anything(clock: Clock, seed: int) -> list[Any]:
    dice = random.Random(seed)
    people = [[CARD], [OPENID], [EXTERNAL], [CARD, OPENID], [EXTERNAL, OPENID], []]

    def one(no: int) -> Any:
        who, hours = dice.choice(people), dice.randint(1, 40)
        unit = dice.choice(["store-0401", "store-0412", "mall"])
        match dice.randint(0, 4):
            case 0:
                return paid(clock, f"o-{no}", hours, *who, unit=unit)
            case 1:
                return event(clock, f"j-{no}", "member.joined", hours, *who, source="mall")
            case 2:
                verb = dice.choice(["added", "removed"])
                said = {"staff": dice.choice(["wc-a01", "wc-a12"])}
                return event(clock, f"c-{no}", f"contact.{verb}", hours, *who, properties=said)
            case 3:
                verb = dice.choice(["given", "withdrawn"])
                said = {"channel": dice.choice(["sms", "wecom", "all"])}
                return event(clock, f"a-{no}", f"consent.{verb}", hours, *who, properties=said)
        return event(clock, f"v-{no}", "visit.checked_in", hours, *who)

    return [one(no) for no in range(40)]


def _by_ordinal(tx: ReadTx) -> list[Any]:
    """State without the ids that are random, staff and units by code."""
    return [
        tx.rows(dict, query)
        for query in (
            """
            SELECT c.ordinal, u.code AS home, s.code AS owner, c.owned_since, c.joined_on,
                   c.source_channels, l.last_seen_at
            FROM profile.customer c
            JOIN profile.seen l ON l.merchant_id = c.merchant_id AND l.customer_id = c.customer_id
            LEFT JOIN merchant.unit u ON u.merchant_id = c.merchant_id AND u.id = c.home_unit_id
            LEFT JOIN merchant.staff s ON s.merchant_id = c.merchant_id AND s.id = c.owner_staff_id
            WHERE c.merchant_id = %(merchant)s ORDER BY 1
            """,
            """
            SELECT i.ordinal, c.channel, c.purpose, c.state, c.at
            FROM profile.consent c
            JOIN identity.customer i ON i.merchant_id = c.merchant_id AND i.id = c.customer_id
            WHERE c.merchant_id = %(merchant)s ORDER BY 1, 2, 3
            """,
            """
            SELECT i.ordinal, s.code, f.since, f.ended_at
            FROM profile.friendship f
            JOIN identity.customer i ON i.merchant_id = f.merchant_id AND i.id = f.customer_id
            JOIN merchant.staff s ON s.merchant_id = f.merchant_id AND s.id = f.staff_id
            WHERE f.merchant_id = %(merchant)s ORDER BY 1, 2
            """,
            """
            SELECT i.ordinal, t.name FROM profile.tag t
            JOIN identity.customer i ON i.merchant_id = t.merchant_id AND i.id = t.customer_id
            WHERE t.merchant_id = %(merchant)s ORDER BY 1, 2
            """,
        )
    ]


@pytest.mark.parametrize("seed", range(4))
def test_any_batches_and_a_replay_give_the_same_state(
    db: Database, clock: Clock, seed: int
) -> None:
    history = _anything(clock, seed)
    states = []
    for size in (1, 7, 40):
        brand = make_brand(db, f"批次 {size}")
        for one in history:
            send_events(db, brand.merchant.id, [one])
        for after in range(0, len(history), size):
            with db.write(brand.merchant.id) as tx:
                identity.resolve(tx, after, after + size)
            with db.write(brand.merchant.id) as tx:
                actions.learn(tx, after, after + size)
        settle(db, brand.merchant.id)
        with db.write(brand.merchant.id) as tx:
            states.append(_by_ordinal(tx))
            actions.learn(tx, 0, len(history))
            assert _by_ordinal(tx) == states[-1]
            everybody = tx.column(
                "SELECT id FROM identity.customer WHERE merchant_id = %(merchant)s"
            )
            actions.derive(tx, everybody)
            assert _by_ordinal(tx) == states[-1]  # what was added event by event
    assert states[0] == states[1] == states[2]
    assert states[0][0]


def test_scopes_show_a_part(
    clock: Clock, brand: Brand, send: Send, drain: Drain, write: Write, read: Read
) -> None:
    send([paid(clock, "o-1", 9, CARD), paid(clock, "o-2", 8, OPENID, unit="store-0412")])
    drain()
    with write() as tx:
        one, other = get(tx, CARD), get(tx, OPENID)
        actions.assign(tx, [other], brand.staff["a-12"].id)
    east = Scope(unit_path=brand.units["region-1"].path)
    own = Scope(staff_id=brand.staff["a-12"].id)
    with read(scope=east) as tx:
        assert [row.id for row in reads.list_customers(tx).items] == [one]
        assert [row.id for row in reads.customers_of(tx, [one, other]).items] == [one]
        assert reads.visible(tx, [one, other]) == {one}
        with pytest.raises(NoSuchCustomer):
            reads.get_customer(tx, other)
        with pytest.raises(NoSuchCustomer):
            reads.timeline(tx, other)
    with read(scope=own) as tx:
        assert [row.id for row in reads.list_customers(tx).items] == [other]


def test_pages_follow_each_other(clock: Clock, send: Send, drain: Drain, read: Read) -> None:
    who = [{"kind": "card", "value": f"9000{no}", "scope": "default"} for no in range(7)]
    send([paid(clock, f"o-{no}", no + 1, each) for no, each in enumerate(who)])
    drain()
    with read() as tx:
        first = reads.list_customers(tx, count_max=4)
        assert first.next is not None
        second = reads.list_customers(tx, count_max=4, cursor=first.next)
        assert second.next is None
        assert [row.id for row in (*first.items, *second.items)] == [get(tx, each) for each in who]
        assert [row.id for row in reads.list_customers(tx, q="90003").items] == [get(tx, who[3])]
        assert [row.id for row in reads.list_customers(tx, q="#2").items] == [get(tx, who[1])]
        assert reads.list_customers(tx, q="nobody").items == []
        assert len(reads.list_customers(tx, unit="region-1").items) == 7
        assert reads.list_customers(tx, unit="region-2").items == []
        assert reads.list_customers(tx, associate="a-01").items == []


def test_who_is_one_now_is_listed_once_where_last_seen(
    clock: Clock, send: Send, drain: Drain, write: Write, read: Read
) -> None:
    who = [{"kind": "card", "value": f"9000{no}", "scope": "default"} for no in range(6)]
    hours = [5, 9, 3, 3, 4, 3]
    send([paid(clock, f"o-{no}", hours[no], each) for no, each in enumerate(who)])
    drain()
    with write() as tx:
        ids = [get(tx, each) for each in who]
        identity.merge(tx, ids[1], ids[0])  # seen before and at the last
        identity.merge(tx, ids[2], ids[3])  # seen at the same moment
    drain()
    with read() as tx:
        listed, cursor = [], None
        while True:
            page = reads.list_customers(tx, count_max=1, cursor=cursor)
            listed += [row.id for row in page.items]
            cursor = page.next
            if cursor is None:
                break
        root = identities.canonical(tx, ids)
        assert listed == [*sorted((root[ids[2]], ids[5]), reverse=True), ids[4], root[ids[1]]]
        assert listed == [row.id for row in reads.list_customers(tx, unit="region-1").items]
