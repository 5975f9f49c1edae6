"""Who may use what, and in which language they're spoken to.

Resolved once per interaction, before anything else is done with it: by the tree for commands, by
the dispatcher for buttons and forms. Each of them declares its `Policy`, or isn't let in.
"""

from contextlib import suppress
from dataclasses import dataclass, replace
from enum import Enum, auto
from functools import partial
from typing import Any, cast

import discord
from discord import app_commands

from bot.errors import NotYours, UserError
from bot.model import Job
from bot.services.access import can_change, check_job_access
from bot.services.context import Caller, TargetMessage
from bot.services.history import JobHistory
from bot.services.job_service import JobService
from bot.texts import Texts
from bot.ui.components import target_message
from bot.ui.interaction import read_caller, texts_for
from bot.ui.sight import ChannelSight


class Policy(Enum):
    """Who may use a command, a button or a form."""

    OPEN = auto()
    """Whoever sees it: it's about themselves, or in an answer that one person alone sees."""
    CALLER = auto()
    """Whoever may use the bot here."""
    RESULT = auto()
    """Whoever may use the bot here, and go on from the result in the message it's about."""
    CALLER_OR_AUTHOR = auto()
    """Whoever may use the bot here, and besides them who may delete the result in that message."""
    RESULT_AUTHOR = auto()
    """Whoever asked for that result, and moderators, whatever roles and channels are allowed."""
    MESSAGE_AUTHOR = auto()
    """The same for the result in the message of this channel that a button names."""
    JOB_AUTHOR = auto()
    """The same for the job that a button names."""
    SELF = auto()
    """The person that a button names."""


def declare(policy: Policy) -> dict[Any, Any]:
    """What a command is given as its ``extras``."""
    return {Policy: policy}


def policy_of(command: app_commands.Command[Any, ..., Any] | app_commands.ContextMenu) -> Policy:
    """The policy that *command* declares. Raises `TypeError` where it declares none."""
    policy = command.extras.get(Policy)
    if not isinstance(policy, Policy):
        raise TypeError(
            f"The command {command.name!r} doesn't say who may use it: "
            "give it extras=declare(Policy.CALLER), or another policy"
        )
    return policy


@dataclass(frozen=True, slots=True)
class Grant:
    """What was resolved for one interaction."""

    caller: Caller
    t: Texts
    """For what this person alone sees."""
    job: Job | None = None
    """The one that a button names, where its policy is about that."""


def grant_of(interaction: discord.Interaction[Any]) -> Grant:
    """What `Policies.check` has resolved."""
    return cast("Grant", interaction.extras[Grant])


class Policies:
    """Resolves them, for the whole bot."""

    def __init__(self, jobs: JobService, history: JobHistory, sight: ChannelSight) -> None:
        self._jobs = jobs
        self._history = history
        self._sight = sight

    async def check(  # noqa: C901  # one case for each policy
        self,
        interaction: discord.Interaction[Any],
        policy: Policy,
        *,
        message: discord.Message | None = None,
        number: int = 0,
    ) -> Grant:
        """Whom *policy* lets in, and how; kept for `grant_of`.

        *message* is the one that a button is under or that a command is about, *number* what a
        button names. Raises the `bot.errors.UserError` that fits where they may not.
        """
        access, job = self._jobs.access, None
        caller = read_caller(interaction)
        caller = replace(caller, ask_visible=partial(self._sight.seen, caller))
        if caller.message is None and message is not None:
            caller = replace(caller, message=target_message(message))
        if policy in {Policy.CALLER, Policy.RESULT}:
            access.check_access(caller)
        match policy:
            case Policy.RESULT if message is not None and access.results_author_only:
                access.check_result_access(caller, await self._author_of(message))
            case Policy.CALLER_OR_AUTHOR:
                try:
                    access.check_access(caller)
                except UserError:
                    if not can_change(caller, await self._author_of(message)):
                        raise
            case Policy.RESULT_AUTHOR:
                check_job_access(caller, await self._author_of(message))
            case Policy.MESSAGE_AUTHOR:
                author_id = await self._history.author_of(TargetMessage(message_id=number))
                if author_id is None:
                    where = interaction.client.get_partial_messageable(interaction.channel_id or 0)
                    with suppress(discord.NotFound):
                        author_id = await self._author_of(await where.fetch_message(number))
                check_job_access(caller, author_id)
            case Policy.JOB_AUTHOR:
                job = await self._jobs.find_stoppable(number)
                check_job_access(caller, job.author_id)
            case Policy.SELF if number != caller.user_id:
                raise NotYours
            case Policy.OPEN | Policy.CALLER | Policy.RESULT | Policy.SELF:
                pass
        interaction.extras[Grant] = grant = Grant(caller, texts_for(interaction), job)
        return grant

    async def _author_of(self, message: discord.Message | None) -> int | None:
        """Who asked for what *message* shows: as the store knows it, else as Discord does."""
        if message is None:
            return None
        author_id = await self._history.author_of(target_message(message))
        if author_id is None and message.interaction_metadata is not None:
            return message.interaction_metadata.user.id
        return author_id
