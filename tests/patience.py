"""How long tests wait for what must come.

``python -m tests.patience sandbox`` runs a module that is in no hurry either.
"""

import importlib
import runpy
import sys
from collections.abc import Mapping

HANGS_S = 300.0
"""Who waits longer waits for something that never comes. Nothing is measured by it."""
EASY_S = 60.0
"""Instead of the three seconds that Discord waits for an answer, where a test is not about them.

A machine that has other work beside the tests may take longer than anybody on Discord would wait.
"""
EASY = {"bot.services.lookups.STORE_BUDGET_S": EASY_S / 2}
"""The bot's part in that: what of those seconds the database may take."""
_UNHURRIED = {**EASY, "bot.jobs.run.RECORD_WAIT_S": EASY_S}
_OF_THE_SANDBOX = {"sandbox.world.ANSWER_S": 2 * EASY_S}
"""Where nothing is said that need not be."""


def set_constants(constants: Mapping[str, object]) -> None:
    """Set constants of modules, by their dotted names."""
    for name, value in constants.items():
        path, _, constant = name.rpartition(".")
        module = importlib.import_module(path)
        getattr(module, constant)  # setting one that nobody reads would change nothing
        setattr(module, constant, value)


if __name__ == "__main__":
    sys.argv = sys.argv[1:]
    set_constants(_UNHURRIED | (_OF_THE_SANDBOX if sys.argv[0] == "sandbox" else {}))
    runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)
