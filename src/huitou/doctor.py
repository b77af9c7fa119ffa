"""What is wrong with an installation, and how to mend it."""

import os
import shutil
import socket
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import psycopg

from huitou.api.pages import WEBUI
from huitou.base.config import Config
from huitou.base.migrate import pending
from huitou.base.warehouse.folder import Storage

_FREE_MIN_BYTES = 2 * 1024**3


@dataclass(frozen=True, slots=True)
class Finding:
    title: str
    is_good: bool
    remedy: str = ""


def examine(config: Config) -> list[Finding]:
    """Every check, the good ones too."""
    findings = [
        _check(
            "数据目录可写 / data folder writable", lambda: _writable(config.data), "chown/chmod"
        ),
        _space(config.data),
        _check(
            "控制台已构建 / console built",
            lambda: (WEBUI / "index.html").is_file(),
            "运行 make console / run `make console`",
        ),
        _key(config.master_key),
        *_storage(config.warehouse_storage),
    ]
    running = config.data / "run" / "dsn"
    dsn = config.database_url or (running.read_text().strip() if running.exists() else None)
    if dsn is None:
        port_is_free = not _answers(config.host, config.port)
        findings.append(
            Finding(
                f"端口 {config.port} 空闲 / port is free",
                port_is_free,
                "用 PORT=… 换一个端口，或停止占用它的程序 / choose another PORT or stop its owner",
            )
        )
        return findings
    return findings + list(_database(dsn))


def _database(dsn: str) -> Iterator[Finding]:
    try:
        with psycopg.connect(dsn, connect_timeout=5) as owner:
            version, almighty, zone = owner.execute(
                "SELECT current_setting('server_version_num')::int, rolsuper OR rolbypassrls,"
                " pg_encoding_to_char(encoding) FROM pg_roles, pg_database"
                " WHERE rolname = current_user AND datname = current_database()"
            ).fetchone() or (0, True, "")
            yield Finding("数据库可连接 / database answers", True)
            yield Finding(
                f"PostgreSQL {version // 10000} ≥ 15",
                version >= 150000,
                "升级到 PostgreSQL 15 或更新 / upgrade to PostgreSQL 15 or newer",
            )
            yield Finding(
                "数据库用户受行级安全约束 / user is bound by row-level security",
                not almighty,
                "换用非超级用户且无 BYPASSRLS 的用户 / use a role without SUPERUSER and BYPASSRLS",
            )
            yield Finding(
                "数据库编码 UTF8 / encoding", zone == "UTF8", "以 UTF8 建库 / create it as UTF8"
            )
            missing = pending(dsn)
            yield Finding(
                "数据库结构最新 / schema is current",
                not missing,
                f"重启 huitou serve 会自动升级（{len(missing)} 个）/ restart to migrate",
            )
            if not missing:
                yield from _stuck(owner)
    except psycopg.OperationalError as error:
        yield Finding(
            "数据库可连接 / database answers",
            False,
            f"检查 HUITOU_DATABASE_URL 与服务器 / check the address and the server: {error}",
        )


def _stuck(owner: psycopg.Connection) -> Iterator[Finding]:
    failed, aside, lag = owner.execute(
        """
        SELECT (SELECT count(*) FROM procrastinate.procrastinate_jobs WHERE status = 'failed'),
               (SELECT count(*) FROM event.set_aside WHERE resolved_at IS NULL),
               (SELECT coalesce(max(h.position - c.position), 0) FROM base.cursor c
                JOIN event.head h ON h.merchant_id = c.merchant_id)
        """
    ).fetchone() or (0, 0, 0)
    yield Finding(
        "没有失败的后台任务 / no failed jobs",
        not failed,
        f"{failed} 个失败，见 data/logs/worker.log / see the worker's log",
    )
    yield Finding(
        "没有被搁置的事件 / no events set aside",
        not aside,
        f"{aside} 个，见「数据」页 / see the page 数据",
    )
    yield Finding(
        "消费没有积压 / streams keep up",
        lag < 10_000,
        f"落后 {lag} 个事件：worker 在运行吗 / is the worker running?",
    )


def _check(title: str, test: Callable[[], bool], remedy: str) -> Finding:
    try:
        return Finding(title, test(), remedy)
    except OSError as error:
        return Finding(title, False, f"{remedy} ({error})")


def _writable(folder: Path) -> bool:
    folder.mkdir(parents=True, exist_ok=True)
    return os.access(folder, os.W_OK)


def _space(folder: Path) -> Finding:
    free = shutil.disk_usage(folder if folder.exists() else folder.parent).free
    return Finding(
        f"磁盘剩余 {free / 1024**3:.1f} GB / disk space",
        free > _FREE_MIN_BYTES,
        "至少留 2 GB / keep at least 2 GB free",
    )


def _key(path: Path) -> Finding:
    title = "主密钥只有自己可读 / master key is private"
    if os.environ.get("HUITOU_MASTER_KEY") or not path.exists():
        return Finding(title, True)
    return Finding(title, path.stat().st_mode & 0o077 == 0, f"chmod 600 {path}")


def _storage(uri: str | None) -> Iterator[Finding]:
    if uri is None:
        return
    title = "分析副本的存储可读写 / the copy's storage can be read and written"
    remedy = "HUITOU_WAREHOUSE_STORAGE"
    try:
        Storage(uri).try_out()
    except (ValueError, OSError) as error:
        yield Finding(title, False, f"{remedy}: {error}")
    else:
        yield Finding(title, True, remedy)


def _answers(host: str, port: int) -> bool:
    with socket.socket() as probe:
        probe.settimeout(0.5)
        return probe.connect_ex((host, port)) == 0
