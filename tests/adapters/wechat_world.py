"""The WeChat simulator on a real socket, with an official account and a mini program."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import httpx2
from pydantic import SecretStr

from huitou.channels.wechat.client import WechatClient
from huitou.channels.wechat.config import MiniConfig, OfficialConfig
from huitou.channels.wechat.mini import MiniChannel
from huitou.channels.wechat.official import OfficialChannel
from huitou.kernel.ids import new_id
from huitou.reach.types.channels import Link, Outgoing
from huitou.simulators.wechat.app import create_app
from tests.adapters.wecom.serving import PLAIN, serve

OFFICIAL, MINI = "wxofficial01", "wxmini0001"
OPENID = "oFAN0001"
AES_KEY = "jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C"
TEMPLATE = "tmpl-order"
CREDIT = "tmpl-arrived"
ACCOUNT: dict[str, Any] = {"secret": "S1", "token": "QDG6eK", "encoding_aes_key": AES_KEY}


class WechatSim:
    """A running simulator, its control API and clients of it."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.http = httpx2.Client(base_url=url, verify=PLAIN, trust_env=False, timeout=60)
        self._opened: list[Callable[[], None]] = []

    def order(self, path: str, /, **body: Any) -> dict[str, Any]:
        """POST /sim/<path>."""
        response = self.http.post(f"/sim/{path}", json=body)
        assert response.status_code == 200, response.text
        answer: dict[str, Any] = response.json()
        return answer

    def look(self, path: str = "") -> dict[str, Any]:
        """GET /sim/<path>."""
        answer: dict[str, Any] = self.http.get(f"/sim/{path}").json()
        return answer

    def set_up(self, callback_url: str = "") -> None:
        """Both accounts with a fan; messages end when told."""
        self.order("settings", is_holding=True, callback_retry_s=0.01, callback_timeout_s=30)
        fields = {
            "official": {TEMPLATE: ["thing1", "time2"]},
            "mini": {CREDIT: ["thing1", "phrase2"]},
        }
        for app_id, kind in ((OFFICIAL, "official"), (MINI, "mini")):
            self.order(
                "account",
                app_id=app_id,
                kind=kind,
                templates=fields[kind],
                callback_url=f"{callback_url}/{kind}" if callback_url else "",
                **ACCOUNT,
            )
            self.order("fans", app_id=app_id, openid=OPENID, name="小李", unionid="oU1")

    def act(self, app_id: str, act: str, subject: str = "") -> None:
        """The fan does something."""
        self.order("acts", app_id=app_id, openid=OPENID, act=act, subject=subject)

    def official(self, **changes: Any) -> OfficialChannel:
        """The channel of the official account; closed with the simulator."""
        channel = OfficialChannel(WechatClient(official_config(self.url, **changes)))
        self._opened.append(channel.close)
        return channel

    def mini(self, **changes: Any) -> MiniChannel:
        """The channel of the mini program; closed with the simulator."""
        config = mini_config(self.url, **changes)
        channel = MiniChannel(config, WechatClient(config))
        self._opened.append(channel.close)
        return channel

    def close(self) -> None:
        for close in self._opened:
            close()
        self.http.close()


def official_config(url: str, **changes: Any) -> OfficialConfig:
    fields: dict[str, Any] = {
        "app_id": OFFICIAL,
        **ACCOUNT,
        "secret": SecretStr(ACCOUNT["secret"]),
        "encoding_aes_key": SecretStr(AES_KEY),
        "templates": f"{TEMPLATE}=thing1:${{goods}};time2:${{when}}",
        "base_url": url,
    }
    return OfficialConfig.model_validate({**fields, **changes})


def mini_config(url: str, **changes: Any) -> MiniConfig:
    fields: dict[str, Any] = {
        "app_id": MINI,
        **ACCOUNT,
        "secret": SecretStr(ACCOUNT["secret"]),
        "encoding_aes_key": SecretStr(AES_KEY),
        "templates": f"{CREDIT}=thing1:${{goods}};phrase2:到货",
        "template_id": CREDIT,
        "base_url": url,
    }
    return MiniConfig.model_validate({**fields, **changes})


def message(**changes: Any) -> Outgoing:
    """A message by template, with a link of its own."""
    identifier = new_id()
    link = Link("鲜奶到货", "您常买的", f"https://h5.example.cn/t/{identifier.hex}")
    fields: dict[str, Any] = {
        "message_id": identifier,
        "address": OPENID,
        "text": "您好",
        "link": link,
        "params": {"goods": "鲜奶", "when": "2026年1月2日"},
    }
    return Outgoing(**{**fields, **changes})


@contextmanager
def running() -> Iterator[WechatSim]:
    with serve(create_app()) as url:
        sim = WechatSim(url)
        try:
            yield sim
        finally:
            sim.close()
