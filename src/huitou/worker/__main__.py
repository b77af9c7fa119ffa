"""The background process: `python -m huitou.worker`."""

from huitou import wiring
from huitou.base import log
from huitou.base.config import Config
from huitou.base.crypto import MasterKey
from huitou.base.db import Database
from huitou.base.warehouse.reader import Warehouse
from huitou.serve import die_with_parent, keep_loaded
from huitou.worker.run import Worker


def main() -> None:
    """Work until SIGTERM."""
    die_with_parent()
    log.configure("worker")
    config = Config.from_environment()
    assert config.database_url is not None
    wiring.wire()
    database = Database(
        config.database_url,
        MasterKey.load(config.master_key),
        size_max=10,
        warehouse=Warehouse(config.warehouse, config.warehouse_engine, config.warehouse_storage),
    )
    worker = Worker(database, list(wiring.ROOMS))
    keep_loaded()
    worker.run()


if __name__ == "__main__":
    main()
