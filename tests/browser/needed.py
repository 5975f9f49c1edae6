"""What the tests in a browser need of the machine, and what becomes of them without it."""

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import NoReturn

import pytest


def require_driver() -> None:
    """Make sure that Playwright's own node runs."""
    version = [sys.executable, "-m", "playwright", "--version"]
    tried = subprocess.run(version, capture_output=True, text=True, check=False)  # noqa: S603
    if tried.returncode:
        last = (tried.stderr.strip().splitlines() or [f"exit code {tried.returncode}"])[-1]
        do_without(f"Playwright's driver does not run: {last} (Debian: apt-get install libatomic1)")


def find_chromium() -> str:
    """Its path."""
    debian = Path("/usr/bin/chromium")
    found = str(debian) if debian.exists() else shutil.which("chromium")
    if found is None:
        do_without("there is no chromium on this machine (Debian: apt-get install chromium)")
    return found


def do_without(reason: str) -> NoReturn:
    """Skip the test, or fail where a browser is required."""
    if os.environ.get("REMIXBOT_REQUIRE_BROWSER") == "1":
        pytest.fail(f"{reason}, and REMIXBOT_REQUIRE_BROWSER=1 requires a browser")
    pytest.skip(reason)
