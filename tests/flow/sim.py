"""The real bot on SimCord, against the sandbox API, on a clock that the test moves."""

import sqlite3
from collections.abc import AsyncGenerator, Callable, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, closing
from pathlib import Path
from typing import Any, ClassVar

import discord
import pytest
import simcord
from pydantic import HttpUrl, SecretStr
from simcord.actors import MemberActor
from simcord.builders import ChannelHandle, GuildHandle
from simcord.results import InteractionResult, ResponseMessage

from bot.assembly import assemble
from bot.client import RemixBot
from bot.jobs.maintenance import AT_WORK_FACT, TIDY_EVERY_S
from bot.model import Job
from bot.settings import Settings
from bot.store import Store, file_lock, lookups
from sandbox.api import GenerationServer
from sandbox.api.album import Painter
from sandbox.api.painting.scene import Scene
from sandbox.simcord_private import QuickEnv
from tests.clock import ManualClock
from tests.store.newest import make_file

SETTLES_S = 120.0
"""How long SimCord waits for the bot, in every action: long for a busy machine. It takes a task for
idle if its timer ends later than that, so the product's own pauses on the machine's clock have to.
"""
LOOKS_EVERY_S = 0.01
"""How often it is seen whether the bot has done its work."""
BUSY_S = 2.0
"""Longer than a person is kept waiting for a locked database, shorter than SimCord waits."""

KEY = "sandbox-key-0123456789"
LIMITS = [
    name
    for name in Settings.model_fields
    if name.startswith("max_") and name != "max_reads_per_second"
]
UNLIMITED = {name.upper(): "0" for name in LIMITS}
"""An environment in which nobody waits and nobody is refused."""
REMIX = ["✏️ 1", "✏️ 2", "✏️ 3", "✏️ 4"]
UPSCALE = ["U1", "U2", "U3", "U4"]
DOT = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010804000000b51c0c02"
    "0000000b4944415478da6364f80f00010501012718e3660000000049454e44ae426082"
)
"""A PNG of one pixel: what images show does not matter here."""
FILM = b"\x00\x00\x00\x18ftypisom\x00\x00\x02\x00isomiso2"
"""An MP4 as far as its first bytes say."""


def paint_dot(scene: Scene, *, big: bool = False) -> bytes:
    return (FILM if scene.take else DOT) + bytes(12 * 1024 * 1024 if big else 0)


class SimClock(ManualClock):
    """A manual clock whose sleepers SimCord takes for what they are: idle."""

    env: simcord.Env | None = None

    async def _wait(self, waking: Any) -> None:
        if self.env is None:
            await waking
            return
        try:
            await self.env.external_wait(waking, reason="the test's clock")
        except simcord.SetupError:  # a task that is older than this Discord: it waits for nobody
            await waking

    async def _let_work(self) -> None:
        if self.env is not None:
            await self.env.settle()


