"""The HTTP process: `python -m huitou.api`."""

import uvicorn

from huitou import wiring
from huitou.api.app import create_app
from huitou.base import log
from huitou.base.config import Config
from huitou.base.crypto import MasterKey
from huitou.base.db import Database
from huitou.base.warehouse.reader import Warehouse
from huitou.serve import die_with_parent, keep_loaded


def main() -> None:
    """Serve until SIGTERM."""
    die_with_parent()
    log.configure("api")
    config = Config.from_environment()
    assert config.database_url is not None
    database = Database(
        config.database_url,
        MasterKey.load(config.master_key),
        size_max=20,
        warehouse=Warehouse(config.warehouse, config.warehouse_engine, config.warehouse_storage),
    )
    wiring.wire()
    app = create_app(database)
    app.state.config = config
    app.state.is_ready = config.ready.exists
    keep_loaded()
    uvicorn.run(
        app,
        host=config.host,
        port=config.port,
        log_config=None,
        access_log=False,
        timeout_graceful_shutdown=3,
    )


if __name__ == "__main__":
    main()
