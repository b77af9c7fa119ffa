"""Identity reads the log first of all rooms, and compares the base for duplicates."""

from collections.abc import Sequence
from uuid import UUID

import duckdb
from splink.internals.exceptions import SplinkException

from huitou.base.db import Tx
from huitou.base.jobs import Effect, job, stream
from huitou.identity import actions
from huitou.identity.rules import likeness
from huitou.identity.types import Likeness, Person

Claimed = tuple[UUID, Sequence[Person]]


@stream("identity", bulk=50_000)
def resolve(tx: Tx, after: int, upto: int) -> None:
    """Customers of the events at `(after, upto]`."""
    actions.resolve(tx, after, upto)


@job
def apply(tx: Tx, run: str) -> None:
    """Put another rule in force for the whole log."""
    actions.apply_policy(tx, UUID(run))


@job
def preview(tx: Tx, run: str) -> None:
    """Say that a preview has begun, and make it."""
    actions.begin_what_if(tx, UUID(run))
    tx.defer(foresee, key=run, run=run)


@job
def foresee(tx: Tx, run: str) -> None:
    """Fold the whole log under another rule, and keep what would be different."""
    actions.find_what_if(tx, UUID(run))


@job(kind="effect")
def compare() -> Effect[Claimed, Sequence[Likeness] | None]:
    """Compare everybody with everybody, with no transaction open meanwhile."""
    return Effect(_claim, _compare, _settle)


def _claim(tx: Tx, run: str) -> Claimed | None:
    people = actions.claim_comparing(tx, UUID(run))
    return None if people is None else (UUID(run), people)


def _compare(claimed: Claimed) -> Sequence[Likeness] | None:
    try:
        return likeness.find_alike(claimed[1])
    except (SplinkException, duckdb.Error):
        return None


def _settle(tx: Tx, claimed: Claimed, alike: Sequence[Likeness] | None) -> None:
    actions.settle_comparing(tx, claimed[0], alike)
