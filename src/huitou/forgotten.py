"""The list of forgotten customers, kept beside the keys and apart from backups.

A backup made before somebody was forgotten still holds them; restoring it reads this list and forgets
them again. Lines hold ids only.
"""

import json
import os
from pathlib import Path
from uuid import UUID

from huitou.base.config import Config
from huitou.base.db import Database, Tx
from huitou.base.notices import listens
from huitou.identity import actions as identity
from huitou.identity.types import CustomerForgotten, NoSuchCustomer


@listens(CustomerForgotten)
def remember_forgotten(tx: Tx, notice: CustomerForgotten) -> None:
    """Append to the list. Twice is harmless."""
    path = Config.from_environment().master_key.with_name("forgotten.jsonl")
    path.parent.mkdir(parents=True, exist_ok=True)
    line = json.dumps({"merchant": str(tx.merchant), "customer": str(notice.customer_id)})
    with path.open("a", encoding="utf-8") as file:
        file.write(line + "\n")
        file.flush()
        os.fsync(file.fileno())


def forget_again(database: Database, path: Path) -> int:
    """After a restore: forget everyone on the list; returns how many were there to forget."""
    if not path.exists():
        return 0
    merchants = set(database.merchants())
    count = 0
    entries = {tuple(json.loads(line).values()) for line in path.read_text().splitlines() if line}
    for merchant, customer in sorted(entries):
        if UUID(merchant) not in merchants:
            continue
        try:
            with database.write(UUID(merchant), principal="restore") as tx:
                identity.forget(tx, UUID(customer))
                count += 1
        except NoSuchCustomer:
            continue
    return count
