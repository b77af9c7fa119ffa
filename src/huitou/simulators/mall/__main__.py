"""`python -m huitou.simulators.mall`: serve the mall on its own port."""

from pathlib import Path

import click
import uvicorn

from huitou.simulators.mall.app import create_app


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=8103, show_default=True)
@click.option("--api", required=True, help="Huitou's address.")
@click.option("--key", required=True, envvar="HUITOU_MALL_KEY", help="API key (event.write, …).")
@click.option("--wecom", default="http://127.0.0.1:8101", show_default=True)
@click.option("--unit", default="mall", show_default=True, help="Code of the unit that sells.")
@click.option("--state", type=click.Path(path_type=Path), help="SQLite file of the orders.")
def main(
    host: str, port: int, api: str, key: str, wecom: str, unit: str, state: Path | None
) -> None:
    """Serve a mall that sells what links of Huitou lead to."""
    app = create_app(api_url=api, api_key=lambda: key, wecom_url=wecom, unit=unit, state=state)
    uvicorn.run(app, host=host, port=port, log_level="warning", access_log=False)


if __name__ == "__main__":
    main()
