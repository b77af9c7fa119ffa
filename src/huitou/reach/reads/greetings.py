"""How greetings of new friends ended."""

from uuid import UUID

from huitou.base.db import ReadTx
from huitou.code import reads as codes
from huitou.reach.rules import greeting
from huitou.reach.store import greetings


def greetings_of(tx: ReadTx, code_id: UUID) -> list[greetings.GreetingCount]:
    """How the greetings of a contact-way code ended; nothing for one out of the scope."""
    return greetings.count_greetings(tx, codes.ids_in_scope(tx, [code_id]))


def greeting_text(failure: str, language: str) -> str:
    """Why a greeting did not go out, as a sentence."""
    return greeting.text_of(failure, language)
