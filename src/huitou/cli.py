"""The command `huitou`. Sub-commands import what they need when they run."""

import json
import sys
from pathlib import Path

import click

from huitou import __version__


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__)
def main() -> None:
    """回头 Huitou：零售品牌的客户运营系统 / customer operations for retail brands."""


_port = click.option("--port", type=int, default=None, help="端口 / port (8000)")
_data = click.option("--data", default=None, help="数据目录 / data folder (./data)")


@main.command()
@_port
@_data
@click.option(
    "--simulators/--no-simulators",
    "has_simulators",
    default=True,
    help="在后面的端口上启动通道模拟器 / channel simulators on the ports after (this machine only)",
)
@click.option(
    "--workers",
    type=click.IntRange(1, 4),
    default=1,
    show_default=True,
    envvar="HUITOU_WORKERS",
    help="后台进程数，四核起可用两个 / background processes; two from four cores on",
)
def serve(port: int | None, data: str | None, has_simulators: bool, workers: int) -> None:
    """启动（空库或已有数据）/ serve the product."""
    from huitou.base.config import Config
    from huitou.serve import Almighty, Supervisor

    config = Config.from_environment(port=port, data=data)
    _check_storage(config.warehouse_storage)
    supervisor = Supervisor(config)
    try:
        supervisor.open_database()
    except Almighty as refusal:
        raise click.ClickException(str(refusal)) from None
    if has_simulators:
        supervisor.add("simulators", "huitou.simulators")
    supervisor.add("api", "huitou.api")
    for number in range(1, workers + 1):
        supervisor.add("worker" if number == 1 else f"worker-{number}", "huitou.worker")
    try:
        supervisor.wait_for_api()
    except BaseException:
        supervisor.stop()
        raise
    click.echo(f"回头已启动 / Huitou is running: {config.url}    (Ctrl-C 停止 / stops)")
    supervisor.watch()


@main.command()
@_port
@_data
@click.option("--speed", type=float, default=1.0, help="回放倍速 / speed of the live replay")
def demo(port: int | None, data: str | None, speed: float) -> None:
    """启动演示品牌 / serve a real brand's data, played live."""
    from huitou.base.config import Config
    from huitou.demo.run import run_demo

    run_demo(Config.from_environment(port=port, data=data), speed=speed)


@main.command()
@click.argument("kind", type=click.Choice(["wecom", "sms", "wechat", "gateway"]))
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", type=click.IntRange(0, 65535), default=None, help="8101, 8102, 8104, 8105")
@click.option(
    "--state",
    type=click.Path(dir_okay=False, path_type=Path),
    default=None,
    help="SQLite 文件，重启后还在 / keeps it across restarts",
)
def simulate(kind: str, host: str, port: int | None, state: Path | None) -> None:
    """启动一个通道模拟器，供任何开发者联调 / a channel's simulator, to develop against."""
    from huitou.simulators.stand import KINDS, stand

    port = KINDS[kind] if port is None else port
    click.echo(f"{kind}: http://{host}:{port}/    控制接口 / control: /sim/*, /openapi.json")
    stand(kind, host, port, state)


@main.command()
@_data
def doctor(data: str | None) -> None:
    """检查环境，指出问题和办法 / say what is wrong and how to mend it."""
    from huitou.base.config import Config
    from huitou.doctor import examine

    findings = examine(Config.from_environment(data=data))
    for finding in findings:
        click.echo(f"{'✓' if finding.is_good else '✗'} {finding.title}")
        if not finding.is_good:
            click.echo(f"    → {finding.remedy}")
    sys.exit(0 if all(finding.is_good for finding in findings) else 1)


@main.command()
@click.argument("target", type=click.Path(path_type=Path, dir_okay=False))
@_data
def backup(target: Path, data: str | None) -> None:
    """备份数据库到一个文件（密钥另存）/ back the database up into one file, without keys."""
    from huitou.backup import write_backup
    from huitou.base.config import Config
    from huitou.serve import Supervisor

    supervisor = Supervisor(Config.from_environment(data=data), say=lambda text: None)
    dsn = _database_of(supervisor)
    try:
        summary = write_backup(dsn, target)
    finally:
        supervisor.stop()
    click.echo(f"{target}: {summary.table_count} tables, {summary.row_count:,} rows")
    click.echo(f"请另行保管密钥 / keep the key apart: {supervisor.config.master_key}", err=True)


