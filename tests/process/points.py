"""Points in the life of a running bot: before and after all that outlives its process.

That is each commit to the database, and each request to Discord or to the API, the images
included. Points are watched from outside, at SQLAlchemy's and aiohttp's own doors. Their names
stand for kinds ("before commit accept", "after PATCH answer: progress"), so they stay the same when
there is one read more or less.
"""

import functools
import json
import re
import sys
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import aiohttp
from sqlalchemy import event
from sqlalchemy.orm import Session
from yarl import URL

from bot.store import erasing, transitions
from bot.store.steps import Revocable
from bot.texts import ENGLISH

Passing = Callable[[str], None]
"""Told the name of each point, at that point."""

MODAL = 9
"""The type of an interaction's answer that opens a form."""

NAMES = (
    (r"\w+ /api/v10/interactions/.+", "answer"),
    (r"\w+ /api/v10/webhooks/\d+/[^/]+/messages/.+", "answer"),
    (r"GET /api/v10/channels/\d+/messages", "history"),
    (r"\w+ /api/v10/channels/\d+/messages(/\d+)?", "message"),
    (r"\w+ .+/generation", "submit"),
    (r"\w+ .+/generation/task/.+", "task"),
    (r"\w+ /images/.+", "image"),
)
"""What is behind a method and a path; any other path stands for itself."""


ATTEMPTS: dict[str, Revocable[..., Any]] = {
    "accept": transitions.accept,
    "begin_submit": transitions.begin_submit,
}
COMMITS: dict[str, Callable[..., Any]] = {
    "begin_run": transitions.begin_run,
    "finish": transitions.finish,
    "keep": transitions.keep,
    "mark_delivered": transitions.mark_delivered,
    "fail": transitions.fail,
    "mark_unknown": transitions.mark_unknown,
    "mark_notified": transitions.mark_notified,
    "erase_tokens": transitions.erase_tokens,
    "erase_jobs": erasing.erase_jobs,
}
"""What a commit is called, by the first of these steps that it holds; any other is "a write"."""


def writes(event: str) -> bool:
    """Whether it may change anything outside of the process."""
    return not event.startswith("GET ")


def watch(passing: Passing) -> None:
    """Tell *passing* of every point from now on. Raises whatever that raises."""
    _watch_commits(passing)
    _watch_requests(passing)


def _watch_commits(passing: Passing) -> None:
    for name, attempt in ATTEMPTS.items():
        noted = replace(attempt, run=_noted(name, attempt.run))
        setattr(sys.modules[attempt.run.__module__], attempt.run.__name__, noted)
    for name, step in COMMITS.items():
        setattr(sys.modules[step.__module__], step.__name__, _noted(name, step))

    def tell(side: str, session: Session) -> None:
        passing(f"{side} commit {session.info.get('step', 'a write')}")

    event.listen(Session, "before_commit", functools.partial(tell, "before"))
    event.listen(Session, "after_commit", functools.partial(tell, "after"))


def _noted(name: str, step: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(step)
    def noted(session: Session, *args: Any, **kwargs: Any) -> Any:
        session.info.setdefault("step", name)
        return step(session, *args, **kwargs)

    return noted


def _watch_requests(passing: Passing) -> None:
    """Where the answer has begun to arrive is "after": whoever asked has not looked at it yet."""
    request = aiohttp.ClientSession._request  # pyright: ignore[reportPrivateUsage]  # the one door

    async def watched(
        session: aiohttp.ClientSession, method: str, url: str | URL, **options: Any
    ) -> aiohttp.ClientResponse:
        name = _request_name(method, URL(url).path, options.get("data"))
        passing(f"before {name}")
        response = await request(session, method, url, **options)
        passing(f"after {name}")
        return response

    setattr(aiohttp.ClientSession, "_request", watched)  # noqa: B010  # typed as a fixed method


def _request_name(method: str, path: str, body: object) -> str:
    asked = f"{method} {path}"
    known = (name for pattern, name in NAMES if re.fullmatch(pattern, asked))
    name = next(known, re.sub(r"/\d+(?=/|\Z)", "/*", path.removeprefix("/api/v10"))[1:])
    if method != "GET" and name in ("answer", "message"):
        name = f"{name}: {_content(body)}"
    return f"{method} {name}"


def _content(body: object) -> str:
    """What a message to people is about."""
    if isinstance(body, aiohttp.FormData):
        return "images"
    decoded: dict[str, Any] = json.loads(str(body))
    if decoded.get("type") == MODAL:
        return "form"
    if "message_reference" in decoded:
        return "reply"
    return "failure" if ENGLISH.failure_heading in str(body) else "progress"
