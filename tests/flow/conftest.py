"""Every flow has a bot of its own, and waits for no retry."""

from collections.abc import AsyncGenerator, Generator
from pathlib import Path

import pytest
import stamina

from tests.flow.sim import Sim, simulated


@pytest.fixture(autouse=True)
def no_waiting() -> Generator[None]:
    """Retries follow at once, and there are two attempts."""
    with stamina.set_testing(True, attempts=2):
        yield


@pytest.fixture
async def sim(tmp_path: Path) -> AsyncGenerator[Sim]:
    async with simulated(tmp_path / "data" / "remixbot.db") as running:
        yield running
