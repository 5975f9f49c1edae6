"""Every flow has a bot of its own, and waits for no retry."""

from collections.abc import AsyncGenerator, Generator
from pathlib import Path
from typing import Any

import pytest
import stamina

from tests.flow.sim import Sim, simulated


@pytest.fixture(autouse=True)
def no_waiting() -> Generator[None]:
    """Retries follow at once, and there are two attempts."""
    with stamina.set_testing(True, attempts=2):
        yield


@pytest.fixture
async def sim(tmp_path: Path, request: pytest.FixtureRequest) -> AsyncGenerator[Sim]:
    """One with the settings of the test's mark, if it has one."""
    mark = request.node.get_closest_marker("settings")
    settings: dict[str, Any] = mark.kwargs if mark else {}
    async with simulated(tmp_path / "data" / "remixbot.db", **settings) as running:
        yield running
