"""A new action is a row, its words, and its row in the sandbox: nothing else."""

import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent


def test_a_row_its_words_and_its_row_in_the_sandbox_are_all_that_an_action_takes() -> None:
    options = ("-q", "-p", "no:cacheprovider", "-p", "no:xdist", "-p", "tests.flow.made_up_row")
    ran = subprocess.run(  # noqa: S603  # this very interpreter
        [sys.executable, "-m", "pytest", *options, str(HERE / "made_up_flow.py")],
        capture_output=True,
        text=True,
        check=False,
        cwd=HERE.parents[1],
    )
    assert ran.returncode == 0, f"{ran.stdout}\n{ran.stderr}"
    assert "1 passed" in ran.stdout
