"""The ledger on PostgreSQL: once, balanced, append-only, never more taken back than given."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import psycopg
import pytest

from huitou.base.db import Database, Tx
from huitou.benefit.actions import ledger as actions
from huitou.benefit.reads import ledger as reads
from huitou.benefit.store import ledger as store
from huitou.benefit.store.ledger import Prepared
from huitou.benefit.types.ledger import (
    BelowFloor,
    Leg,
    NoOriginal,
    OtherBody,
    OverReversed,
    Posting,
    Reversal,
)
from huitou.identity import actions as identity
from huitou.identity import reads as people
from huitou.kernel.ids import new_id
from tests.conftest import Clock, Read, Write
from tests.rooms.attribution.story import customer_of, seen

AT = datetime(2026, 11, 20, 10, tzinfo=UTC)


def commission(tx: Tx, staff: UUID, fen: int, key: str, at: datetime = AT) -> Posting:
    return Posting(
        key,
        "commission",
        "order",
        key,
        at,
        (Leg("staff", staff, "commission", fen), Leg("merchant", tx.merchant, "commission", -fen)),
    )


def points(tx: Tx, customer: UUID, amount: int, key: str) -> Posting:
    return Posting(
        key,
        "points",
        "order",
        key,
        AT,
        (
            Leg("customer", customer, "points", amount),
            Leg("merchant", tx.merchant, "points", -amount),
        ),
    )


def test_a_posting_moves_the_balance_once_however_often_it_comes(write: Write, read: Read) -> None:
    staff, key = new_id(), str(new_id())
    with write() as tx:
        first, twin = actions.post(tx, [commission(tx, staff, 150, key)] * 2)
    with write() as tx:
        again = actions.post(tx, [commission(tx, staff, 150, key)])[0]
    assert (first.is_new, twin.is_new, again.is_new) == (True, False, False)
    assert first.transaction_id == twin.transaction_id == again.transaction_id
    with read() as tx:
        assert reads.balance(tx, ("staff", staff), "commission") == 150
        assert [
            entry.amount for entry in reads.entries(tx, ("staff", staff), "commission").items
        ] == [150]
        assert reads.check(tx) == []


def test_a_key_used_for_another_body_is_refused_and_posts_nothing(write: Write, read: Read) -> None:
    staff, key = new_id(), str(new_id())
    with write() as tx:
        actions.post(tx, [commission(tx, staff, 150, key)])
    with pytest.raises(OtherBody), write() as tx:
        actions.post(tx, [commission(tx, staff, 1, str(new_id())), commission(tx, staff, 151, key)])
    with read() as tx:
        assert reads.balance(tx, ("staff", staff), "commission") == 150


def test_many_postings_in_one_call_answer_in_their_order(write: Write, read: Read) -> None:
    people = [new_id() for _ in range(7)]
    with write() as tx:
        posted = actions.post(
            tx, [commission(tx, people[n % 7], n + 1, f"{people[0]}:{n}") for n in range(700)]
        )
        assert len({row.transaction_id for row in posted}) == 700
    with read() as tx:
        balances = reads.balances(tx, people, "commission")
        assert balances == {who: sum(range(n + 1, 701, 7)) for n, who in enumerate(people)}
        assert reads.balance(tx, ("merchant", tx.merchant), "commission") <= -sum(balances.values())


def test_a_known_key_keeps_no_call_waiting_for_its_account(db: Database, write: Write) -> None:
    """Else two calls wait for each other: one has the account and wants what the other has made."""
    known, spender, fresh = new_id(), new_id(), new_id()
    with write() as tx:
        first = points(tx, known, 5, "known")
        actions.post(tx, [first, points(tx, spender, 9, "gift")])

    def late() -> None:
        with db.write(merchant, principal="test") as tx:
            again = [first, points(tx, fresh, 3, "fresh"), points(tx, spender, -4, "spent")]
            assert [answer.is_new for answer in actions.post(tx, again)] == [False, True, True]

    with ThreadPoolExecutor(1) as pool, write() as tx:
        merchant = tx.merchant
        actions.post(tx, [points(tx, known, 1, "holds the account")])
        done = pool.submit(late)
        wait([done], timeout=1)
        actions.post(tx, [points(tx, fresh, 2, "fresh too")])
        done.result()


def test_partial_reversals_never_exceed_the_original(write: Write, read: Read) -> None:
    staff, key = new_id(), str(new_id())
    with write() as tx:
        given = actions.post(tx, [commission(tx, staff, 100, key)])[0].transaction_id
    with write() as tx:
        back = [Reversal(given, f"{key}:{n}", AT, amount=40) for n in range(2)]
        first = actions.reverse(tx, [*back, back[0]])
        assert [row.is_new for row in first] == [True, True, False]
    with pytest.raises(OverReversed), write() as tx:
        actions.reverse(tx, [Reversal(given, f"{key}:3", AT, amount=21)])
    with write() as tx:
        assert not actions.reverse(tx, [back[1]])[0].is_new
        actions.reverse(tx, [Reversal(given, f"{key}:rest", AT)])
    with read() as tx:
        assert reads.balance(tx, ("staff", staff), "commission") == 0
        statement = reads.entries(tx, ("staff", staff), "commission").items
        assert sorted(entry.amount for entry in statement) == [-40, -40, -20, 100]
        assert {entry.reverses for entry in statement if entry.amount < 0} == {given}
        assert reads.check(tx) == []


def test_a_reversals_key_is_bound_to_its_body(write: Write) -> None:
    staff, key = new_id(), str(new_id())
    with write() as tx:
        given = actions.post(tx, [commission(tx, staff, 100, key)])[0].transaction_id
        actions.reverse(tx, [Reversal(given, f"{key}:r", AT, amount=40)])
    with pytest.raises(OtherBody), write() as tx:
        actions.reverse(tx, [Reversal(given, f"{key}:r", AT, amount=41)])
    with pytest.raises(NoOriginal), write() as tx:
        actions.reverse(tx, [Reversal(new_id(), f"{key}:x", AT)])


def test_points_stop_at_zero_but_a_clawback_is_owed(write: Write, read: Read) -> None:
    customer, key = new_id(), str(new_id())
    with write() as tx:
        earned = actions.post(tx, [points(tx, customer, 10, f"{key}:earn")])[0].transaction_id
    with pytest.raises(BelowFloor), write() as tx:
        actions.post(tx, [points(tx, customer, -11, f"{key}:much")])
    with write() as tx:
        actions.post(tx, [points(tx, customer, -10, f"{key}:spend")])
    with write() as tx:
        actions.reverse(tx, [Reversal(earned, f"{key}:back", AT)])
    with read() as tx:
        assert reads.balance(tx, ("customer", customer), "points") == -10
    with write() as tx:
        actions.post(tx, [points(tx, customer, 4, f"{key}:more")])
    with read() as tx:
        assert reads.balance(tx, ("customer", customer), "points") == -6
        assert reads.check(tx) == []


def test_a_balance_can_be_asked_for_any_moment(write: Write, read: Read) -> None:
    staff, key = new_id(), str(new_id())
    with write() as tx:
        for day in range(3):
            actions.post(
                tx, [commission(tx, staff, 10**day, f"{key}:{day}", AT + timedelta(days=day))]
            )
    with read() as tx:
        assert [
            reads.balance(
                tx, ("staff", staff), "commission", AT + timedelta(days=day, seconds=seconds)
            )
            for day, seconds in ((0, -1), (0, 0), (1, 0), (2, -1), (2, 0))
        ] == [0, 1, 11, 11, 111]


def test_a_statement_is_read_in_pages(write: Write, read: Read) -> None:
    staff, key = new_id(), str(new_id())
    with write() as tx:
        actions.post(tx, [commission(tx, staff, n, f"{key}:{n}") for n in range(1, 8)])
    seen: list[int] = []
    cursor: str | None = None
    with read() as tx:
        while True:
            page = reads.entries(tx, ("staff", staff), "commission", cursor=cursor, limit=3)
            seen.extend(entry.amount for entry in page.items)
            cursor = page.next
            if cursor is None:
                break
    assert sorted(seen) == list(range(1, 8))


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE benefit.entry SET amount = amount + 1",
        "DELETE FROM benefit.entry",
        "UPDATE benefit.transaction SET kind = 'other'",
        "DELETE FROM benefit.transaction",
        "TRUNCATE benefit.entry",
        "UPDATE benefit.transaction SET amount = amount + 1",
    ],
)
def test_history_cannot_be_changed_even_by_the_owner(
    db: Database, write: Write, statement: str
) -> None:
    with write() as tx:
        actions.post(tx, [commission(tx, new_id(), 5, str(new_id()))])
    with pytest.raises(psycopg.errors.InsufficientPrivilege), write() as tx:
        tx.run(statement)
    with pytest.raises(psycopg.DatabaseError) as refused, db.owner() as connection:
        connection.execute(statement)
    assert refused.value.sqlstate == "HT005"


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE benefit.account SET balance = balance + 1",
        "INSERT INTO benefit.account SELECT * FROM benefit.account",
        "INSERT INTO benefit.transaction SELECT * FROM benefit.transaction",
        "INSERT INTO benefit.entry SELECT * FROM benefit.entry",
    ],
)
def test_the_application_writes_through_the_function_only(write: Write, statement: str) -> None:
    with pytest.raises(psycopg.errors.InsufficientPrivilege), write() as tx:
        tx.run(statement)


def test_the_database_itself_refuses_what_does_not_balance(db: Database, write: Write) -> None:
    with write() as tx:
        done = actions.post(tx, [commission(tx, new_id(), 5, str(new_id()))])[0].transaction_id
    one_leg = """
        INSERT INTO benefit.entry
        SELECT merchant_id, transaction_id, 100, account_id, asset, amount, at
        FROM benefit.entry WHERE transaction_id = %s AND seq = 1
        """
    with pytest.raises(psycopg.DatabaseError) as refused, db.owner() as connection:
        connection.execute(one_leg, [done])
    assert refused.value.sqlstate == "HT002"
    balanced_but_late = """
        INSERT INTO benefit.entry
        SELECT merchant_id, transaction_id, 100 + seq, account_id, asset, amount, at
        FROM benefit.entry WHERE transaction_id = %s
        """
    with pytest.raises(psycopg.DatabaseError) as refused, db.owner() as connection:
        connection.execute(balanced_but_late, [done])
    assert refused.value.sqlstate == "HT003"


@pytest.mark.parametrize("amounts", [(5, -4), (-5, 4), (0, 0)])
def test_what_does_not_balance_is_refused_after_a_movement_too(
    write: Write, amounts: tuple[int, int]
) -> None:
    """A movement is one row; the entries of what comes after it are summed."""

    def move_and_post() -> None:
        with write() as tx:
            actions.post(tx, [points(tx, owner, 5, str(new_id()))])
            right, posting = (points(tx, owner, amount, str(new_id())) for amount in (1, 5))
            legs = zip(posting.legs, amounts, strict=True)
            wrong = replace(
                posting, legs=tuple(replace(leg, amount=amount) for leg, amount in legs)
            )
            store.add_transactions(
                tx, [Prepared(new_id(), each, b"0" * 32) for each in (wrong, right)]
            )

    owner = new_id()
    with pytest.raises(psycopg.DatabaseError) as refused:
        move_and_post()
    assert refused.value.sqlstate == "HT002"


def test_the_database_itself_refuses_an_entry_of_nothing(db: Database, write: Write) -> None:
    with write() as tx:
        done = actions.post(tx, [commission(tx, new_id(), 5, str(new_id()))])[0].transaction_id
    with pytest.raises(psycopg.DatabaseError) as refused, db.owner() as connection:
        connection.execute(
            "INSERT INTO benefit.entry SELECT merchant_id, %s, seq, account_id, asset, 0, at"
            " FROM benefit.entry WHERE transaction_id = %s",
            [new_id(), done],
        )
    assert refused.value.sqlstate == "HT002"


def test_the_database_itself_refuses_a_pair_of_nothing(db: Database, write: Write) -> None:
    with write() as tx:
        done = actions.post(tx, [points(tx, new_id(), 5, str(new_id()))])[0].transaction_id
    with pytest.raises(psycopg.errors.InsufficientPrivilege), db.owner() as connection:
        connection.execute(
            "INSERT INTO benefit.transaction SELECT merchant_id, %s, 'other', request_hash, kind, ref_kind,"
            " ref_id, at, posted_at, reverses, detail, account_id, contra_id, asset, 0"
            " FROM benefit.transaction WHERE id = %s",
            [new_id(), done],
        )


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE benefit.lot SET remaining = quantity + 1",
        "UPDATE benefit.lot SET remaining = -1",
        "UPDATE benefit.lot SET held = remaining + 1",
        "UPDATE benefit.lot SET held = -1",
        "UPDATE benefit.account SET owed = -1",
        "UPDATE benefit.account SET balance = NULL WHERE owner_kind = 'customer'",
        "UPDATE benefit.account SET balance = 0 WHERE owner_kind = 'merchant'",
        "INSERT INTO benefit.account SELECT merchant_id, gen_random_uuid(), 'nobody', owner_id, asset,"
        " floor, balance FROM benefit.account WHERE owner_kind = 'customer'",
        "INSERT INTO benefit.account SELECT merchant_id, gen_random_uuid(), owner_kind, owner_id, asset,"
        " floor, NULL FROM benefit.account WHERE owner_kind = 'customer'",
        "INSERT INTO benefit.lot SELECT merchant_id, gen_random_uuid(), account_id, asset, 0, 0, 0,"
        " active_at, expires_at, transaction_id FROM benefit.lot",
        "INSERT INTO benefit.lot SELECT merchant_id, gen_random_uuid(), account_id, asset, quantity,"
        " quantity + 1, 0, active_at, expires_at, transaction_id FROM benefit.lot",
    ],
)
def test_no_account_and_no_lot_can_be_wrong_even_by_the_owner(
    db: Database, write: Write, statement: str
) -> None:
    with write() as tx:
        actions.post(tx, [points(tx, new_id(), 5, str(new_id()))])
        merchant = str(tx.merchant)

    def run(own: str) -> None:
        with db.owner() as connection:
            connection.execute("SELECT set_config('huitou.merchant', %s, true)", [own])
            connection.execute(statement)

    for own in ("", merchant):  # the functions of the ledger run with the merchant set
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            run(own)


def test_a_tampered_balance_is_found(db: Database, write: Write, read: Read) -> None:
    staff = new_id()
    with write() as tx:
        actions.post(tx, [commission(tx, staff, 5, str(new_id()))])
    tamper = "UPDATE benefit.account SET balance = balance + %s WHERE owner_id = %s"
    with db.owner() as connection:
        connection.execute(tamper, [1, staff])
    with read() as tx:
        assert [broken.invariant for broken in reads.check(tx)] == ["balance_is_its_entries"]
    with db.owner() as connection:
        connection.execute(tamper, [-1, staff])
    with read() as tx:
        assert reads.check(tx) == []


def test_a_merged_customer_has_what_both_have_until_they_are_split(
    write: Write, read: Read, drain: Callable[[], None], send: Callable[..., object], clock: Clock
) -> None:
    send([seen("c1", clock.now), seen("c2", clock.now)])
    drain()
    with write() as tx:
        one, other = customer_of(tx, "c1"), customer_of(tx, "c2")
        actions.post(tx, [points(tx, one, 5, "one"), points(tx, other, 7, "other")])
        winner = identity.merge(tx, one, other).id
    with read() as tx:
        assert reads.balance(tx, ("customer", winner), "points") == 12
        assert len(reads.entries(tx, ("customer", winner), "points").items) == 2
        assert reads.export(tx, winner) == [{"asset": "points", "balance": 12}]
    with write() as tx:
        (merging,) = people.mergings_of(tx, winner)
        identity.undo_merge(tx, winner, merging.id)
    with read() as tx:
        assert reads.balance(tx, ("customer", one), "points") == 5
        assert reads.balance(tx, ("customer", other), "points") == 7


def test_the_database_itself_refuses_to_take_back_what_was_never_posted(write: Write) -> None:
    with write() as tx:
        posting = commission(tx, new_id(), 5, str(new_id()))
        item = Prepared(new_id(), posting, b"0" * 32, original_id=new_id())
    with pytest.raises(psycopg.errors.ForeignKeyViolation), write() as tx:
        store.add_transactions(tx, [item])
