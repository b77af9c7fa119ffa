"""`python -m huitou.simulators.sms --port 8102`."""

import tempfile
from pathlib import Path

import click
import uvicorn

from huitou.simulators.sms.app import create_app


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=8102, show_default=True, type=click.IntRange(0, 65535))
@click.option("--data", type=click.Path(dir_okay=False, path_type=Path), default=None)
def main(host: str, port: int, data: Path | None) -> None:
    """Run the SMS simulator. --data is its SQLite file; by default one per port in the temp dir."""
    path = data or Path(tempfile.gettempdir()) / f"huitou-sms-{port}.sqlite"
    path.parent.mkdir(parents=True, exist_ok=True)
    click.echo(f"短信模拟器 http://{host}:{port}/  ({path})")
    # The access log would write phone numbers: Aliyun takes them in the query string.
    uvicorn.run(create_app(str(path)), host=host, port=port, access_log=False, log_level="warning")


main()
