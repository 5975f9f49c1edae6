"""How a job's messages are written and found: by its interaction's token, in its channel, anew.

Each call is one attempt, closes the page it is given, and raises what discord.py raises; which one
to take is decided in `bot.delivery.routes`. Nothing is written before it is certain that no other
process writes for this job.
"""

from collections.abc import Awaitable, Callable
from contextlib import closing
from datetime import timedelta

import discord

from bot.clock import Clock
from bot.delivery import find_message
from bot.model import Job
from bot.ui.buttons import own_id
from bot.ui.layouts import NO_MENTIONS, ClassicMessage, LayoutMessage, final_marker

TOKEN_LIFE = timedelta(minutes=14, seconds=30)
"""An interaction's token is good for 15 minutes; a margin for the request itself."""


def token_lives(job: Job, clock: Clock) -> bool:
    """Whether the answer to the interaction of *job* can still be reached by its token."""
    has_token = job.interaction_token is not None and job.application_id is not None
    return has_token and clock.now() < job.created_at + TOKEN_LIFE


class _Original(int):
    """Stands for the id of the answer to an interaction, where Discord is asked for it by token.

    discord.py puts numbers into an address as they are, and would quote the ``@`` of a string.
    """

    def __str__(self) -> str:
        return "@original"


class JobMessages:
    """Everything that *client* can write for *job*, each time after *certain* has come back."""

    def __init__(
        self, client: discord.Client, job: Job, certain: Callable[[], Awaitable[None]]
    ) -> None:
        self._client = client
        self._job = job
        self._certain = certain
        self._nonce = f"remixbot-{job.id}"
        """Discord drops a new message that repeats one of the last few minutes."""
        self.channel = client.get_partial_messageable(
            job.destination.channel_id, guild_id=job.destination.guild_id
        )

    async def edit_by_token(self, message_id: int, page: LayoutMessage) -> None:
        with closing(page):
            await self._certain()
            await self._webhook().edit_message(
                message_id,
                view=page.view,
                attachments=page.files or discord.utils.MISSING,
                allowed_mentions=NO_MENTIONS,
            )

    async def edit_in_channel(self, message_id: int, page: LayoutMessage) -> None:
        with closing(page):
            await self._certain()
            await self.channel.get_partial_message(message_id).edit(
                view=page.view,
                attachments=page.files or discord.utils.MISSING,
                allowed_mentions=NO_MENTIONS,
            )

    async def send_followup(self, page: ClassicMessage) -> discord.Message:
        """A further answer to the interaction, as private as the first."""
        with closing(page):
            await self._certain()
            return await self._webhook().send(
                page.content,
                view=page.view,
                files=page.files,
                ephemeral=self._job.destination.private,
                wait=True,
                allowed_mentions=NO_MENTIONS,
            )

    async def send(
        self, place: discord.abc.Messageable, page: LayoutMessage | ClassicMessage
    ) -> discord.Message:
        """A new message, which can mention the author of the job and nobody else."""
        with closing(page):
            await self._certain()
            if isinstance(page, ClassicMessage):
                return await place.send(
                    page.content,
                    view=page.view,
                    files=page.files,
                    allowed_mentions=self._author_alone(),
                    nonce=self._nonce,
                )
            return await place.send(
                view=page.view,
                files=page.files,
                allowed_mentions=self._author_alone(),
                nonce=self._nonce,
            )

    async def reply(self, message_id: int, sentence: str) -> None:
        """A short reply in the channel, which can mention the author of the job."""
        await self._certain()
        message = self.channel.get_partial_message(message_id)
        await message.reply(sentence, allowed_mentions=self._author_alone())

    async def direct_channel(self) -> discord.DMChannel:
        """Where its author is written to directly."""
        return await (await self._client.fetch_user(self._job.author_id)).create_dm()

    async def answer_by_token(self, message_id: int | None) -> discord.Message:
        """The answer to its interaction; *message_id*, where that is known."""
        return await self._webhook().fetch_message(message_id or _Original())

    async def answer_in_channel(self, message_id: int | None) -> discord.Message | None:
        """The answer to its interaction, looked for in the channel where its id is not known."""
        if message_id is not None:
            return await self.channel.fetch_message(message_id)
        return await self._find(self.channel, find_message.answers(self._job.interaction_id))

    async def find_final_message(self, place: discord.abc.Messageable) -> discord.Message | None:
        """The message that ended the job, known by its mark or by the button that is its own."""
        return await self._find(
            place, find_message.news(final_marker(self._job), own_id(self._job))
        )

    async def _find(
        self, place: discord.abc.Messageable, is_it: Callable[[discord.Message], bool]
    ) -> discord.Message | None:
        """A message of ours that is younger than the interaction."""
        bot = self._client.user
        if bot is None:
            return None
        return await find_message.find(place, is_it, after=self._job.interaction_id, author=bot)

    def _webhook(self) -> discord.Webhook:
        webhook = discord.Webhook.partial(
            self._job.application_id or 0, self._job.interaction_token or "", client=self._client
        )
        webhook.type = discord.WebhookType.application  # no other one may answer privately
        return webhook

    def _author_alone(self) -> discord.AllowedMentions:
        author = discord.Object(self._job.author_id)
        return discord.AllowedMentions(
            everyone=False, roles=False, users=[author], replied_user=False
        )
