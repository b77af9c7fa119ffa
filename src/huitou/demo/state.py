"""What the demo remembers between starts: its key and examples, and where the player is."""

import json
import os
from dataclasses import asdict, dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Any, Self
from zoneinfo import ZoneInfo

from huitou.kernel.time import DEFAULT_ZONE

SEED = 7
ZONE = ZoneInfo(DEFAULT_ZONE)


@dataclass(frozen=True, slots=True)
class Demo:
    """`data/demo.json`: what outsiders' scripts need, and whether loading is finished."""

    url: str
    api_key: str
    unit: str
    sku: str
    today: str
    card: str = ""
    logins: list[dict[str, str]] = field(default_factory=list)
    is_loaded: bool = False

    @classmethod
    def read(cls, data: Path) -> Self | None:
        """None before the first start."""
        path = data / "demo.json"
        return cls(**json.loads(path.read_text())) if path.exists() else None

    def write(self, data: Path) -> None:
        """Readable by the owner alone: it holds a key."""
        write_json(data / "demo.json", asdict(self), mode=0o600)

    def loaded(self, card: str) -> Self:
        """The same, finished, with the card of a customer who has a story."""
        return replace(self, card=card, is_loaded=True)

    @property
    def day(self) -> date:
        """The day on which history was laid: it ended the day before."""
        return date.fromisoformat(self.today)


def read_control(data: Path, speed: float) -> tuple[float, bool]:
    """`(speed, is_paused)` as asked for on the page."""
    path = data / "run" / "control.json"
    if not path.exists():
        return speed, False
    asked = json.loads(path.read_text())
    return float(asked.get("speed", speed)), bool(asked.get("is_paused", False))


def write_control(data: Path, **asked: Any) -> None:
    """Ask the player for something."""
    path = data / "run" / "control.json"
    known = json.loads(path.read_text()) if path.exists() else {}
    write_json(path, {**known, **asked})


def write_json(path: Path, value: Any, mode: int = 0o644) -> None:
    """Whole or not at all, also after a crash."""
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(path.name + ".partial")
    descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode)
    with os.fdopen(descriptor, "w") as file:
        json.dump(value, file, ensure_ascii=False, indent=1)
        file.flush()
        os.fsync(file.fileno())
    partial.replace(path)
