"""Ids are made of noise that is kept in store: no two processes may take the same out."""

from multiprocessing import get_context

from huitou.kernel.ids import new_id


def test_a_child_process_makes_ids_of_its_own() -> None:
    new_id()  # there is noise in store
    with get_context("fork").Pool(1) as pool:
        theirs = pool.apply(new_id, (1,))
    assert theirs != new_id(1)


def test_of_many_ids_of_a_moment_no_two_are_the_same() -> None:
    assert len({new_id(1) for _ in range(1_000)}) == 1_000
