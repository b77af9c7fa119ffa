"""What a member receives, channel by channel."""

from typing import Annotated, Any
from uuid import UUID
from zoneinfo import ZoneInfo

from fastapi import Form, Request
from starlette.responses import Response

from huitou.base.db import ReadTx, Tx
from huitou.base.http import Router
from huitou.content import reads as content
from huitou.member.http import frame
from huitou.merchant import reads as merchants
from huitou.reach.actions import preferences

router = Router(prefix="/m/preferences", tags=["member page"], include_in_schema=False)


@router.get("")
def show(request: Request, done: str = "") -> Response:
    """Switches; `done` is the one that was just turned."""

    def compose(tx: ReadTx, customer_id: UUID) -> dict[str, Any]:
        rows = content.preferences_of(tx, customer_id)
        zone = ZoneInfo(merchants.get_merchant(tx).zone)
        return {"rows": rows, "zone": zone, "done": content.turned(rows, done)}

    return frame.page(request, "preferences.html", compose)


@router.post("")
def turn(request: Request, wanted: Annotated[str, Form(alias="set")]) -> Response:
    """Turn one switch, or turn it back: `sms.marketing.off`."""
    asked = preferences.parse(wanted)

    def change(tx: Tx, customer_id: UUID) -> None:
        preferences.choose(tx, customer_id, asked, proof=f"member:{customer_id}")

    return frame.changed(request, change, to=f"/m/preferences?done={asked.name}")
