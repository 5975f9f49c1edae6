"""The folders tell the architecture: who may know whom."""

import ast
from collections import Counter
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parent.parent
ROOMS = [
    "bot/actions.py",
    "bot/model.py",
    "bot/clock.py",
    "bot/backoff.py",
    "bot/limits.py",
    "bot/characters.py",
    "bot/refused_words.py",
    "bot/prompt_cost.py",
    "bot/prompt_parameters.py",
    "bot/prompt_doubts.py",
    "bot/preferences.py",
    "bot/errors.py",
    "bot/attachments.py",
    "bot/pictures/outlines.py",
    "bot/pictures/areas.py",
    "bot/texts/",
    "bot/pictures/",
    "bot/incidents.py",
    "bot/inputs.py",
    "bot/job_ids.py",
    "bot/job_search.py",
    "bot/env_file.py",
    "bot/settings.py",
    "bot/api/",
    "bot/store/",
    "bot/jobs/",
    "bot/services/",
    "bot/ui/",
    "bot/delivery/",
    "bot/connecting.py",
    "bot/guild_state.py",
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
        "bot/guild_state.py",
        "bot/doctor.py",
    ),
    "aiohttp": ("bot/api/", "bot/ui/discord_errors.py", "bot/ui/requests.py", "bot/connecting.py"),
    "sqlalchemy": ("bot/store/",),
    "alembic": ("bot/store/",),
    "PIL": ("bot/pictures/",),
    "pydantic": ("bot/settings.py",),
    "os": ("bot/__main__.py", "bot/settings.py", "bot/store/file_lock.py"),
    "dotenv": ("bot/env_file.py",),
    "simcord": (),
    "sandbox": (),
    "tests": (),
    "discord_server": (),
}
"""Who may import what; the environment is read through `bot.settings` alone."""


def modules() -> list[str]:
    files = [*ROOT.glob("bot/**/*.py"), *ROOT.glob("cogs/**/*.py")]
    return sorted(file.relative_to(ROOT).as_posix() for file in files)


@cache
def parsed(module: str) -> ast.Module:
    return ast.parse((ROOT / module).read_text(encoding="utf-8"))


@cache
def imports(module: str) -> list[str]:
    names: list[str] = []
    for node in ast.walk(parsed(module)):
        if isinstance(node, ast.Import):
            names += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            names.append(node.module)
            if node.module in {"bot", "bot.ui", "bot.delivery"}:
                names += [f"{node.module}.{alias.name}" for alias in node.names]
    return names


def room(path: str) -> int | None:
    for height, one in enumerate(ROOMS):
        if path == one or (one.endswith("/") and path.startswith(one)):
            return height
    return None


def test_a_library_is_known_only_in_its_room() -> None:
    wrong = [
        f"{module} imports {name}"
        for module in modules()
        for name in imports(module)
        if not module.startswith(ONLY_IN.get(name.partition(".")[0], ""))
    ]
    assert wrong == []


def test_imports_only_point_down() -> None:
    wrong: list[str] = []
    for module in modules():
        height = room(module)
        for name in imports(module):
            path = name.replace(".", "/")
            below = room(f"{path}.py") if room(f"{path}.py") is not None else room(f"{path}/")
            if height is not None and below is not None and below > height:
                wrong.append(f"{module} imports {name}")
    assert wrong == []


def test_every_module_has_its_place_in_the_list() -> None:
    assert [name for name in modules() if room(name) is None] == ["bot/__init__.py"]


def test_every_module_says_what_it_is_for() -> None:
    silent = [one for one in modules() if parsed(one).body and not ast.get_docstring(parsed(one))]
    assert silent == []


def test_a_package_knows_nothing_of_the_bot() -> None:
    files = [file.relative_to(ROOT).as_posix() for file in ROOT.glob("packages/*/src/**/*.py")]
    ours = {"bot", "cogs", "sandbox", "tests", "benchmarks"}
    known = {(one, name) for one in files for name in imports(one) if name.split(".")[0] in ours}
    assert files
    assert known == set()


LOOKUPS = {"find_by_api_id", "by_message", "by_interaction", "children"}
"""Of the store: they know jobs of everybody."""


def test_jobs_of_others_are_looked_up_only_where_it_is_decided_who_sees_them() -> None:
    wrong = [
        f"{module} asks {node.attr}"
        for module in modules()
        if not module.startswith(("bot/services/", "bot/store/"))
        for node in ast.walk(parsed(module))
        if isinstance(node, ast.Attribute)
        and ast.unparse(node.value) == "lookups"
        and node.attr in LOOKUPS
    ]
    assert wrong == []


def test_no_two_files_of_tests_have_the_same_name() -> None:
    names = Counter(file.name for file in ROOT.glob("tests/**/test_*.py"))
    assert [name for name, count in names.items() if count > 1] == []
