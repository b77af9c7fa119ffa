"""Accounts, fans, what they have opened up, and the messages they got.

Source: developers.weixin.qq.com, getStableAccessToken, 模板消息, 客服消息 (2023-06-12), subscribeMessage.send.
"""

from collections.abc import Callable
from pathlib import Path

from huitou.simulators import world
from huitou.simulators.world import Json, Row

SCHEMA = """
CREATE TABLE IF NOT EXISTS account (
  app_id TEXT PRIMARY KEY, kind TEXT NOT NULL, secret TEXT NOT NULL, token TEXT NOT NULL,
  encoding_aes_key TEXT NOT NULL, callback_url TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS access_token (
  value TEXT PRIMARY KEY, app_id TEXT NOT NULL, expires_at REAL NOT NULL,
  is_revoked INTEGER NOT NULL DEFAULT 0);
CREATE TABLE IF NOT EXISTS template (
  app_id TEXT NOT NULL, id TEXT NOT NULL, fields TEXT NOT NULL, PRIMARY KEY (app_id, id));
CREATE TABLE IF NOT EXISTS fan (
  app_id TEXT NOT NULL, openid TEXT NOT NULL, name TEXT NOT NULL, unionid TEXT,
  follows INTEGER NOT NULL DEFAULT 1, blocks INTEGER NOT NULL DEFAULT 0,
  window_until REAL NOT NULL DEFAULT 0, window_left INTEGER NOT NULL DEFAULT 0,
  PRIMARY KEY (app_id, openid));
CREATE TABLE IF NOT EXISTS credit (
  app_id TEXT NOT NULL, openid TEXT NOT NULL, template TEXT NOT NULL, count INTEGER NOT NULL,
  PRIMARY KEY (app_id, openid, template));
CREATE TABLE IF NOT EXISTS message (
  id INTEGER PRIMARY KEY AUTOINCREMENT, app_id TEXT NOT NULL, openid TEXT NOT NULL,
  kind TEXT NOT NULL, template TEXT NOT NULL, body TEXT NOT NULL, client_id TEXT NOT NULL,
  at REAL NOT NULL, ended TEXT);
CREATE INDEX IF NOT EXISTS message_fan ON message (app_id, openid);
CREATE TABLE IF NOT EXISTS delivery (
  id INTEGER PRIMARY KEY AUTOINCREMENT, app_id TEXT NOT NULL, plain TEXT NOT NULL,
  attempts INTEGER NOT NULL DEFAULT 0, outcome TEXT NOT NULL DEFAULT 'pending');
CREATE TABLE IF NOT EXISTS call (path TEXT PRIMARY KEY, count INTEGER NOT NULL);
"""

DEFAULTS: Json = {
    "token_s": 7200,
    "finish_s": 0.5,
    "is_holding": False,
    "minute_max": 0,
    "callback_timeout_s": 5.0,
    "callback_retry_s": 1.0,
    "callback_delay_s": 0.0,
    "callback_loss": 0,
    "clock_offset_s": 0.0,
}
"""`is_holding`: messages do not end until told; `callback_loss`: so many callbacks get lost next."""

SPOKE, SPOKE_S = 5, 48 * 3600
ACTED, ACTED_S = 3, 60


class World(world.World):
    """All accounts."""

    def __init__(self, path: Path | None, clock: Callable[[], float]) -> None:
        super().__init__(path, clock, SCHEMA, DEFAULTS)

    def account(self, app_id: str) -> Row | None:
        """An official account or a mini program."""
        return self.row("SELECT * FROM account WHERE app_id = ?", app_id)

    def fan(self, app_id: str, openid: str) -> Row | None:
        """A person as this account knows them."""
        return self.row("SELECT * FROM fan WHERE app_id = ? AND openid = ?", app_id, openid)

    def open_window(self, app_id: str, openid: str, count: int, seconds: float) -> None:
        """What a person does opens so many messages; it replaces what was open, never adds up."""
        self.run(
            "UPDATE fan SET window_until = ?, window_left = ? WHERE app_id = ? AND openid = ?",
            self.now() + seconds,
            count,
            app_id,
            openid,
        )

    def count_call(self, path: str) -> None:
        """One more call."""
        self.run(
            "INSERT INTO call VALUES (?, 1) ON CONFLICT (path) DO UPDATE SET count = count + 1",
            path,
        )
