"""How greetings of new friends ended, by contact-way code."""

from dataclasses import dataclass
from typing import Annotated
from uuid import UUID

from fastapi import Query

from huitou.base.http import Asking, Reading, Router, needs
from huitou.reach.reads import greetings as reads

router = Router(tags=["reach"])


@dataclass(frozen=True, slots=True)
class GreetingsShown:
    """How many greetings of a code ended so; `text` says why one did not go out."""

    code_id: UUID
    state: str
    failure: str | None
    text: str | None
    count: int


@router.get("/v1/greetings", dependencies=[needs("codes.read")])
def list_greetings(
    tx: Reading, asking: Asking, code: Annotated[UUID, Query()]
) -> list[GreetingsShown]:
    """Greetings by which friends of a code were met: `sent`, `sending`, `failed`, `unknown`. Empty for a
    code out of the asker's scope."""
    return [
        GreetingsShown(
            each.code_id,
            each.state,
            each.failure,
            reads.greeting_text(each.failure, asking.language) if each.failure else None,
            each.count,
        )
        for each in reads.greetings_of(tx, code)
    ]
