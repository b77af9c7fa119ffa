"""All simulators in one process, on the ports after the product's own: `python -m huitou.simulators`.

They speak the wire protocols of the outside world and keep their state in SQLite files, so that a
kill -9 loses nothing. They listen on this machine only.
"""

import asyncio
import json
from typing import Any

import uvicorn

from huitou.base import log
from huitou.base.config import Config
from huitou.serve import die_with_parent
from huitou.simulators.gateway.app import create_app as create_gateway
from huitou.simulators.mall.app import create_app as create_mall
from huitou.simulators.sms.app import create_app as create_sms
from huitou.simulators.wechat.app import create_app as create_wechat
from huitou.simulators.wecom.app import create_app as create_wecom


def main() -> None:
    """Serve WeCom, SMS, the demo's mall, WeChat and vendors by HTTP until SIGTERM."""
    die_with_parent()
    log.configure("simulators")
    config = Config.from_environment()
    folder = config.data / "simulators"
    folder.mkdir(parents=True, exist_ok=True)
    wecom_url = f"http://127.0.0.1:{config.port + 1}"
    apps: list[Any] = [
        create_wecom(folder / "wecom.sqlite"),
        create_sms(str(folder / "sms.sqlite")),
        create_mall(
            api_url=config.url,
            api_key=lambda: _demo_key(config),
            wecom_url=wecom_url,
            state=folder / "mall.sqlite",
        ),
        create_wechat(folder / "wechat.sqlite"),
        create_gateway(folder / "gateway.sqlite"),
    ]
    asyncio.run(_serve(apps, config.port + 1))


def _demo_key(config: Config) -> str:
    """The mall is a channel of the demo: it uses the demo's key."""
    key: str = json.loads((config.data / "demo.json").read_text())["api_key"]
    return key


async def _serve(apps: list[Any], first_port: int) -> None:
    servers = [
        uvicorn.Server(
            uvicorn.Config(
                app,
                host="127.0.0.1",
                port=first_port + offset,
                log_config=None,
                access_log=False,
                timeout_graceful_shutdown=1,
            )
        )
        for offset, app in enumerate(apps)
    ]
    await asyncio.gather(*(server.serve() for server in servers))


if __name__ == "__main__":
    main()
