"""Tasks on real rows: sent once, confirmed, refused by the gate, closed by a purchase, handed over."""

from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

import pytest

from huitou.associate import reads
from huitou.associate.actions import managing, tasks
from huitou.associate.types import (
    NewTask,
    NoSuchTask,
    NotAColleague,
    TaskChanged,
    TaskClosed,
    TaskShown,
    TooLate,
    UnknownSku,
)
from huitou.base.db import Scope
from huitou.content.types import TextTooLong
from huitou.identity import actions as identity
from huitou.identity import reads as identities
from huitou.merchant import actions as merchants
from huitou.merchant.types import NoStaff, NoUnit
from tests.conftest import Clock, Read, Write
from tests.rooms.opportunity.shopping import bought, stock
from tests.rooms.reach.conftest import Town


def tasks_for(
    town: Town, customers: list[UUID], *, staff: str = "a-01", store: str = "store-0401"
) -> list[UUID]:
    """A task for each customer, due tomorrow."""
    deadline = town.db.clock() + timedelta(days=1)
    new = [
        NewTask(
            customer_id=customer,
            staff_id=town.brand.staff[staff].id,
            unit_id=town.brand.units[store].id,
            title="乳制品关怀",
            reason={"zh": "通常每 12 天买一次乳制品", "en": "Buys dairy every 12 days"},
            copy="您好，鲜牛奶到货了",
            skus=["milk", "yogurt"],
            categories=["dairy"],
            deadline=deadline,
            closes_at=deadline + timedelta(hours=1),
        )
        for customer in customers
    ]
    with town.db.write(town.brand.merchant.id, principal="test") as tx:
        made = tasks.add_tasks(tx, new)
    return [made[customer] for customer in customers]


def task_of(town: Town, task_id: UUID) -> TaskShown:
    with town.db.read(town.brand.merchant.id) as tx:
        return reads.get_task(tx, task_id)


def friends(town: Town, count: int) -> list[UUID]:
    stock(town)
    return town.people(count, consents=("wecom", "sms"))


def test_a_tap_plans_one_message_however_often(town: Town, write: Write) -> None:
    [customer] = friends(town, 1)
    [id_] = tasks_for(town, [customer])
    with write() as tx:
        first = tasks.send(tx, id_, copy="张姐，鲜牛奶到货了")
    with write() as tx:
        again = tasks.send(tx, id_)
    assert first == again
    assert (first.state, first.copy) == ("awaiting_confirmation", "张姐，鲜牛奶到货了")
    with town.db.read(town.brand.merchant.id) as tx:
        rows = tx.rows(
            dict, "SELECT id, task_id FROM reach.message WHERE task_id = %(t)s", {"t": id_}
        )
    assert rows == [{"id": first.message_id, "task_id": id_}]


def test_the_associate_confirms_and_the_task_is_sent(
    live_town: Town, write: Write, clock: Clock
) -> None:
    [customer] = friends(live_town, 1)
    [id_] = tasks_for(live_town, [customer])
    with write() as tx:
        tasks.send(tx, id_)
    live_town.drain()
    assert task_of(live_town, id_).state == "awaiting_confirmation"
    assert live_town.wecom is not None
    live_town.wecom.order("confirm", userid="wc-a01")
    clock.move(seconds=10)
    live_town.drain()
    sent = task_of(live_town, id_)
    assert sent.state == "sent" and sent.sent_at is not None


def test_the_gate_closes_a_task_with_its_reason(town: Town, write: Write) -> None:
    [customer] = friends(town, 1)
    first, second = (tasks_for(town, [customer])[0] for _ in range(2))
    with write() as tx:
        tasks.send(tx, first)
    with write() as tx:
        blocked = tasks.send(tx, second)
    assert (blocked.state, blocked.code) == ("blocked", "cap")
    assert blocked.code_zh == "已达营销消息的触达上限"
    with pytest.raises(TaskClosed), write() as tx:
        tasks.send(tx, second)


