"""Where the messages of one job are: its interaction's answers, its channel, direct messages.

Each call is one attempt, closes the page it is given, and raises what discord.py raises; which one
to make is decided in `bot.delivery.routes`. Nothing is written before it is certain that no other
process writes for this job.
"""

from collections.abc import Awaitable, Callable
from contextlib import closing
from dataclasses import dataclass
from functools import partial

import discord

from bot.clock import Clock
from bot.errors import DeliveryFailed
from bot.jobs.availability import Availability
from bot.jobs.background import BackgroundTasks
from bot.jobs.maintenance import TOKEN_LIFE_S
from bot.model import Job, MessageLink
from bot.ui import discord_errors
from bot.ui.buttons import own_id
from bot.ui.components import custom_ids, has_mark
from bot.ui.layouts import NO_MENTIONS, ClassicMessage, LayoutMessage, final_marker

LOOKED_AT_MAX = 1000
"""How many messages of a history are read at the most: a hundred for each request."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Connection:
    client: discord.Client
    """How long an answer of Discord is waited for is up to it (`bot.ui.requests`): to cancel a call
    of discord.py would leave its locks taken."""
    background: BackgroundTasks
    clock: Clock
    certain: Callable[[], Awaitable[None]]
    """Comes back when nobody else writes: that of `bot.store.InstanceLock`."""
    availability: Availability


def delivery_failed(fault: BaseException) -> DeliveryFailed:
    """What a fault of discord.py means to a job: its words may hold a token."""
    return DeliveryFailed(
        detail=discord_errors.detail(fault),
        may_pass=discord_errors.is_transient(fault),
        soon=discord_errors.is_out_of_order(fault),
    )


def link_to(job: Job, channel_id: int, message_id: int) -> MessageLink:
    """The address of a message of *job*: in its own channel, or a direct one."""
    place = job.destination
    guild_id = place.guild_id if channel_id == place.channel_id else None
    return MessageLink(guild_id=guild_id, channel_id=channel_id, message_id=message_id)


class _Original(int):
    """Stands for the id of the answer to an interaction, where Discord is asked for it by token.

    discord.py puts numbers into an address as they are, and would quote the ``@`` of a string.
    """

    def __str__(self) -> str:
        return "@original"


class JobMessages:
    def __init__(self, connection: Connection, job: Job) -> None:
        self.connection = connection
        self.job = job
        self._nonce = f"remixbot-{job.id}"
        """Discord drops a new message that repeats one of the last few minutes."""
        self.channel = connection.client.get_partial_messageable(
            job.destination.channel_id, guild_id=job.destination.guild_id
        )

    @property
    def token_lives(self) -> bool:
        """Whether the answer to its interaction can still be reached by the token."""
        job = self.job
        has_token = job.interaction_token is not None and job.application_id is not None
        age = self.connection.clock.now() - job.created_at
        return has_token and age.total_seconds() < TOKEN_LIFE_S

    async def edit(self, message_id: int, page: LayoutMessage, *, by_token: bool) -> None:
        message = self.channel.get_partial_message(message_id)
        edit = partial(self._webhook().edit_message, message_id) if by_token else message.edit
        with closing(page):
            await self.connection.certain()
            await edit(
                view=page.view,
                attachments=page.files or discord.utils.MISSING,
                allowed_mentions=NO_MENTIONS,
            )

    async def send_followup(self, page: ClassicMessage) -> discord.Message:
        """A further answer to the interaction, as private as the first."""
        with closing(page):
            await self.connection.certain()
            return await self._webhook().send(
                page.content,
                view=page.view,
                files=page.files,
                ephemeral=self.job.destination.private,
                wait=True,
                allowed_mentions=NO_MENTIONS,
            )

    async def send(
        self, place: discord.abc.Messageable, page: LayoutMessage | ClassicMessage
    ) -> discord.Message:
        """A new message, which can mention the author of the job and nobody else."""
        send = partial(
            place.send, files=page.files, allowed_mentions=self._mentions(), nonce=self._nonce
        )
        with closing(page):
            await self.connection.certain()
            if isinstance(page, LayoutMessage):
                return await send(view=page.view)
            return await send(page.content, view=page.view)

    async def reply(self, message_id: int, sentence: str) -> None:
        await self.connection.certain()
        message = self.channel.get_partial_message(message_id)
        await message.reply(sentence, allowed_mentions=self._mentions())

    async def direct_channel(self) -> discord.DMChannel:
        return await (await self.connection.client.fetch_user(self.job.author_id)).create_dm()

    async def answer(self, message_id: int | None = None) -> discord.Message:
        """The answer to its interaction, or the one with this id, by the token."""
        return await self._webhook().fetch_message(message_id or _Original())

    async def find(
        self, place: discord.abc.Messageable, is_it: Callable[[discord.Message], bool]
    ) -> discord.Message | None:
        """The first message of ours for which *is_it* holds, though nobody wrote it down.

        A crash, or an answer of Discord that got lost, can come between posting and recording. Only
        messages that are younger than the interaction are read: an id says when it was made. Where
        the history may not be read, nothing is found. Raises what discord.py raises while Discord,
        or the way to it, is out of order.
        """
        bot = self.connection.client.user
        history = place.history(
            limit=LOOKED_AT_MAX, after=discord.Object(self.job.interaction_id), oldest_first=True
        )
        try:
            async for message in history:
                if bot is not None and message.author.id == bot.id and is_it(message):
                    return message
        except discord.HTTPException as fault:
            if discord_errors.is_transient(fault):
                raise
        return None

    async def find_end(self, place: discord.abc.Messageable) -> discord.Message | None:
        """The message that ended the job, known by its mark or by the button that is its own."""
        mark, button = final_marker(self.job), own_id(self.job)
        return await self.find(place, lambda one: has_mark(one, mark) or button in custom_ids(one))

    def _webhook(self) -> discord.Webhook:
        job = self.job
        webhook = discord.Webhook.partial(
            job.application_id or 0, job.interaction_token or "", client=self.connection.client
        )
        webhook.type = discord.WebhookType.application  # no other one may answer privately
        return webhook

    def _mentions(self) -> discord.AllowedMentions:
        author = discord.Object(self.job.author_id)
        return discord.AllowedMentions(
            everyone=False, roles=False, users=[author], replied_user=False
        )
