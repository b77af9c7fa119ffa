"""Who a link, a session or a code is of."""

from uuid import UUID

from huitou.base.db import Database, ReadTx
from huitou.identity import reads as identities
from huitou.identity.types import NoSuchCustomer
from huitou.member.rules import codes, tokens
from huitou.member.rules.drawing import qr
from huitou.member.types import Claim, MemberLink
from huitou.merchant import reads as merchants
from huitou.profile import reads as profiles

CODES = 10


def merchant_of(database: Database, token: str) -> UUID | None:
    """Whose key a token is to be checked with, if there is such a merchant."""
    named = tokens.merchant_in(token)
    return named if named is not None and named in database.merchants() else None


def link_of(tx: ReadTx, customer_id: UUID) -> str:
    """A customer's own address of the member page, good for a week.

    For messages to this one customer: whoever has it sees their bills.
    """
    site = merchants.setting(tx, "site.url").rstrip("/")
    claim = Claim(tx.merchant, customer_id, tx.now + tokens.LINK_LIFE)
    return f"{site}/m/{tokens.token_of('link', claim, tx.keys.blind)}"


def link_for(tx: ReadTx, customer_id: UUID) -> MemberLink:
    """A link for a customer whom the asker may see. Refuses NoSuchCustomer."""
    root_id = profiles.get_visible_root(tx, customer_id)
    url = link_of(tx, root_id)
    return MemberLink(url, qr(url, "l"), tx.now + tokens.LINK_LIFE)


def customer_of(tx: ReadTx, purpose: tokens.Purpose, token: str) -> UUID | None:
    """Who answers for the customer a token was made for; nobody once they are forgotten."""
    claim = tokens.claim_of(purpose, token, tx.keys.blind, tx.now)
    if claim is None or claim.merchant != tx.merchant:
        return None
    try:
        root = identities.get_root(tx, claim.subject)
    except NoSuchCustomer:
        return None
    return root.id if root.state == "live" else None


def session_from(tx: ReadTx, link: str) -> str | None:
    """The session that a link opens. It stays with the customer the link was made for: after a
    merge whoever answers for them is shown, after a split themselves again."""
    if customer_of(tx, "link", link) is None:
        return None
    claim = tokens.claim_of("link", link, tx.keys.blind, tx.now)
    return session_for(tx, claim.subject) if claim else None


def session_for(tx: ReadTx, customer_id: UUID) -> str:
    """A session's token."""
    claim = Claim(tx.merchant, customer_id, tx.now + tokens.SESSION_LIFE)
    return tokens.token_of("session", claim, tx.keys.blind)


def next_codes(tx: ReadTx, ordinal: int, count: int = CODES) -> list[str]:
    """Member codes of the coming half minutes, that of now first."""
    step = codes.step_of(tx.now)
    return [codes.code_of(ordinal, step + ahead, tx.keys.blind) for ahead in range(count)]
