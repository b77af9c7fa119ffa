"""Work in the background, a module per concern; importing this declares all of it.

`actions` defers jobs declared here, and these call actions: nothing of `actions` is used while the
modules load.
"""

from huitou.reach.jobs import (
    asking,
    callbacks,
    greeting,
    hearing,
    listening,
    listing,
    mailing,
    notifying,
    noting,
    receipts,
    sending,
    stopping,
)

__all__ = [
    "asking",
    "callbacks",
    "greeting",
    "hearing",
    "listening",
    "listing",
    "mailing",
    "notifying",
    "noting",
    "receipts",
    "sending",
    "stopping",
]
