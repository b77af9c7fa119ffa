"""A segment of many while it is being filled."""

from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Filling:
    """Of `whole` memberships to look at, who leaves and who enters, `done` have been looked at. The whole is
    what was expected when it began."""

    done: int
    whole: int

    @property
    def percent(self) -> int:
        """Whole per cent, below a hundred."""
        return min(99, 100 * self.done // max(1, self.whole))


@dataclass(frozen=True, slots=True)
class Place:
    """How far it is: members with ids up to `after` have been looked at, and then whom the rule finds has entered up
    to the ordinal `upto`."""

    whole: int
    done: int
    after: UUID
    upto: int


@dataclass(frozen=True, slots=True)
class Looked:
    """A member who is looked at."""

    customer_id: UUID
    ordinal: int
