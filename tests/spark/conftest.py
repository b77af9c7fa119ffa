"""One cluster for all tests here, from the Spark that `HUITOU_SPARK_HOME` names."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.spark import cluster


@pytest.fixture(scope="session")
def spark(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of its Connect server."""
    home = os.environ.get("HUITOU_SPARK_HOME")
    if home is None:
        pytest.skip("no Spark: `make test-spark` brings one")
    with cluster.running(Path(home), tmp_path_factory.mktemp("spark")) as address:
        yield address
