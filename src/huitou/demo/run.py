"""`huitou demo`: the product with a real brand's purchases, loaded once, then played live."""

from dataclasses import replace

import click

from huitou.base.config import Config
from huitou.demo.load import found, load, load_world
from huitou.demo.state import Demo
from huitou.serve import Supervisor


def run_demo(config: Config, *, speed: float) -> None:
    """Serve until SIGINT or SIGTERM."""
    supervisor = Supervisor(config)
    config.ready.unlink(missing_ok=True)
    supervisor.open_database()
    try:
        known = Demo.read(config.data)
        world = load_world(known) if known is None or not known.is_loaded else None
        if world is not None:
            database = supervisor.open()
            demo = found(database, config, world)
            database.close()
        else:
            assert known is not None
            demo = known
        if demo.url != config.url:
            demo = replace(demo, url=config.url)
            demo.write(config.data)
        supervisor.add("simulators", "huitou.simulators")
        supervisor.add("api", "huitou.api")
        supervisor.add("worker", "huitou.worker")
        supervisor.wait_for_api()
        if world is not None:
            load(config, demo, world, click.echo)
        supervisor.add("player", "huitou.demo.player", "--speed", str(speed))
        _announce(config, demo)
    except BaseException:
        supervisor.stop()
        raise
    supervisor.watch()


def _announce(config: Config, demo: Demo) -> None:
    click.echo("")
    click.echo(f"  舞台 / stage       {config.url}/stage")
    click.echo(f"  控制台 / console   {config.url}/")
    click.echo(f"  导购手机 / phone   {config.url}/a")
    click.echo(f"  企业微信模拟器     http://127.0.0.1:{config.port + 1}/")
    click.echo(f"  短信模拟器         http://127.0.0.1:{config.port + 2}/")
    click.echo("")
    for login in demo.logins:
        click.echo(
            f"  {login['role']:<13} {login['login']:<8} {login['password']}"
            f"    {login['name']} · {login['unit']}"
        )
    click.echo("")
    click.echo("  Ctrl-C 停止 / stops. 数据与密钥 / data and keys: " + str(config.data))
