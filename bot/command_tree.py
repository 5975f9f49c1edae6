"""The commands: for whom they are, in step with Discord's, and their errors told to people."""

import logging
import operator
from collections.abc import Mapping, Sequence
from typing import Any, Protocol, cast

import discord
from discord import app_commands
from discord.app_commands import Namespace
from discord.ext import commands
from discord.http import Route

from bot.errors import Reason, Rejected, UserError
from bot.ui import discord_errors
from bot.ui.error_replies import reply_with_error, send_error
from bot.ui.policy import Policies, policy_of

log = logging.getLogger(__name__)

_TOLD = frozenset(
    {
        *("type", "name", "description", "options", "required", "choices", "value", "autocomplete"),
        *("min_value", "max_value", "min_length", "max_length", "channel_types"),
        *("default_member_permissions", "contexts", "integration_types", "nsfw"),
    }
)
"""What we say of a command; Discord adds ids, versions, defaults and what it will invent yet."""
_TRANSLATED = ("name_localizations", "description_localizations")
_OUTDATED = (
    app_commands.CommandNotFound,
    app_commands.CommandSignatureMismatch,
    app_commands.TransformerError,
)
"""Somebody used a command of another version, or one that another program left behind."""

Command = Mapping[str, Any]


class HasPolicies(Protocol):
    policies: Policies


class CommandTree(app_commands.CommandTree[commands.Bot]):
    """What a command raises is told to the person, never swallowed."""

    _compared_again = False

    async def keep_in_step(self) -> None:
        """Look which commands Discord has, and tell it ours where they differ.

        Looking is one request. Telling is limited to some 200 new commands a day, so it is not done
        at each start; another program with the same token may have told others meanwhile. Where
        Discord does not take ours, those that it has must do. Raises `discord_errors.FAULTS` where
        Discord or the way to it is out of order, and for a token that is refused.
        """
        # discord.py's own request brings no translations.
        listing = Route(
            "GET",
            "/applications/{application_id}/commands",
            application_id=self.client.application_id or 0,
        )
        ours = [
            await command.get_translated_payload(self, self.translator)
            if self.translator is not None
            else command.to_dict(self)
            for command in self.get_commands()
        ]
        try:
            theirs = await self.client.http.request(listing, params={"with_localizations": "true"})
            if _comparable(theirs) == _comparable(ours):
                return
            await self.sync()
        except (discord.HTTPException, discord.RateLimited) as fault:
            told = isinstance(fault, discord.HTTPException)
            if told and (fault.status >= 500 or fault.status == 401):
                raise
            log.error("Failed to register the commands: %s", discord_errors.detail(fault))
        else:
            log.info("Registered the commands with Discord")

    def add_command(
        self,
        command: app_commands.Command[Any, ..., Any]
        | app_commands.ContextMenu
        | app_commands.Group,
        /,
        **options: Any,
    ) -> None:
        """Raises `TypeError` for a command that doesn't say who may use it."""
        if not isinstance(command, app_commands.Group):
            policy_of(command)
        super().add_command(command, **options)

    async def interaction_check(self, interaction: discord.Interaction[commands.Bot], /) -> bool:
        """Resolve what the command's policy says of this person, for `bot.ui.policy.grant_of`.

        Raises `CommandSignatureMismatch` for options that this version does not have, and
        `CheckFailure` with the `bot.errors.UserError` that fits where they may not use it.
        """
        command, client = interaction.command, cast("HasPolicies", interaction.client)
        if command is None:
            return True  # discord.py says that there is none
        suggests = interaction.type is discord.InteractionType.autocomplete
        data = cast("Mapping[str, Any]", interaction.data or {})
        if isinstance(command, app_commands.Command) and not suggests:
            # discord.py looks at what is missing alone, and hands a text on as a number.
            ours = {parameter.display_name: parameter for parameter in command.parameters}
            for option in data.get("options", ()):
                parameter = ours.get(option["name"])
                if parameter is None or parameter.type.value != option["type"]:
                    raise app_commands.CommandSignatureMismatch(command)
                choices = [choice.value for choice in parameter.choices]
                if choices and option["value"] not in choices:
                    raise app_commands.CommandSignatureMismatch(command)
        # The message that a command in its menu is about: discord.py has no other way to it yet.
        items = Namespace._get_resolved_items(interaction, data.get("resolved", {}))  # noqa: SLF001  # pyright: ignore[reportPrivateUsage]
        messages = (one for one in items.values() if isinstance(one, discord.Message))
        message = next((one for one in messages if one.author == interaction.client.user), None)
        try:
            await client.policies.check(interaction, policy_of(command), message=message)
        except Exception as raised:
            if suggests and isinstance(raised, UserError):
                await interaction.response.autocomplete([])
                return False
            raise app_commands.CheckFailure from raised
        return True

    async def on_error(
        self,
        interaction: discord.Interaction[commands.Bot],
        error: app_commands.AppCommandError,
        /,
    ) -> None:
        if not isinstance(error, _OUTDATED):
            await reply_with_error(interaction, error.__cause__ or error)
        elif interaction.type is discord.InteractionType.autocomplete:
            log.debug("Autocomplete for a command of another version")
        else:
            await send_error(interaction, Rejected(Reason.COMMAND_CHANGED))
            if self._compared_again:  # two programs with one token must not take turns
                return
            self._compared_again = True
            log.warning(
                "A command of another version was used, comparing the commands with Discord's"
            )
            try:
                await self.keep_in_step()
            except discord_errors.FAULTS as fault:
                log.warning("Failed to compare the commands: %s", discord_errors.detail(fault))


def _comparable(told: Sequence[object]) -> list[dict[str, Any]]:
    """The commands as they can be compared, whoever lists them in whichever order."""
    plain = [_plain({"type": 1, **cast("Command", command)}) for command in told]
    return sorted(plain, key=operator.itemgetter("type", "name"))


def _plain(told: Command) -> dict[str, Any]:
    """A command, an option or a choice, without what says nothing: what is not there, no, empty."""
    plain: dict[str, Any] = {name: dict(told.get(name) or {}) for name in _TRANSLATED}
    for name in _TOLD & told.keys():
        plain[name] = told[name]
    for name in ("options", "choices"):
        plain[name] = [_plain(part) for part in plain.get(name) or ()]
    for name in ("contexts", "integration_types", "channel_types"):
        plain[name] = sorted(plain.get(name) or ())
    if (permissions := plain.get("default_member_permissions")) is not None:
        plain["default_member_permissions"] = int(permissions)
    # A zero says something (0 == False, but is no False).
    return {name: value for name, value in plain.items() if value or type(value) in {int, float}}


def _is_worth_a_line(record: logging.LogRecord) -> bool:
    """discord.py logs a suggestion that came too late with its traceback: one per key press."""
    error = record.exc_info[1] if record.exc_info else None
    if isinstance(error, (*discord_errors.FAULTS, discord.InteractionResponded, *_OUTDATED)):
        log.debug("Failed to answer an autocomplete: %s", discord_errors.detail(error))
        return False
    return True


logging.getLogger("discord.app_commands.tree").addFilter(_is_worth_a_line)
