"""Message categories over HTTP."""

from typing import Annotated

from pydantic import Field

from huitou.base.http import Body, Reading, Router, Writing, needs
from huitou.reach.actions import categories as actions
from huitou.reach.reads import categories as reads
from huitou.reach.types.categories import MessageCategory
from huitou.reach.types.policies import Name

router = Router(prefix="/v1/reach/categories", tags=["reach"])

Said = Annotated[str, Field(min_length=1, max_length=20, pattern=r"\S")]


class CategoryIn(Body):
    code: Name
    zh: Said
    en: Said


class PutCategories(Body):
    categories: Annotated[list[CategoryIn], Field(min_length=1, max_length=30)]


@router.get("", dependencies=[needs("campaign.read")])
def list_categories(tx: Reading) -> list[MessageCategory]:
    """Kinds of messages that caps may count apart."""
    return reads.list_categories(tx)


@router.put("", dependencies=[needs("setting.edit")])
def put_categories(tx: Writing, body: PutCategories) -> list[MessageCategory]:
    """These and no others; `promotion`, which messages have that say nothing else, is always there."""
    wanted = [MessageCategory(one.code, one.zh, one.en) for one in body.categories]
    return actions.set_categories(tx, wanted)
