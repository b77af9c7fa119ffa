"""What customers turn on and off on the page of their link."""

from typing import Annotated
from urllib.parse import quote

from fastapi import Form, Request
from starlette.responses import RedirectResponse, Response

from huitou.base.db import Database
from huitou.base.http import Router
from huitou.content import reads as content
from huitou.content.types import NoLink
from huitou.reach.actions import preferences

router = Router(tags=["reach"], include_in_schema=False)


@router.post("/l/{token}/preferences")
def turn(request: Request, token: str, wanted: Annotated[str, Form(alias="set")]) -> Response:
    """One switch, `sms.marketing.off`: at once, everywhere; turned back the same way."""
    asked = preferences.parse(wanted)
    back = f"/l/{quote(token, safe='')}/preferences"
    database: Database = request.app.state.database
    merchant = content.merchant_of(database, token)
    if merchant is None:
        return RedirectResponse(back, 303)
    with database.write(merchant, principal="customer") as tx:
        try:
            link = content.get_link(tx, token)
        except NoLink:
            return RedirectResponse(back, 303)
        preferences.choose(tx, link.customer_id, asked, proof=f"link:{link.id}")
    return RedirectResponse(f"{back}?done={asked.name}", 303)
