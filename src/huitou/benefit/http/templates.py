"""Coupon templates over HTTP."""

from typing import Annotated
from uuid import UUID

from fastapi import Query

from huitou.base.http import Body, Reading, Router, Writing, needs
from huitou.benefit.actions import templates as actions
from huitou.benefit.reads import templates as reads
from huitou.benefit.types.templates import (
    Promise,
    Template,
    TemplatePreview,
    TemplateShown,
    TemplateState,
    TemplateVersion,
)
from huitou.kernel.page import PAGE_MAX, Page

router = Router(prefix="/v1/coupon-templates", tags=["coupons"])


class EditTemplate(Body):
    version: int
    promise: Promise


@router.get("", dependencies=[needs("benefit.read")])
def list_templates(
    tx: Reading,
    state: TemplateState | None = None,
    cursor: str | None = None,
    limit: Annotated[int, Query(ge=1, le=PAGE_MAX)] = 50,
) -> Page[TemplateShown]:
    """Templates with their sentences and how many coupons are in which state, newest first."""
    return reads.list_templates(tx, state=state, cursor=cursor, limit=limit)


@router.post("", status_code=201, dependencies=[needs("benefit.edit")])
def add_template(tx: Writing, body: Promise) -> TemplateShown:
    """Keep a draft."""
    return _shown(tx, actions.add(tx, body))


@router.post("/preview", dependencies=[needs("benefit.edit")])
def preview_template(tx: Reading, body: Promise) -> TemplatePreview:
    """The promise as a sentence, and what is probably not meant."""
    return reads.preview(tx, body)


@router.get("/{template_id}", dependencies=[needs("benefit.read")])
def get_template(tx: Reading, template_id: UUID) -> TemplateShown:
    """One template."""
    return _shown(tx, reads.get_template(tx, template_id))


@router.put("/{template_id}", dependencies=[needs("benefit.edit")])
def edit_template(tx: Writing, template_id: UUID, body: EditTemplate) -> TemplateShown:
    """Change it: once published, only for the better. 409 when somebody changed it meanwhile."""
    return _shown(tx, actions.edit(tx, template_id, body.promise, version=body.version))


@router.get("/{template_id}/versions", dependencies=[needs("benefit.read")])
def list_template_versions(tx: Reading, template_id: UUID) -> list[TemplateVersion]:
    """What it promised, latest first."""
    return reads.list_versions(tx, template_id)


@router.post("/{template_id}/publish", dependencies=[needs("benefit.edit")])
def publish_template(tx: Writing, template_id: UUID) -> TemplateShown:
    """Coupons may be given from now on."""
    return _shown(tx, actions.publish(tx, template_id))


@router.post("/{template_id}/pause", dependencies=[needs("benefit.edit")])
def pause_template(tx: Writing, template_id: UUID) -> TemplateShown:
    """None are given for now; those out hold."""
    return _shown(tx, actions.pause(tx, template_id))


@router.post("/{template_id}/end", dependencies=[needs("benefit.edit")])
def end_template(tx: Writing, template_id: UUID) -> TemplateShown:
    """None are given any more; those out hold."""
    return _shown(tx, actions.end(tx, template_id))


def _shown(tx: Reading, template: Template) -> TemplateShown:
    return reads.shown(tx, [template])[0]
