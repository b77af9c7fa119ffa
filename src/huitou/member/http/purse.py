"""Points and stored value on the customer's phone."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import Form, Request
from starlette.responses import Response

from huitou.base.db import ReadTx, Tx
from huitou.base.http import Router
from huitou.benefit.actions import mall
from huitou.kernel.ids import new_id
from huitou.member.http import frame
from huitou.member.reads.purse import points_page, stored_page

router = Router(prefix="/m", tags=["member page"], include_in_schema=False)


@router.get("/points")
def points(request: Request, done: str = "") -> Response:
    """What there is, what is on its way, what it can be had for."""

    def compose(tx: ReadTx, customer_id: UUID) -> dict[str, Any]:
        page = points_page(tx, customer_id)
        return {"page": page, "wish": str(new_id()), "is_done": done == "1"}

    return frame.page(request, "points.html", compose)


@router.post("/points/exchange/{item_id}")
def exchange(request: Request, item_id: UUID, wish: Annotated[UUID, Form()]) -> Response:
    """Points for an item, once for each page that was shown."""

    def change(tx: Tx, customer_id: UUID) -> None:
        mall.exchange(tx, item_id, customer_id, 1, key=f"member:{customer_id}:{wish}")

    return frame.changed(request, change, to="/m/points?done=1")


@router.get("/stored")
def stored(request: Request) -> Response:
    """Principal and bonus, apart."""

    def compose(tx: ReadTx, customer_id: UUID) -> dict[str, Any]:
        purse, moved = stored_page(tx, customer_id)
        return {"purse": purse, "moved": moved}

    return frame.page(request, "stored.html", compose)
