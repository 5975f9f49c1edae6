"""pytest names what fails, whatever else happens at that moment."""

import ast
import gc
from collections.abc import Generator

import pytest

SOURCE = "\n".join("x = [f(a, b) + {1: 2, 3: [4, (5, 6)]}[k] for a in y if z]" for _ in range(300))


@pytest.fixture
def collections_that_parse() -> Generator[None]:
    """Garbage is collected all the time, and whoever is told of it parses something."""

    def parse(phase: str, _: dict[str, int]) -> None:
        if phase == "start":
            gc.callbacks.remove(parse)
            ast.parse("a + b * (c - d)")
            gc.callbacks.append(parse)

    before = gc.get_threshold()
    gc.callbacks.append(parse)
    gc.set_threshold(50, 1, 1)
    yield
    gc.set_threshold(*before)
    gc.callbacks.remove(parse)


@pytest.mark.usefixtures("collections_that_parse")
def test_source_can_be_read_while_garbage_is_collected() -> None:
    for _ in range(10):
        assert len(ast.parse(SOURCE).body) == 300
