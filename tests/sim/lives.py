"""What random lives share: processes that die, requests that come twice."""

import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from uuid import UUID

import pytest

from huitou.base.db import Database, Tx

DIE = 0.15
ASK_TWICE = 0.15


class Died(Exception):
    """The process dies before its transaction commits."""


class Mortal:
    """One merchant's writer with dice of its own."""

    def __init__(self, db: Database, merchant: UUID, dice: random.Random) -> None:
        self.db, self.merchant, self.dice = db, merchant, dice

    @contextmanager
    def write(self) -> Iterator[Tx]:
        with self.db.write(self.merchant, principal="sim") as tx:
            yield tx

    def do(self, act: Callable[[Tx], Any]) -> Any:
        """Sometimes die before the commit and begin again; sometimes ask twice."""
        if self.dice.random() < DIE:
            with pytest.raises(Died), self.write() as tx:
                self._die_after(act, tx)
        with self.write() as tx:
            answer = act(tx)
        if self.dice.random() < ASK_TWICE:
            with self.write() as tx:
                again = act(tx)
            assert getattr(again, "is_new", False) is False
        return answer

    @staticmethod
    def _die_after(act: Callable[[Tx], Any], tx: Tx) -> None:
        act(tx)
        raise Died