class Sim:
    """A server with one channel and two people, the bot in it, and the API behind it."""

    painter: ClassVar[Painter] = staticmethod(paint_dot)

    def __init__(self, database: Path, settings: dict[str, Any], busy_s: float = BUSY_S) -> None:
        self.clock = SimClock()
        self.api = GenerationServer(
            clock=self.clock.monotonic,
            now=lambda: self.clock.now().timestamp(),
            painter=self.painter,
            keeps_connections=False,  # SimCord would wait for the timer of an idle one
        )
        self.database = database
        self._busy_s = busy_s
        self._chosen = self._before = settings
        self._opened = AsyncExitStack()
        self.store: Store
        self.env: simcord.Env
        self.guild: GuildHandle
        self.channel: ChannelHandle
        self.ann: MemberActor
        self.ben: MemberActor

    async def start(self, stack: AsyncExitStack) -> None:
        make_file(self.database)
        await stack.enter_async_context(self.api)
        await stack.enter_async_context(self._opened)
        self.env = QuickEnv(
            await self._open_bot(), settle_timeout=SETTLES_S, looks_every_s=LOOKS_EVERY_S
        )
        self.clock.env = self.env  # what begins with the bot sleeps from its first moment on
        await self.env.start()
        stack.push_async_callback(self._stop)
        self.guild = self.env.create_guild("Studio")
        self.channel = self.guild.create_text_channel("remixes")
        self.ann = self.guild.add_member(self.env.create_user("ann"))
        self.ben = self.guild.add_member(self.env.create_user("ben"))

    async def _stop(self) -> None:
        self.clock.env = None
        await self.env.shutdown()
        self.env.raise_errors()

    async def restart(self, meanwhile: Callable[[], None] = lambda: None) -> None:
        """End the bot with all that it had open, and start it anew on the same database.

        *meanwhile*: what happens in between.
        """
        self.clock.env = None
        await self._opened.aclose()
        meanwhile()
        self.clock.env = self.env
        await self.env.restart_bot(await self._open_bot())

    async def heartbeats(self, count: int) -> None:
        """Let time pass until the bot has noted so often that it's there.

        SimCord knows nothing of the task that does so, so the clock doesn't wait for it.
        """
        for _ in range(count):
            noted = await self.store.read(lookups.fact, AT_WORK_FACT)
            await self.clock.advance(TIDY_EVERY_S)
            while await self.store.read(lookups.fact, AT_WORK_FACT) == noted:
                await self.clock.advance(1)  # it may not have slept yet when the clock was moved

    async def change(self, **settings: Any) -> None:
        """Start the bot anew with other settings; without any, with those of the last change."""
        if settings:
            self._before, self._chosen = self._chosen, self._chosen | settings
        else:
            self._chosen = self._before
        await self.restart()

    async def autocomplete(self, who: MemberActor) -> list[dict[str, Any]]:
        """What is offered while somebody types a job id."""
        return await who.autocomplete(self.channel, "remix", "job_id", "")

    async def _open_bot(self) -> RemixBot:
        assembled = await self._opened.enter_async_context(
            assemble(self._settings(), clock=self.clock, busy_timeout_s=self._busy_s)
        )
        self.store, self.jobs = assembled.store, assembled.bot.jobs
        return assembled.bot

    def _settings(self) -> Settings:
        fields = Settings.model_fields
        unlimited = {name: type(fields[name].default)(0) for name in LIMITS}
        settings: dict[str, Any] = {
            "vtrix_api_key": SecretStr(KEY),
            "vtrix_api_url": HttpUrl(self.api.url),
            "database_url": SecretStr(f"sqlite+aiosqlite:///{self.database}"),
            **unlimited,
            "watch_hours": 1 / 6,
            "remix_within_days": 0.0,
            "discord_timeout_seconds": 30.0,
            "max_reads_per_second": 10_000.0,  # nobody queues: SimCord takes that for a hang
        }
        return Settings.model_construct(**settings | self._chosen)

    def moderator(self, name: str) -> MemberActor:
        """Somebody who may manage messages."""
        return self.member(name, "moderator", manage_messages=True)

    def manager(self, name: str) -> MemberActor:
        """Somebody who may manage the server."""
        return self.member(name, "manager", manage_guild=True)

    def member(self, name: str, role: str, **may: bool) -> MemberActor:
        """Somebody with a role of their own."""
        given = self.guild.create_role(role, permissions=discord.Permissions(**may))
        return self.guild.add_member(self.env.create_user(name), roles=[given])

    async def job(self, number: int = 1) -> Job:
        """The job as it is kept now."""
        found = await self.store.read(lookups.get, number)
        assert found is not None
        return found

    def forget_everything(self) -> None:
        """As if the database had been lost."""
        with closing(sqlite3.connect(self.database, isolation_level=None)) as database:
            database.execute("DELETE FROM pictures")
            database.execute("DELETE FROM jobs")

    async def leave_server(self) -> None:
        """Somebody takes the bot out of the server."""
        self.env.backend.remove_guild(self.guild.id)
        await self.env.settle()

    def move_jobs_to_another_server(self, application_id: int | None = None) -> None:
        """As if the jobs had been asked for where the bot is not any more."""
        asked_by = self.env.bot.application_id if application_id is None else application_id
        with closing(sqlite3.connect(self.database, isolation_level=None)) as database:
            database.execute("UPDATE jobs SET guild_id = 1, application_id = ?", (asked_by,))

    def put_button(self, message: ResponseMessage, custom_id: str) -> None:
        """Give *message* a button that it does not have, or not any more."""
        stored = self.env.backend.get_message(self.channel.id, message.id)
        button = {"type": 2, "style": 2, "label": "put there", "custom_id": custom_id}
        stored.components[0]["components"].append({"type": 1, "components": [button]})

    def put_back(self, message: ResponseMessage, components: list[dict[str, Any]]) -> None:
        """Give *message* its buttons back, as somebody still sees it whose network is slow."""
        self.env.backend.get_message(self.channel.id, message.id).components = components

    @property
    def last(self) -> discord.Message:
        """The newest message of the channel."""
        assert self.channel.last_message is not None
        return self.channel.last_message

    def requests(self, word: str) -> list[dict[str, Any]]:
        """What the bot sent to Discord with *word* in its path, oldest first."""
        sent: list[Any] = [one.json for one in self.env.http_requests if word in one.path]
        return [body for body in sent if isinstance(body, dict)]

    async def finish(self) -> None:
        """Let the jobs that run come to their end: none takes longer than 15 s."""
        await self.clock.advance(25)

    async def imagine(self, actor: MemberActor, prompt: str, **options: Any) -> ResponseMessage:
        """`/imagine`, through to its result."""
        result = await actor.slash(self.channel, "imagine", prompt=prompt, **options)
        await self.finish()
        return shown(result)


