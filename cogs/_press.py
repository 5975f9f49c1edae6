"""A button that was pressed, and who pressed it.

No cog: nothing here is loaded by name.
"""

from dataclasses import dataclass, replace

import discord

from bot.client import RemixBot
from bot.errors import Reason, Rejected
from bot.job_ids import JobId
from bot.model import Job
from bot.services.context import TargetMessage
from bot.ui.custom_ids import ButtonId
from bot.ui.interaction import is_private
from bot.ui.layouts import LayoutMessage
from bot.ui.policy import Grant

Interaction = discord.Interaction[RemixBot]


@dataclass(frozen=True, slots=True)
class Press:
    """A button, and who pressed it: somebody who may."""

    interaction: Interaction
    button: ButtonId
    grant: Grant

    @property
    def bot(self) -> RemixBot:
        return self.interaction.client

    @property
    def private(self) -> bool:
        """Only this person sees the message with the button."""
        return is_private(self.interaction)

    @property
    def message(self) -> TargetMessage:
        """The message whose job the button is about, with what the button says of it."""
        message = self.grant.caller.message or TargetMessage(message_id=0)
        number = self.button.number
        return replace(message, interaction_id=number) if number else message

    @property
    def job(self) -> Job:
        """The job that the button names."""
        assert self.grant.job is not None  # noqa: S101  # its policy has found it
        return self.grant.job

    @property
    def image(self) -> tuple[JobId, int | None]:
        """The image that the button names. Raises `Rejected` where it names none."""
        if (source := self.button.source) is None:
            raise Rejected(Reason.UNSUPPORTED_COMPONENT)
        return JobId(source.job_id), source.image_no

    async def reply(self, page: LayoutMessage) -> None:
        """Answer with a *page* for this person alone."""
        await self.interaction.response.send_message(view=page.view, ephemeral=True)

    async def turn_into(self, page: LayoutMessage) -> None:
        """Let the message with the button be this *page*."""
        await self.interaction.response.edit_message(view=page.view)
