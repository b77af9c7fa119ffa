"""The vendors' own cases, where the data is there."""

from pathlib import Path

import pytest

DATA = Path(__file__).parents[4] / "shared" / "data" / "promo_cases" / "cases_dev.jsonl"
LINES = DATA.read_text(encoding="utf-8").splitlines() if DATA.exists() else []
# Read from beside the checkout, as all data that is not committed.
needs_data = pytest.mark.skipif(not LINES, reason=f"data absent: {DATA}")