@asynccontextmanager
async def simulated(
    database: Path, *, busy_s: float = BUSY_S, **settings: Any
) -> AsyncGenerator[Sim]:
    """A world whose bot has no limits, but for *settings*; it waits *busy_s* for a lock."""
    sim = Sim(database, settings, busy_s)
    async with AsyncExitStack() as stack:
        pauses = stack.enter_context(pytest.MonkeyPatch.context())
        pauses.setattr(file_lock, "LOOK_EVERY_S", 10 * SETTLES_S)
        await sim.start(stack)
        yield sim


def shown(result: InteractionResult) -> ResponseMessage:
    assert result.response is not None, "the bot did not answer with a message"
    return result.response


async def details(who: Any, message: ResponseMessage) -> ResponseMessage:
    """What **More** under a result tells about its job, at once or behind its panel."""
    panel = shown(await who.click(message, label="More"))
    return shown(await who.click(panel, label="Details")) if "Details" in buttons(panel) else panel


async def ask_to_delete(who: Any, result: ResponseMessage) -> ResponseMessage:
    """The question whether this result shall be deleted."""
    more = shown(await who.click(result, label="More"))
    return shown(await who.click(more, label="Delete"))


def begun(result: InteractionResult) -> ResponseMessage:
    """The message of a job that was begun by a button of a question, which stays where it was."""
    [message] = result.followups
    return message


def _walk(components: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    for component in components:
        yield component
        yield from _walk(component.get("components") or [])


def parts(message: ResponseMessage) -> list[dict[str, Any]]:
    """Every component of a message, nested ones included."""
    return list(_walk(message.components))


def text(message: ResponseMessage) -> str:
    """All that can be read in a message."""
    lines = [one["content"] for one in parts(message) if one["type"] == 10]
    return "\n".join([message.content, *lines]).strip()


def buttons(message: ResponseMessage) -> dict[str, str]:
    """The buttons of a message: label to custom id."""
    return {one["label"]: one["custom_id"] for one in parts(message) if one["type"] == 2}


def images(message: ResponseMessage) -> list[str]:
    """The file names of the images in a message's gallery, in order."""
    media = [item["media"]["url"] for one in parts(message) for item in one.get("items", ())]
    return [url.partition("?")[0].rpartition("/")[2] for url in media]


def fields(result: InteractionResult) -> dict[str, Any]:
    """The fields of the form that was opened, as they are filled: custom id to value."""
    assert result.modal is not None, "no form was opened"
    filled: dict[str, Any] = {}
    labels = [one for one in result.modal["components"] if "component" in one]  # the rest is text
    for label in labels:
        field = label["component"]
        chosen = [one["value"] for one in field.get("options", ()) if one.get("default")]
        typed = field.get("value", field.get("default", ""))  # the latter of a checkbox
        filled[field["custom_id"]] = chosen[0] if chosen else typed
    return filled


def rewrite(sim: Sim, values: str) -> None:
    """Put the row of the first job back to what it was at some moment before."""
    database = sqlite3.connect(sim.database, isolation_level=None)
    if "accepted" in values:
        database.execute("DELETE FROM pictures")
    database.execute(f"UPDATE jobs SET {values} WHERE id = 1")  # noqa: S608  # our own words
    database.close()
