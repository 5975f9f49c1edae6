"""Whether what a bot sends is what Discord's own description of its API allows.

The description lies beside the project, not in it; where it is absent nothing is checked. A check
takes milliseconds, which would add up while people wait for an answer: bodies are kept, and checked
when somebody asks what was wrong with them.
"""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Protocol, cast

from jsonschema import Draft202012Validator, exceptions, validators
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012

from discord_server.things import JsonObject

DESCRIPTION = Path(__file__).parents[5] / "shared" / "discord" / "openapi.json"
HERE = "urn:discord"
REASON_MAX = 300


class _Problem(Protocol):
    json_path: str
    message: str


class _Validator(Protocol):
    def iter_errors(self, instance: object) -> Iterator[_Problem]: ...

    def descend(
        self, instance: object, schema: object, *, schema_path: object
    ) -> Iterator[_Problem]: ...


_best_match = cast(
    "Callable[[Iterator[_Problem]], _Problem | None]",
    exceptions.best_match,  # pyright: ignore[reportUnknownMemberType]  # jsonschema has no types
)
_extend = cast(
    "Callable[..., Callable[..., _Validator]]",
    validators.extend,  # pyright: ignore[reportUnknownMemberType]  # as above
)
_Keyword = Callable[[_Validator, list[JsonObject], object, JsonObject], Iterator[_Problem]]
"""How jsonschema checks one keyword of a schema."""


@dataclass(frozen=True)
class _Operation:
    method: str
    path: re.Pattern[str]
    validator: _Validator


class Description:
    """Discord's description of its API, ready to check bodies."""

    def __init__(self, file: Path) -> None:
        described = cast("JsonObject", json.loads(file.read_text()))
        self._schemas: JsonObject = described["components"]["schemas"]
        # Known and harmless: discord.py sends some ids as numbers, and Discord takes them.
        self._schemas["SnowflakeType"]["type"] = ["string", "integer"]
        self._operations = list(self._read(described))

    def _read(self, described: JsonObject) -> Iterator[_Operation]:
        """The operations that take a body, those with fewer variables in their path first."""
        resource = Resource[Any](contents=described, specification=DRAFT202012)
        registry = Registry[Any]().with_resource(HERE, resource)
        keywords = cast("Mapping[str, _Keyword]", Draft202012Validator.VALIDATORS)
        unions = {name: self._by_type(keywords[name]) for name in ("oneOf", "anyOf")}
        make = _extend(Draft202012Validator, unions)
        paths: dict[str, JsonObject] = described["paths"]
        for path in sorted(paths, key=lambda each: each.count("{")):
            pattern = re.compile(re.sub(r"\\{\w+\\}", "[^/]+", re.escape(path)))
            pointer = path.replace("~", "~0").replace("/", "~1")
            for method in paths[path].keys() & {"post", "put", "patch"}:
                if "requestBody" in paths[path][method]:
                    body = f"paths/{pointer}/{method}/requestBody/content/application~1json/schema"
                    validator = make({"$ref": f"{HERE}#/{body}"}, registry=registry)
                    yield _Operation(method.upper(), pattern, validator)

    def _by_type(self, otherwise: _Keyword) -> _Keyword:
        """Of several shapes that differ by their ``type``, look only at the one that is named.

        Quicker than trying them all, and the error is then that of the shape that was meant.
        """

        def check(
            validator: _Validator, shapes: list[JsonObject], instance: object, schema: JsonObject
        ) -> Iterator[_Problem]:
            named = _type_of(instance)
            meant = [at for at, shape in enumerate(shapes) if named in self._types(shape)]
            if named is not None and len(meant) == 1:
                yield from validator.descend(instance, shapes[meant[0]], schema_path=meant[0])
            else:
                yield from otherwise(validator, shapes, instance, schema)

        return check

    def _types(self, shape: JsonObject) -> list[object]:
        if "$ref" in shape:
            shape = self._schemas[shape["$ref"].rsplit("/", 1)[1]]
        return shape.get("properties", {}).get("type", {}).get("enum", [])

    def violation(self, method: str, path: str, payload: object) -> str | None:
        """Where and why a body is not what Discord describes; *path* is that below its base."""
        for operation in self._operations:
            if operation.method == method and operation.path.fullmatch(path):
                problem = _best_match(operation.validator.iter_errors(payload))
                return None if problem is None else _readable(problem)
        return f"Discord describes no body for {method} {path}"


def _type_of(instance: object) -> object:
    return cast("JsonObject", instance).get("type") if isinstance(instance, dict) else None


def _readable(problem: _Problem) -> str:
    return f"{problem.json_path.removeprefix('$.')}: {problem.message[:REASON_MAX]}"


@cache
def described(file: Path = DESCRIPTION) -> Description | None:
    """Discord's description; ``None`` where the file is absent."""
    return Description(file) if file.exists() else None


@dataclass(frozen=True)
class _Received:
    method: str
    path: str
    body: bytes
    status: int


class Contract:
    """The bodies that came, and what is wrong with them; *description* ``None`` allows anything."""

    def __init__(self, description: Description | None) -> None:
        self._description = description
        self._unchecked: list[_Received] = []
        self._violations: list[tuple[int, str]] = []

    def note(self, method: str, path: str, body: bytes, status: int) -> None:
        """Keep a body, and the status of the answer to it (0 for none), to be checked later."""
        if self._description is not None:
            self._unchecked.append(_Received(method, path, body, status))

    def violations(self, *, taken_only: bool = False) -> list[str]:
        """All that was sent against the description; *taken_only*: and not refused for it."""
        waiting, self._unchecked = self._unchecked, []
        for each in waiting:
            assert self._description is not None, "nothing is kept without one"
            wrong = self._description.violation(each.method, each.path, json.loads(each.body))
            if wrong is not None:
                self._violations.append((each.status, f"{each.method} {each.path}: {wrong}"))
        return [each for status, each in self._violations if status < 400 or not taken_only]
