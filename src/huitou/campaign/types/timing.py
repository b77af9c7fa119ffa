"""When a customer looks at messages."""

from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Habit:
    """When a customer opened a message or bought, a fact an hour of the week by the clock of `zone`."""

    customer_id: UUID
    zone: str
    hours: tuple[int, ...]
