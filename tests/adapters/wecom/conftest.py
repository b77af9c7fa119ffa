from collections.abc import Iterator

import pytest

from huitou.channels.wecom.channel import WeComChannel
from tests.adapters.wecom.serving import Sim, running


@pytest.fixture
def sim() -> Iterator[Sim]:
    with running() as sim:
        yield sim


@pytest.fixture
def channel(sim: Sim) -> WeComChannel:
    return WeComChannel(sim.client())
