import time
from huitou.benefit import actions
from huitou.benefit.types import Reversal
from huitou.kernel.ids import new_id
from tests.rooms.benefit.test_ledger import commission, AT

def test_t(write):
    people = [new_id() for _ in range(200)]
    for n in (1000, 5000):
        with write() as tx:
            t = time.perf_counter()
            done = actions.post(tx, [commission(tx, people[i % 200], 10 + i, f"{n}:{i}") for i in range(n)])
            a = time.perf_counter() - t
            t = time.perf_counter()
            actions.reverse(tx, [Reversal(d.transaction_id, f"r{n}:{i}", AT, 3) for i, d in enumerate(done)])
            b = time.perf_counter() - t
        print(n, round(a, 2), round(b, 2))
    with write() as tx:
        t = time.perf_counter()
        for i in range(300):
            actions.post(tx, [commission(tx, people[i % 200], 5, f"s:{i}")])
        print("single", 300 / (time.perf_counter() - t))
    with write() as tx:
        tx.run("SET LOCAL client_min_messages = notice")
        t = time.perf_counter()
        for i in range(300):
            tx.value("SELECT 1")
        print("roundtrip", 300 / (time.perf_counter() - t))
