"""The folders tell the architecture: who may know whom."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
ROOMS = [
    "bot/model.py",
    "bot/clock.py",
    "bot/backoff.py",
    "bot/limits.py",
    "bot/characters.py",
    "bot/refused_words.py",
    "bot/prompt_cost.py",
    "bot/errors.py",
    "bot/texts.py",
    "bot/notices.py",
    "bot/sentences.py",
    "bot/incidents.py",
    "bot/inputs.py",
    "bot/env_file.py",
    "bot/setting_names.py",
    "bot/settings.py",
    "bot/api/",
    "bot/store/",
    "bot/jobs/",
    "bot/services/",
    "bot/ui/",
    "bot/delivery/",
    "bot/connecting.py",
    "bot/command_tree.py",
    "bot/client.py",
    "bot/assembly.py",
    "bot/doctor.py",
    "bot/__main__.py",
    "cogs/",
]
"""From the bottom up: a module imports from its own room and from those above it in this list."""

ONLY_IN = {
    "discord": (
        "cogs/",
        "bot/ui/",
        "bot/delivery/",
        "bot/client.py",
        "bot/command_tree.py",
        "bot/connecting.py",
        "bot/doctor.py",
    ),
    "aiohttp": ("bot/api/", "bot/ui/discord_errors.py", "bot/ui/requests.py", "bot/connecting.py"),
    "sqlalchemy": ("bot/store/",),
    "alembic": ("bot/store/",),
    "pydantic": ("bot/settings.py",),
    "pydantic_settings": ("bot/settings.py",),
    "os": ("bot/__main__.py", "bot/settings.py", "bot/store/file_lock.py"),
    "dotenv": ("bot/env_file.py",),
    "simcord": (),
    "sandbox": (),
    "tests": (),
}
"""Who may import what; the environment is read through `bot.settings` alone."""


def modules() -> list[str]:
    files = [*ROOT.glob("bot/**/*.py"), *ROOT.glob("cogs/**/*.py")]
    return sorted(file.relative_to(ROOT).as_posix() for file in files)


def imports(module: str) -> Iterator[str]:
    for node in ast.walk(ast.parse((ROOT / module).read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            if node.module in {"bot", "bot.ui", "bot.delivery"}:
                yield from (f"{node.module}.{alias.name}" for alias in node.names)


def room(path: str) -> int | None:
    for height, one in enumerate(ROOMS):
        if path == one or (one.endswith("/") and path.startswith(one)):
            return height
    return None


@pytest.mark.parametrize("module", modules())
def test_a_library_is_known_only_in_its_room(module: str) -> None:
    for name in imports(module):
        allowed = ONLY_IN.get(name.partition(".")[0])
        assert allowed is None or module.startswith(allowed), f"{module} imports {name}"


@pytest.mark.parametrize("module", [name for name in modules() if room(name) is not None])
def test_imports_only_point_down(module: str) -> None:
    for name in imports(module):
        path = name.replace(".", "/")
        below = room(f"{path}.py") if room(f"{path}.py") is not None else room(f"{path}/")
        if below is not None:
            assert below <= (room(module) or 0), f"{module} imports {name}"


def test_every_module_has_its_place_in_the_list() -> None:
    assert [name for name in modules() if room(name) is None] == ["bot/__init__.py"]


@pytest.mark.parametrize("module", modules())
def test_every_module_says_what_it_is_for(module: str) -> None:
    source = (ROOT / module).read_text(encoding="utf-8")
    assert not source or ast.get_docstring(ast.parse(source)), module


LOOKUPS = {"find_by_api_id", "by_message", "by_interaction", "children"}
"""Of the store: they know jobs of everybody."""


@pytest.mark.parametrize("module", modules())
def test_jobs_of_others_are_looked_up_only_where_it_is_decided_who_sees_them(module: str) -> None:
    tree = ast.parse((ROOT / module).read_text(encoding="utf-8"))
    called = {
        node.func.attr
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)
    }
    assert module.startswith(("bot/services/", "bot/store/")) or not called & LOOKUPS
