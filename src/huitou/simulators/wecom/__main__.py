"""`python -m huitou.simulators.wecom`: serve the simulator on its own port."""

from pathlib import Path

import click
import uvicorn

from huitou.simulators.wecom.app import create_app


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=8101, show_default=True)
@click.option("--state", type=click.Path(path_type=Path), help="SQLite file to keep the state in.")
@click.option("--corp", help="Corporation id (ww…).")
@click.option("--secret", help="Secret of the app.")
@click.option("--callback", help="Where callbacks go.")
def main(
    host: str,
    port: int,
    state: Path | None,
    corp: str | None,
    secret: str | None,
    callback: str | None,
) -> None:
    """Serve a simulated WeCom; the rest is set through POST /sim/corp."""
    given = {"corp_id": corp, "secret": secret, "callback_url": callback}
    app = create_app(state, corp={name: value for name, value in given.items() if value})
    uvicorn.run(app, host=host, port=port, log_level="warning", access_log=False)


if __name__ == "__main__":
    main()