def test_a_failed_message_opens_the_task_again_or_ends_it(town: Town, write: Write) -> None:
    ids = tasks_for(town, friends(town, 2))
    for id_, code in zip(ids, ("41050", "not_friend"), strict=True):
        with write() as tx:
            sent = tasks.send(tx, id_)
            tx.run(
                "UPDATE reach.message SET state = 'failed', failure = %(code)s"
                " WHERE merchant_id = %(merchant)s AND id = %(id)s",
                {"id": sent.message_id, "code": code},
            )
            assert sent.message_id is not None
            tasks.mark_failed(tx, [sent.message_id])
            tasks.mark_failed(tx, [sent.message_id])
    again, over = (task_of(town, id_) for id_ in ids)
    assert (again.state, again.code, again.message_id) == ("open", "41050", None)
    assert (over.state, over.code) == ("failed", "not_friend")


def test_a_late_receipt_still_counts(town: Town, write: Write) -> None:
    [id_] = tasks_for(town, friends(town, 1))
    with write() as tx:
        sent = tasks.send(tx, id_)
        assert sent.message_id is not None
        tx.run(
            "UPDATE reach.message SET state = 'failed', failure = 'not_friend'"
            " WHERE merchant_id = %(merchant)s AND id = %(id)s",
            {"id": sent.message_id},
        )
        tasks.mark_failed(tx, [sent.message_id])
        tasks.mark_delivered(tx, [sent.message_id])
        tasks.mark_delivered(tx, [sent.message_id])
    assert task_of(town, id_).state == "sent"


def test_editing_refuses_what_is_stale_unknown_or_too_long(town: Town, write: Write) -> None:
    [id_] = tasks_for(town, friends(town, 1))
    with write() as tx:
        edited = tasks.edit(tx, id_, copy="周末好", skus=["bread"], version=1)
    assert (edited.copy, edited.skus, edited.version) == ("周末好", ["bread"], 2)
    assert [product.name for product in edited.products] == ["吐司"]
    with pytest.raises(TaskChanged), write() as tx:
        tasks.edit(tx, id_, copy="旧", skus=None, version=1)
    with pytest.raises(UnknownSku), write() as tx:
        tasks.edit(tx, id_, copy=None, skus=["nothing"], version=2)
    with pytest.raises(TextTooLong), write() as tx:
        tasks.edit(tx, id_, copy="长" * 1_900, skus=None, version=2)
    assert task_of(town, id_) == edited


def test_dismissing_is_final(town: Town, write: Write) -> None:
    [id_] = tasks_for(town, friends(town, 1))
    with write() as tx:
        assert tasks.dismiss(tx, id_, "not_suitable").code_zh == "现在不适合打扰"
        assert tasks.dismiss(tx, id_, "other").code == "not_suitable"
    with pytest.raises(TaskClosed), write() as tx:
        tasks.send(tx, id_)


def test_a_purchase_of_the_category_closes_the_task(town: Town) -> None:
    dairy, bakery = friends(town, 2)
    ids = tasks_for(town, [dairy, bakery])
    at = town.db.clock() + timedelta(seconds=2)
    town.send([bought(town, dairy, at, ["yogurt"]), bought(town, bakery, at, ["bread"])])
    town.drain()
    assert [task_of(town, id_).state for id_ in ids] == ["closed_by_purchase", "open"]


def test_a_task_past_its_time_is_not_sent_and_expires(
    town: Town, write: Write, clock: Clock
) -> None:
    [id_] = tasks_for(town, friends(town, 1))
    clock.move(days=1, hours=2)
    try:
        with pytest.raises(TooLate), write() as tx:
            tasks.send(tx, id_)
        with write() as tx:
            tasks.expire(tx)
        assert task_of(town, id_).state == "expired"
    finally:
        clock.move(days=-1, hours=-2)


def test_an_associate_sees_only_own_tasks_and_a_manager_the_store(
    town: Town, read: Read, write: Write
) -> None:
    [mine], [other] = (tasks_for(town, [c], staff=s) for c, s in zip(
        friends(town, 2), ("a-01", "a-02"), strict=True))  # fmt: skip
    units, staff = town.brand.units, town.brand.staff
    own = Scope(units["store-0401"].path, staff["a-01"].id)
    for scope, seen in (
        (own, {mine}),
        (Scope(units["store-0401"].path), {mine, other}),
        (Scope(units["region-1"].path), {mine, other}),
        (Scope(units["region-2"].path), set()),
    ):
        with read(scope) as tx:
            assert {task.id for task in reads.list_tasks(tx).items} == seen
    with pytest.raises(NoSuchTask), read(own) as tx:
        reads.get_task(tx, other)
    with pytest.raises(NoSuchTask), write(own) as tx:
        tasks.send(tx, other)
    with pytest.raises(NoSuchTask), write(own) as tx:
        tasks.dismiss(tx, other, "other")
    with pytest.raises(NoSuchTask), write(own) as tx:
        tasks.edit(tx, other, copy="x", skus=None, version=1)
    with pytest.raises(NoUnit), read(Scope(units["region-2"].path)) as tx:
        reads.unit_tasks(tx, units["store-0401"].id)
    with pytest.raises(NoStaff), read(own) as tx:
        reads.get_associate(tx, staff["a-02"].id)


