"""SimCord's page as a browser tab talks to it, for what a browser cannot be made to do in time."""

from collections.abc import Iterator
from types import TracebackType
from typing import Any, Self
from urllib.parse import urldefrag
from uuid import uuid4

import aiohttp


class Tab:
    """An open page. It never looks again: what it shows is what it was opened with."""

    def __init__(self, url: str) -> None:
        self._base, capability = urldefrag(url)
        self._session = aiohttp.ClientSession(headers={"X-Simcord-Capability": capability})
        self.shown: dict[str, Any] = {}
        self._actions = 0

    async def __aenter__(self) -> Self:
        async with self._session.post(f"{self._base}api/pages", json={}) as answer:
            answer.raise_for_status()
            self.shown = await answer.json()
        self._session.headers["X-Simcord-Context"] = self.shown["context"]["id"]
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self._session.close()

    @property
    def parts(self) -> list[dict[str, Any]]:
        """Every component of every message, nested ones included, from the top down."""
        return [part for message in self.shown["messages"].values() for part in _parts(message)]

    async def click(self, label: str) -> list[str]:
        """Press a button; what came of it, in SimCord's words."""
        key = next(part["control_key"] for part in self.parts if part.get("label") == label)
        self._actions += 1
        body = {
            "protocol_version": 3,
            "sequence": self._actions,
            "request_id": str(uuid4()),
            "generation": self.shown["context"]["generation"],
            "bot_generation": self.shown["botGeneration"],
            "published_revision": self.shown["publishedRevision"],
            "kind": "click",
            "control_key": key,
            "target_id": key.split(":")[1],
        }
        async with self._session.post(f"{self._base}api/action", json=body) as answer:
            receipt = await answer.json()
        assert answer.status == 200, receipt
        assert receipt["settlement"] == "settled", receipt["diagnostics"]
        return [outcome["kind"] for outcome in receipt["outcomes"]]

    async def load(self, asset_id: str) -> bytes:
        """An image, as the page would show it."""
        async with self._session.get(f"{self._base}api/assets/{asset_id}") as answer:
            answer.raise_for_status()
            return await answer.read()


def _parts(node: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for part in node.get("components", ()):
        yield part
        yield from _parts(part)
