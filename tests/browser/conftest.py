import os
import shutil
import subprocess
import sys
from collections.abc import AsyncGenerator
from pathlib import Path
from typing import NoReturn

import pytest
from playwright.async_api import async_playwright

from sandbox.world import World, open_world
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
def driver() -> None:
    """Playwright's own node runs. Where it does not, a test is skipped, or fails where required."""
    version = [sys.executable, "-m", "playwright", "--version"]
    tried = subprocess.run(version, capture_output=True, text=True, check=False)  # noqa: S603
    if tried.returncode == 0:
        return
    lines = tried.stderr.strip().splitlines() or [f"exit code {tried.returncode}"]
    reason = f"Playwright's driver does not run: {lines[-1]} (Debian: apt-get install libatomic1)"
    _do_without(reason)


def _do_without(reason: str) -> NoReturn:
    if os.environ.get("REMIXBOT_REQUIRE_BROWSER") == "1":
        pytest.fail(f"{reason}, and REMIXBOT_REQUIRE_BROWSER=1 requires a browser")
    pytest.skip(reason)


@pytest.fixture
def chromium(driver: None) -> str:  # noqa: ARG001  # which comes first
    """The path of a Chromium. Without one a test is skipped, or fails where one is required."""
    debian = Path("/usr/bin/chromium")
    found = str(debian) if debian.exists() else shutil.which("chromium")
    if found is None:
        _do_without("there is no chromium on this machine (Debian: apt-get install chromium)")
    return found


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
