"""How the code is built: lines, modules, functions, names, and how many tests there are to it.

``python -m benchmarks.structure`` prints each figure beside its goal. The product is `bot` and
`cogs` without the migrations, which are never read again; the tests are `tests`.
"""

import ast
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

ROOT = Path(__file__).parent.parent
PRODUCT = ("bot", "cogs")
NOT_PRODUCT = ("bot/store/migrations",)
SHORTEST_MODULE = 6
"""Modules with fewer lines say nothing about how long modules are."""

Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True, slots=True)
class Module:
    """One file of Python."""

    path: str
    lines: int
    tree: ast.Module

    def functions(self) -> Iterator[Function]:
        """All of them, methods and inner ones included."""
        return (node for node in ast.walk(self.tree) if isinstance(node, Function))

    def public_names(self) -> int:
        """How many names it offers to others."""
        names = [name for node in self.tree.body for name in _bound(node)]
        return sum(not name.startswith("_") for name in names)

    def called_once(self) -> list[str]:
        """Private functions that one place alone calls: a reader goes down and up again.

        What a table or a decorator mentions is no detour.
        """
        nodes = list(ast.walk(self.tree))
        uses = Counter(name_of(node) for node in nodes)
        calls = Counter(name_of(node.func) for node in nodes if isinstance(node, ast.Call))
        private = (one.name for one in self.functions() if is_private(one.name))
        return [f"{self.path}: {name}" for name in private if uses[name] == calls[name] == 1]


def name_of(node: ast.AST) -> str | None:
    """What *node* mentions, where that has a name."""
    match node:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
        case _:
            return None


def is_private(name: str) -> bool:
    return name.startswith("_") and not name.endswith("__")


def _bound(node: ast.stmt) -> Iterator[str]:
    match node:
        case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
            yield node.name
        case ast.Assign():
            yield from (one.id for one in node.targets if isinstance(one, ast.Name))
        case ast.AnnAssign(target=ast.Name(id=name)):
            yield name
        case _:
            return


def read(folders: Sequence[str], without: Sequence[str] = ()) -> list[Module]:
    """The modules in these folders, but for those in *without*."""
    files = sorted(file for folder in folders for file in (ROOT / folder).rglob("*.py"))
    modules: list[Module] = []
    for file in files:
        path = file.relative_to(ROOT).as_posix()
        if not path.startswith(tuple(without)):
            source = file.read_text(encoding="utf-8")
            modules.append(Module(path, source.count("\n"), ast.parse(source)))
    return modules


def spread(values: Sequence[int]) -> str:
    """The median, the 90th percentile and the largest of *values*."""
    ordered = sorted(values)
    return f"{median(ordered):g} / {ordered[len(ordered) * 9 // 10]} / {ordered[-1]}"


def length(function: Function) -> int:
    return (function.end_lineno or function.lineno) - function.lineno + 1


def main() -> None:
    product = read(PRODUCT, NOT_PRODUCT)
    tests = read(("tests",))
    lines = sum(one.lines for one in product)
    functions = [function for one in product for function in one.functions()]
    once = [name for one in product for name in one.called_once()]
    in_tests = sum(one.lines for one in tests)
    rows = (
        ("product, lines", f"{lines:,}", "10,000"),
        (
            "module, lines: median / p90 / max",
            spread([one.lines for one in product if one.lines >= SHORTEST_MODULE]),
            "110 / 260 / 400",
        ),
        ("function, lines: median / p90 / max", spread([length(one) for one in functions]), "60"),
        (
            "public names of a module: median / p90 / max",
            spread([one.public_names() for one in product]),
            "- / 12 / 60",
        ),
        ("private functions called once", f"{len(once) / len(functions):.0%}", "8%"),
        ("test lines per product line", f"{in_tests / lines:.2f}", "1.3"),
    )
    for name, figure, goal in rows:
        print(f"{name:46} {figure:>18}   goal: at most {goal}")
    if "--list" in sys.argv:
        print(*once, sep="\n")


if __name__ == "__main__":
    main()