def test_tasks_of_who_is_away_are_shared_out(town: Town, write: Write, read: Read) -> None:
    ids = tasks_for(town, friends(town, 5))
    staff = town.brand.staff
    with write() as tx:
        merchants.set_away(tx, staff["a-01"].id, is_away=True)
        with pytest.raises(NotAColleague):
            managing.reassign(tx, from_staff=staff["a-01"].id, to_staff=staff["a-03"].id)
        moved = managing.reassign(tx, from_staff=staff["a-01"].id)
    assert (moved.moved, moved.kept) == (5, 0)
    assert {task_of(town, id_).associate.id for id_ in ids} == {staff["a-02"].id}
    with read() as tx:
        page = reads.unit_tasks(tx, town.brand.units["store-0401"].id)
    assert (page.open, [ref.id for ref in page.away]) == (5, [staff["a-01"].id])
    assert page.associates[0].staff_id == staff["a-02"].id and page.associates[0].open == 5
    with write() as tx:
        one = managing.reassign(tx, task_ids=ids[:1])
    assert one == type(one)(1, 0)


def test_urging_tells_each_associate_once_an_hour(town: Town, write: Write, clock: Clock) -> None:
    tasks_for(town, friends(town, 3))
    staff = town.brand.staff["a-01"].id
    with write() as tx:
        assert managing.urge(tx, unit="store-0401").urged == [staff]
        assert managing.urge(tx, staff_id=staff).skipped == [staff]
        assert managing.urge(tx, unit="store-0412").urged == []
        assert managing.urge(tx, unit="nowhere").urged == []
    clock.move(minutes=61)
    try:
        with write() as tx:
            assert managing.urge(tx, unit="region-1").urged == [staff]
    finally:
        clock.move(minutes=-61)


def test_a_merge_moves_tasks_and_its_undoing_moves_them_back(
    town: Town, write: Write, drain: Callable[[], None]
) -> None:
    pair = friends(town, 2)
    ids = tasks_for(town, pair)
    with write() as tx:
        root = identity.merge(tx, *pair)
    drain()
    assert {task_of(town, id_).customer.id for id_ in ids} == {root.id}
    with write() as tx:
        [merging] = identities.mergings_of(tx, root.id)
        identity.undo_merge(tx, root.id, merging.id)
    drain()
    assert [task_of(town, id_).customer.id for id_ in ids] == pair


def test_forgetting_wipes_the_words(town: Town, write: Write, drain: Callable[[], None]) -> None:
    [customer] = friends(town, 1)
    [id_] = tasks_for(town, [customer])
    with write() as tx:
        identity.forget(tx, customer)
    drain()
    wiped = task_of(town, id_)
    assert (wiped.state, wiped.code, wiped.copy, wiped.reason_zh) == (
        "cancelled",
        "forgotten",
        "",
        "",
    )


def test_other_products_make_another_list(town: Town, write: Write) -> None:
    [id_] = tasks_for(town, friends(town, 1))
    with write() as tx:
        sent = tasks.send(tx, id_)
        assert sent.message_id is not None
        tx.run(
            "UPDATE reach.message SET state = 'failed', failure = '41050'"
            " WHERE merchant_id = %(merchant)s AND id = %(id)s",
            {"id": sent.message_id},
        )
        tasks.mark_failed(tx, [sent.message_id])
        again = reads.get_task(tx, id_)
        tasks.edit(tx, id_, copy=None, skus=["cheese"], version=again.version)
        tasks.send(tx, id_)
        listed = tx.column(
            "SELECT i.sku FROM associate.task t JOIN content.list_item i"
            " ON i.merchant_id = t.merchant_id AND i.product_list_id = t.product_list_id"
            " WHERE t.merchant_id = %(merchant)s AND t.id = %(id)s",
            {"id": id_},
        )
    assert again.state == "open"
    assert listed == ["cheese"]
