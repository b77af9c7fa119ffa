"""Emergency stops: what is in their scope waits, and goes on by itself once they are lifted.

Every claim shares a lock that a stop takes alone, and looks for stops while it has it. A stop therefore sees every claim
that was committed before it, waits for the calls of those to begin, and commits: after that no call begins.
"""

from uuid import UUID

from huitou.base.db import Tx
from huitou.kernel.ids import new_id
from huitou.merchant import actions as merchant_actions
from huitou.reach.jobs import holding, stopping
from huitou.reach.rules import stopping as rules
from huitou.reach.store import stops as store
from huitou.reach.types.stops import NewStop, NoStop, Stop

_WAITS = 100
"""So often, 30 ms apart, a stop looks whether calls are still being made: 3 s, in which a call that has not begun by
then has died with its worker."""
_RECENT_S = 20
_NOBODY = UUID(int=0)


def stop(tx: Tx, new: NewStop) -> Stop:
    """Nothing in the scope is handed to a channel from the commit on; planning goes on, and what is planned waits.

    The same scope twice is one stop, as strict as both. Refuses `BadStop`.
    """
    rules.checked(new)
    tx.lock(holding.HANDING)
    found = store.add_stop(tx, new_id(), new)
    for _ in range(_WAITS):
        if not store.count_in_flight(tx, found, _RECENT_S):
            break
        store.pause(tx)
    if found.take_back:
        tx.defer(stopping.recall, stop_id=str(found.id), after=str(_NOBODY))
    merchant_actions.audit(
        tx, "reach.stopped", f"stop:{found.id}", scope=found.scope, reason=new.reason
    )
    tx.show("merchant", {"kind": "stop", "stop": str(found.id), "is_in_force": True})
    return found


def pause(tx: Tx, campaign_id: UUID) -> None:
    """The campaign's planned messages wait from the commit on, as for a stop. Again is no change."""
    tx.lock(holding.HANDING)
    new = NewStop(
        scope="campaign",
        channel=None,
        campaign_id=campaign_id,
        is_total=False,
        take_back=False,
        reason="活动已暂停",
    )
    store.add_stop(tx, new_id(), new, "pause")


def resume(tx: Tx, campaign_id: UUID) -> None:
    """They go on. Again is no change."""
    store.lift_pause(tx, campaign_id)


def lift(tx: Tx, stop_id: UUID) -> Stop:
    """What waits for this stop goes on. A stop that was lifted before stays as it is. Refuses `NoStop`."""
    if store.find_stop(tx, stop_id) is None:
        raise NoStop()
    if store.set_lifted(tx, stop_id):
        merchant_actions.audit(tx, "reach.stop_lifted", f"stop:{stop_id}")
        tx.show("merchant", {"kind": "stop", "stop": str(stop_id), "is_in_force": False})
    found = store.find_stop(tx, stop_id)
    assert found is not None
    return found
