"""Who runs the bot installs the bot alone; who has no browser is told what is skipped, and why."""

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.browser.needed import require_driver

PROJECT = Path(__file__).parent.parent


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """The project as far as make knows it, with nothing installed."""
    shutil.copy(PROJECT / "Makefile", tmp_path)
    shutil.copytree(PROJECT / "requirements", tmp_path / "requirements")
    return tmp_path


def would_install(checkout: Path, target: str) -> list[str]:
    """The lists of packages that ``make target`` would install."""
    told = subprocess.run(  # noqa: S603  # our own Makefile
        ["make", "--dry-run", target],  # noqa: S607
        cwd=checkout,
        capture_output=True,
        text=True,
        check=True,
    )
    return re.findall(r"-r requirements/(\w+)\.txt", told.stdout)


def installed(checkout: Path, *markers: str) -> None:
    (checkout / ".venv").mkdir()
    for marker in markers:
        (checkout / ".venv" / marker).touch()


def test_running_the_bot_installs_what_it_needs_at_run_time_alone(checkout: Path) -> None:
    assert would_install(checkout, "run") == ["runtime"]
    assert would_install(checkout, "test") == ["dev"]


def test_what_is_installed_is_not_installed_again(checkout: Path) -> None:
    installed(checkout, ".runtime")
    assert would_install(checkout, "run") == []
    assert would_install(checkout, "check") == ["dev"]


def test_who_has_everything_has_what_the_bot_needs(checkout: Path) -> None:
    installed(checkout, ".installed")
    assert would_install(checkout, "run") == []


def test_new_versions_are_installed_where_the_old_ones_are(checkout: Path) -> None:
    installed(checkout, ".installed", ".runtime")
    for marker in (".installed", ".runtime"):
        os.utime(checkout / ".venv" / marker, (0, 0))
    assert would_install(checkout, "run") == ["dev"]


@pytest.mark.parametrize(
    ("required", "outcome"), [("0", pytest.skip.Exception), ("1", pytest.fail.Exception)]
)
def test_without_a_driver_a_browser_test_says_so(
    required: str, outcome: type[BaseException], monkeypatch: pytest.MonkeyPatch
) -> None:
    """As where the system lacks a library that Playwright's node needs."""
    monkeypatch.setenv("PLAYWRIGHT_NODEJS_PATH", "/bin/false")
    monkeypatch.setenv("REMIXBOT_REQUIRE_BROWSER", required)
    with pytest.raises(outcome, match="Playwright's driver does not run"):
        require_driver()
