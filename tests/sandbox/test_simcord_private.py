"""An upgrade of SimCord that takes away what we borrow from its insides fails with a sentence."""

import ast
from pathlib import Path

import pytest

from sandbox import simcord_private
from sandbox.simcord_private import PRIVATE

ROOT = Path(__file__).parents[2]
BORROWED = [(owner, name) for owner, names in PRIVATE.items() for name in names]
OUR_OWN = {"_turn", "_looks_every_s"}


@pytest.mark.parametrize(("owner", "name"), BORROWED)
def test_simcord_still_has_what_we_borrow(owner: type, name: str) -> None:
    has = hasattr(owner, name) or name in owner.__init__.__code__.co_names
    assert has, f"SimCord's {owner.__name__} has no {name} any more: see sandbox/simcord_private.py"


def test_all_that_we_borrow_is_in_one_list_and_one_module() -> None:
    tree = ast.parse(Path(simcord_private.__file__).read_text(encoding="utf-8"))
    used = {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
    private = {name for name in used if name.startswith("_") and not name.endswith("__")}
    assert private == {name for _, name in BORROWED} | OUR_OWN
    others = {
        file.relative_to(ROOT).as_posix()
        for folder in ("sandbox", "tests", "benchmarks")
        for file in (ROOT / folder).rglob("*.py")
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("simcord.")
        if "._" in (node.module or "") or any(one.name.startswith("_") for one in node.names)
    }
    assert others == {"sandbox/simcord_private.py"}
