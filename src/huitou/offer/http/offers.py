"""Offers over HTTP."""

from typing import Annotated
from uuid import UUID

from fastapi import Query

from huitou.base.http import Body, Reading, Router, Writing, needs
from huitou.kernel.page import PAGE_MAX, Page
from huitou.offer.actions import offers as actions
from huitou.offer.actions import publishing
from huitou.offer.reads import offers as reads
from huitou.offer.types.documents import OfferKind
from huitou.offer.types.offers import (
    Offer,
    OfferDocument,
    OfferPreview,
    OfferShown,
    OfferState,
    OfferTags,
    OfferVersion,
)

router = Router(prefix="/v1/offers", tags=["offers"])


class EditOffer(Body):
    version: int
    document: OfferDocument


class PublishOffer(Body):
    """`version` is the one that was looked at."""

    version: int


@router.get("", dependencies=[needs("offer.read")])
def list_offers(
    tx: Reading,
    state: OfferState | None = None,
    kind: OfferKind | None = None,
    q: Annotated[str | None, Query(max_length=100)] = None,
    cursor: str | None = None,
    limit: Annotated[int, Query(ge=1, le=PAGE_MAX)] = 50,
) -> Page[OfferShown]:
    """Offers with their sentences and what orders took of them, newest first; `q` is a part of the name."""
    return reads.list_offers(tx, state=state, kind=kind, words=q, cursor=cursor, limit=limit)


@router.get("/tags", dependencies=[needs("offer.read")])
def list_offer_tags(tx: Reading) -> OfferTags:
    """What an offer's `allows` may name."""
    return reads.list_tags(tx)


@router.post("", status_code=201, dependencies=[needs("offer.edit")])
def add_offer(tx: Writing, body: OfferDocument) -> OfferShown:
    """Keep a draft."""
    return _shown(tx, actions.add(tx, body))


@router.post("/preview", dependencies=[needs("offer.edit")])
def preview_offer(tx: Reading, body: OfferDocument) -> OfferPreview:
    """The offer as a sentence, and what is probably not meant."""
    return reads.preview(tx, body)


@router.get("/{offer_id}", dependencies=[needs("offer.read")])
def get_offer(tx: Reading, offer_id: UUID) -> OfferShown:
    """One offer."""
    return _shown(tx, reads.get_offer(tx, offer_id))


@router.put("/{offer_id}", dependencies=[needs("offer.edit")])
def edit_offer(tx: Writing, offer_id: UUID, body: EditOffer) -> OfferShown:
    """Write it anew; what was published holds until this is published. 409 when somebody changed it
    meanwhile."""
    return _shown(tx, actions.edit(tx, offer_id, body.document, version=body.version))


@router.get("/{offer_id}/versions", dependencies=[needs("offer.read")])
def list_offer_versions(tx: Reading, offer_id: UUID) -> list[OfferVersion]:
    """What was published, latest first."""
    return reads.list_versions(tx, offer_id)


@router.post("/{offer_id}/publish", dependencies=[needs("offer.publish")])
def publish_offer(tx: Writing, offer_id: UUID, body: PublishOffer) -> OfferShown:
    """It holds from now on as it is written, also after a pause; or `waiting` for a second person, where it may
    cost much or goes below what products may be sold for."""
    return _shown(tx, publishing.publish(tx, offer_id, version=body.version))


@router.post("/{offer_id}/pause", dependencies=[needs("offer.publish")])
def pause_offer(tx: Writing, offer_id: UUID) -> OfferShown:
    """It does not hold for now."""
    return _shown(tx, actions.pause(tx, offer_id))


@router.post("/{offer_id}/end", dependencies=[needs("offer.publish")])
def end_offer(tx: Writing, offer_id: UUID) -> OfferShown:
    """It never holds again."""
    return _shown(tx, actions.end(tx, offer_id))


def _shown(tx: Reading, offer: Offer) -> OfferShown:
    return reads.shown(tx, [offer])[0]
