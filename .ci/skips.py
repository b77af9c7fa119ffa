"""Fails when a test was skipped for another reason than absent data.

python .ci/skips.py build/junit.xml …
"""

import sys
import xml.etree.ElementTree as ET

ALLOWED = "data absent:"


def main(paths: list[str]) -> int:
    """The exit code: 0 when tests ran and every skip is an allowed one."""
    ran, refused = 0, []
    cases = [case for path in paths for case in ET.parse(path).iter("testcase")]  # noqa: S314
    for case in cases:
        skipped = case.find("skipped")
        if skipped is None:
            ran += 1
        elif not (reason := skipped.get("message", "")).startswith(ALLOWED):
            refused.append(f"{case.get('classname')}::{case.get('name')}: {reason}")
    print(f"{ran} tests ran, {len(refused)} skipped that must not be")
    print("\n".join(refused))
    return 0 if ran and not refused else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
