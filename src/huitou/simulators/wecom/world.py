"""The simulated corporation."""

from collections.abc import Callable
from pathlib import Path

from huitou.simulators import world
from huitou.simulators.world import Json

SCHEMA = """
CREATE TABLE IF NOT EXISTS token (
  value TEXT PRIMARY KEY, expires_at REAL NOT NULL, is_revoked INTEGER NOT NULL DEFAULT 0);
CREATE TABLE IF NOT EXISTS member (
  userid TEXT PRIMARY KEY, name TEXT NOT NULL, department INTEGER NOT NULL,
  position TEXT NOT NULL, may_follow INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS customer (
  external_userid TEXT PRIMARY KEY, name TEXT NOT NULL, unionid TEXT, gender INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS friendship (
  userid TEXT NOT NULL, external_userid TEXT NOT NULL, state TEXT NOT NULL,
  add_way INTEGER NOT NULL, created_at INTEGER NOT NULL, remark TEXT NOT NULL,
  has_left INTEGER NOT NULL DEFAULT 0,
  PRIMARY KEY (userid, external_userid));
CREATE INDEX IF NOT EXISTS friendship_customer ON friendship (external_userid);
CREATE TABLE IF NOT EXISTS welcome (
  code TEXT PRIMARY KEY, userid TEXT NOT NULL, external_userid TEXT NOT NULL,
  issued_at REAL NOT NULL, is_used INTEGER NOT NULL DEFAULT 0);
CREATE TABLE IF NOT EXISTS contact_way (
  config_id TEXT PRIMARY KEY, userids TEXT NOT NULL, state TEXT NOT NULL, remark TEXT NOT NULL,
  created_at REAL NOT NULL);
CREATE TABLE IF NOT EXISTS customer_group (
  chat_id TEXT PRIMARY KEY, name TEXT NOT NULL, owner TEXT NOT NULL, member_count INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS moment (
  jobid TEXT PRIMARY KEY, moment_id TEXT NOT NULL UNIQUE, created_at REAL NOT NULL,
  text TEXT NOT NULL, is_cancelled INTEGER NOT NULL DEFAULT 0);
CREATE TABLE IF NOT EXISTS moment_task (
  moment_id TEXT NOT NULL, userid TEXT NOT NULL, published_at REAL,
  PRIMARY KEY (moment_id, userid));
CREATE TABLE IF NOT EXISTS mass (
  seq INTEGER PRIMARY KEY AUTOINCREMENT, msgid TEXT NOT NULL UNIQUE, created_at REAL NOT NULL,
  text TEXT NOT NULL, attachments TEXT NOT NULL, is_cancelled INTEGER NOT NULL DEFAULT 0);
CREATE TABLE IF NOT EXISTS task (
  msgid TEXT NOT NULL, userid TEXT NOT NULL, status INTEGER NOT NULL DEFAULT 0, sent_at INTEGER,
  PRIMARY KEY (msgid, userid));
CREATE INDEX IF NOT EXISTS task_member ON task (userid, status);
CREATE TABLE IF NOT EXISTS target (
  msgid TEXT NOT NULL, userid TEXT NOT NULL, external_userid TEXT NOT NULL,
  status INTEGER NOT NULL DEFAULT 0, sent_at INTEGER,
  PRIMARY KEY (msgid, userid, external_userid));
CREATE INDEX IF NOT EXISTS target_customer ON target (external_userid, status, sent_at);
CREATE TABLE IF NOT EXISTS reminder (msgid TEXT NOT NULL, at REAL NOT NULL);
CREATE TABLE IF NOT EXISTS chat (
  id INTEGER PRIMARY KEY AUTOINCREMENT, userid TEXT NOT NULL, external_userid TEXT NOT NULL,
  at INTEGER NOT NULL, kind TEXT NOT NULL, text TEXT NOT NULL, attachments TEXT NOT NULL,
  msgid TEXT);
CREATE INDEX IF NOT EXISTS chat_customer ON chat (external_userid, userid, id);
CREATE TABLE IF NOT EXISTS notice (
  id INTEGER PRIMARY KEY AUTOINCREMENT, userid TEXT NOT NULL, at REAL NOT NULL,
  msgid TEXT NOT NULL, digest TEXT NOT NULL, kind TEXT NOT NULL, body TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS notice_member ON notice (userid, id);
CREATE TABLE IF NOT EXISTS code (
  value TEXT PRIMARY KEY, who TEXT NOT NULL, issued_at REAL NOT NULL,
  is_used INTEGER NOT NULL DEFAULT 0);
CREATE TABLE IF NOT EXISTS delivery (
  id INTEGER PRIMARY KEY AUTOINCREMENT, plain TEXT NOT NULL, created_at REAL NOT NULL,
  attempts INTEGER NOT NULL DEFAULT 0, outcome TEXT NOT NULL DEFAULT 'pending');
"""

DEFAULTS: Json = {
    "corp_id": "wwsim0000000000001",
    "secret": "sim-secret",
    "agent_id": 1000002,
    "token": "simtoken",
    "encoding_aes_key": "c2ltdWxhdG9yLW9ubHkta2V5LW5vdC1mb3ItcHJvZHU",
    "callback_url": "",
    "corp_name": "演示企业",
    "token_s": 7200,
    "dispatch_s": 0.2,
    "quota_per_month": None,
    "has_unionid": True,
    "callback_timeout_s": 5.0,
    "callback_retry_s": 1.0,
    "clock_offset_s": 0.0,
}
"""`quota_per_month` None means as many as the month has days."""


class World(world.World):
    """All state of one corporation."""

    def __init__(self, path: Path | None, clock: Callable[[], float]) -> None:
        super().__init__(path, clock, SCHEMA, DEFAULTS)
