import shutil
from collections.abc import AsyncGenerator

import pytest
from playwright.async_api import async_playwright

from sandbox.world import World, open_world
from tests.browser.needed import find_chromium, require_driver
from tests.browser.program import PROJECT
from tests.browser.visitor import Visitor

ALBUM = PROJECT / "test-output" / "sandbox"
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


@pytest.fixture(scope="session")
def chromium() -> str:
    """The path of a Chromium that Playwright can drive."""
    require_driver()
    return find_chromium()


@pytest.fixture
async def visitor(chromium: str, request: pytest.FixtureRequest) -> AsyncGenerator[Visitor]:
    album = ALBUM / request.path.stem.removeprefix("test_")
    shutil.rmtree(album, ignore_errors=True)
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        page = await browser.new_page(
            viewport={"width": 1200, "height": 900}, reduced_motion="reduce"
        )
        yield Visitor(page, album)
        await browser.close()


@pytest.fixture
async def world() -> AsyncGenerator[World]:
    async with open_world() as opened:
        yield opened
        opened.env.raise_errors()
