from collections.abc import AsyncGenerator
from pathlib import Path

import pytest

from tests.flow.sim import Sim, simulated


@pytest.fixture
async def sim(tmp_path: Path) -> AsyncGenerator[Sim]:
    async with simulated(tmp_path / "data" / "remixbot.db") as running:
        yield running
