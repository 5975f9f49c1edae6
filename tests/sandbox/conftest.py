"""One sandbox API for a test, on a clock that the test moves."""

from collections.abc import AsyncIterator

import pytest

from tests.sandbox.api_caller import Caller, open_api


@pytest.fixture
async def api() -> AsyncIterator[Caller]:
    async with open_api() as caller:
        yield caller
