"""One simulator alone, for any developer: `huitou simulate wecom --port 8101`."""

from pathlib import Path
from typing import Any

import uvicorn

from huitou.simulators.gateway.app import create_app as create_gateway
from huitou.simulators.sms.app import create_app as create_sms
from huitou.simulators.wechat.app import create_app as create_wechat
from huitou.simulators.wecom.app import create_app as create_wecom

KINDS = {"wecom": 8101, "sms": 8102, "wechat": 8104, "gateway": 8105}
"""Kind → the port it stands on unless told otherwise."""


def create(kind: str, state: Path | None) -> Any:
    """The ASGI application; `state` is its SQLite file, None: gone with the process."""
    match kind:
        case "wecom":
            return create_wecom(state)
        case "wechat":
            return create_wechat(state)
        case "gateway":
            return create_gateway(state)
        case _:
            assert kind == "sms"
            return create_sms(":memory:" if state is None else str(state))


def stand(kind: str, host: str, port: int, state: Path | None) -> None:
    """Serve until interrupted. No access log: addresses hold phone numbers and tokens."""
    if state is not None:
        state.parent.mkdir(parents=True, exist_ok=True)
    app = create(kind, state)
    uvicorn.run(app, host=host, port=port, access_log=False, log_level="warning")