@main.command()
@click.argument("source", type=click.Path(path_type=Path, dir_okay=False, exists=True))
@_data
def restore(source: Path, data: str | None) -> None:
    """恢复到空库，并重新执行遗忘名单 / restore into an empty database, forgetting again."""
    from huitou.backup import NotEmpty, restore_backup
    from huitou.base.config import Config
    from huitou.serve import Supervisor

    supervisor = Supervisor(Config.from_environment(data=data), say=lambda text: None)
    dsn = _database_of(supervisor)
    try:
        summary = restore_backup(dsn, source, supervisor.config)
    except NotEmpty as refusal:
        raise click.ClickException(str(refusal)) from None
    finally:
        supervisor.stop()
    click.echo(
        f"{summary.table_count} tables, {summary.row_count:,} rows;"
        f" forgotten again: {summary.forgotten_count}"
    )


@main.command()
@click.argument("stream")
@click.option("--from", "position", type=int, default=0, help="从哪个位置 / from which position")
@_data
def replay(stream: str, position: int, data: str | None) -> None:
    """让一个消费者重新处理日志 / let a consumer go over the log again."""
    from huitou import wiring
    from huitou.base.config import Config
    from huitou.serve import Supervisor
    from huitou.worker import streams

    wiring.wire()
    supervisor = Supervisor(Config.from_environment(data=data), say=lambda text: None)
    _database_of(supervisor)
    database = supervisor.open()
    try:
        for merchant in database.merchants():
            streams.rewind(database, merchant, stream, position)
            while streams.consume(database, merchant, wiring.ROOMS):
                pass
    finally:
        database.close()
        supervisor.stop()
    click.echo(f"{stream}: replayed from {position}")


@main.group()
def warehouse() -> None:
    """分析副本 / the columnar copy."""


@warehouse.command()
@_data
def rebuild(data: str | None) -> None:
    """从 PostgreSQL 重建分析副本 / make the columnar copy again from PostgreSQL."""
    from huitou import wiring
    from huitou.base.config import Config
    from huitou.base.warehouse import writer
    from huitou.base.warehouse.reader import Warehouse
    from huitou.serve import Supervisor

    wiring.wire()
    supervisor = Supervisor(Config.from_environment(data=data), say=lambda text: None)
    _database_of(supervisor)
    database = supervisor.open()
    config = supervisor.config
    copies = Warehouse(config.warehouse, storage=config.warehouse_storage)
    try:
        for merchant in database.merchants():
            with database.write(merchant, principal="warehouse") as tx:
                rows = writer.rebuild(tx, copies.folder(merchant))
            click.echo(f"{merchant}: {rows:,} rows")
    finally:
        database.close()
        supervisor.stop()


@main.group()
def offers() -> None:
    """优惠 / offers."""


@offers.command("compile")
def compile_() -> None:
    """编译最优权益的求解，只需一次 / compile the search for the best benefit, once (needs the extra `fast`)."""
    import os
    import subprocess
    import sys

    from huitou.base import compiling

    again = (
        "import time; from huitou.base import compiling; from huitou.offer.rules import solving; "
    )
    again += "solving.warm(time.perf_counter); compiling.mark_ready() if compiling.IS_COMPILED else exit(3)"
    done = subprocess.run(
        [sys.executable, "-c", again], env=os.environ | {compiling.SWITCH: "1"}, check=False
    )
    if done.returncode == 3:
        raise click.ClickException("没有安装 numba（可选依赖 fast） / numba is not installed")
    if done.returncode:
        raise click.ClickException("编译失败 / compiling failed")
    click.echo("已编译 / compiled")


@offers.command()
@click.argument("cases", type=click.Path(path_type=Path, dir_okay=False, exists=True))
@click.option("--json", "is_json", is_flag=True, help="一个 JSON 对象 / one JSON object")
def conformance(cases: Path, is_json: bool) -> None:
    """按别家系统的口径核对它们自己的用例 / judge other systems' own cases under their profiles."""
    import msgspec

    from huitou.offer.rules.profiles.conformance import counted, judge

    lines = cases.read_bytes().splitlines()
    verdicts = [judge(line) for line in lines if line.strip()]
    counts = counted(verdicts)
    encode = msgspec.json.Encoder(decimal_format="number").encode
    if is_json:
        click.echo(encode({"counts": counts, "cases": verdicts}))
    else:
        for each in verdicts:
            got = encode(each.got).decode() if each.got else each.why
            click.echo(f"{each.outcome:7}  {each.id}  {each.kind}  {got}")
            if each.outcome == "failed":
                click.echo(f"{'':7}  expected {encode(each.expected).decode()}")
        for name, outcomes in sorted(counts.items()):
            said = ", ".join(f"{count} {outcome}" for outcome, count in outcomes.items())
            click.echo(f"{name}: {said}")
    sys.exit(0 if verdicts and all(each.outcome == "passed" for each in verdicts) else 1)


@main.command()
def openapi() -> None:
    """打印 OpenAPI 描述 / print the description of the API."""
    from huitou.api.describe import description

    click.echo(json.dumps(description(), ensure_ascii=False, indent=1, sort_keys=True))


_customers = click.option("--customers", type=int, default=None, help="顾客数 / how many customers")
_seed = click.option("--seed", type=int, default=1, help="随机种子 / seed of the base")


@main.command()
@click.argument("name", required=False)
@click.option("--list", "is_listing", is_flag=True, help="有哪些 / which there are")
@click.option("--json", "is_json", is_flag=True, help="最后一行是 JSON / last line is JSON")
@click.option("--seconds", type=float, default=20.0, help="测量时长 / how long to measure")
@_customers
@_seed
@click.option("--events", type=int, default=None, help="发送的事件数 / how many events to send")
@click.option("--kills", type=int, default=None, help="杀死进程的次数 / how many processes to kill")
def bench(
    name: str | None,
    is_listing: bool,
    is_json: bool,
    seconds: float,
    customers: int | None,
    seed: int,
    events: int | None,
    kills: int | None,
) -> None:
    """测量 / measure, each figure beside a baseline of the same run."""
    from huitou.benchmark import Asked, benches, folder, run_bench

    if is_listing or name is None:
        for known in benches():
            click.echo(known)
        return
    asked = Asked(folder(), _tell, customers, seed, seconds, events, kills)
    report = run_bench(name, asked)
    click.echo(json.dumps(report, ensure_ascii=False) if is_json else report)


@main.command("bench-base")
@_customers
@_seed
def bench_base(customers: int | None, seed: int) -> None:
    """准备测量用的数据 / make the data that benchmarks run on."""
    from huitou.benchmark import Asked, folder, make_base

    make_base(Asked(folder(), _tell, customers or 100_000, seed))


def _tell(text: str) -> None:
    """Progress, beside what is printed."""
    click.echo(text, err=True)


def _check_storage(uri: str | None) -> None:
    """Say what is wrong with it here, and not in the log of every process."""
    from huitou.base.warehouse.folder import Storage

    try:
        if uri:
            Storage(uri)
    except (ValueError, OSError) as refusal:
        raise click.ClickException(f"HUITOU_WAREHOUSE_STORAGE: {refusal}") from None


def _database_of(supervisor: object) -> str:
    """A running installation's database, or this folder's own, started for the moment."""
    from huitou.base.pg_home import FolderInUse
    from huitou.serve import Supervisor

    assert isinstance(supervisor, Supervisor)
    try:
        return supervisor.open_database()
    except FolderInUse:
        path = supervisor.config.data / "run" / "dsn"
        if not path.exists():
            raise
        running = path.read_text().strip()
        supervisor.dsn = running
        return running


if __name__ == "__main__":
    main()
