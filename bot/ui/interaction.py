"""Reads from an interaction who asks and where, and whether the bot may post there."""

from collections.abc import Iterable

import discord

from bot.errors import PermissionsMissing
from bot.model import Destination, MessageLink
from bot.services.context import Announce, Caller, RequestContext, TargetMessage
from bot.texts import Texts, for_locale
from bot.ui.components import target_message

NEEDED = discord.Permissions(
    view_channel=True,
    send_messages=True,
    send_messages_in_threads=True,
    attach_files=True,
    read_message_history=True,
)
"""What posting images takes in any channel."""
INVITED_WITH = NEEDED | discord.Permissions(connect=True)
"""What the invite link asks for, and nothing more."""
VOICE = (discord.ChannelType.voice, discord.ChannelType.stage_voice)
"""Where people can write only if they may connect, and bots too."""


def texts_for(interaction: discord.Interaction) -> Texts:
    """The texts for what this person alone sees."""
    return for_locale(str(interaction.locale))


def read_caller(interaction: discord.Interaction) -> Caller:
    """Who uses the bot, and where they stand."""
    user, channel, message = interaction.user, interaction.channel, interaction.message
    channel_ids = {interaction.channel_id or 0}
    if isinstance(channel, discord.Thread):
        channel_ids.add(channel.parent_id)
    in_server = interaction.guild_id is not None
    may = interaction.permissions
    target = target_message(message) if message is not None else None
    if message is not None and message.flags.ephemeral and message.interaction_metadata is not None:
        # A question about another message, whose menu it was asked for in.
        asked_of = message.interaction_metadata.target_message_id
        target = TargetMessage(message_id=asked_of) if asked_of is not None else target
    return Caller(
        user_id=user.id,
        guild_id=interaction.guild_id,
        channel_ids=frozenset(channel_ids),
        sees_channel=not in_server or may.view_channel or may.administrator,
        message=target,
        role_ids=frozenset(role.id for role in getattr(user, "roles", ())),
        via_user_install=_is_via_user_install(interaction),
        can_manage_messages=in_server and may.manage_messages,
        can_manage_guild=in_server and may.manage_guild,
    )


def request_context(
    interaction: discord.Interaction, caller: Caller, announce: Announce, *, private: bool
) -> RequestContext:
    """Who asks, and where the result goes.

    Raises `PermissionsMissing` where the bot could not post it: better now than once it is paid.
    """
    destination, message = read_destination(interaction, private=private), interaction.message
    granted, channel, needed = interaction.app_permissions, interaction.channel, ["attach_files"]
    if interaction.guild_id is not None and destination.bot_is_member and not private:
        in_thread = isinstance(channel, discord.Thread)
        send = "send_messages_in_threads" if in_thread else "send_messages"
        connect = ["connect"] if channel and channel.type in VOICE else []
        needed = ["view_channel", *connect, send, *needed]
    # Discord tells of attaching files in direct messages; where it tells nothing, nobody knows.
    tells = interaction.guild_id is not None or granted.value
    if tells and (missing := missing_permissions(granted, needed)):
        raise PermissionsMissing(permissions=missing)
    return RequestContext(
        caller=caller,
        announce=announce,
        interaction_id=interaction.id,
        application_id=interaction.application_id,
        interaction_token=interaction.token,
        locale=str(interaction.locale),
        guild_locale=str(interaction.guild_locale) if interaction.guild_locale else None,
        destination=destination,
        origin=MessageLink(
            guild_id=interaction.guild_id,
            channel_id=message.channel.id,
            message_id=message.id,
        )
        if message and not is_private(interaction)
        else None,
    )


def read_destination(interaction: discord.Interaction, *, private: bool) -> Destination:
    """Where a result goes that somebody asks for in this interaction.

    It is private too where a server hides what its members bring along: Discord lets nobody else
    see what the bot answers.
    """
    may, brought = interaction.permissions, _is_via_user_install(interaction)
    if interaction.guild_id is not None and brought:
        private = private or not (may.use_external_apps or may.administrator)
    return Destination(
        guild_id=interaction.guild_id,
        channel_id=interaction.channel_id or 0,
        private=private,
        file_limit_bytes=interaction.filesize_limit,
        bot_is_member=not brought,
    )


def is_private(interaction: discord.Interaction) -> bool:
    """Whether the message whose control was used is one that only this person sees."""
    return interaction.message is not None and interaction.message.flags.ephemeral


def missing_permissions(granted: discord.Permissions, needed: Iterable[str]) -> tuple[str, ...]:
    """What of *needed* is not *granted*, as Discord's settings call it."""
    if granted.administrator:
        return ()
    missing = (name for name in needed if not getattr(granted, name))
    return tuple(name.replace("_", " ").title().replace(" In ", " in ") for name in missing)


def _is_via_user_install(interaction: discord.Interaction) -> bool:
    """Whether the bot is not there by itself: somebody who has it on their account brought it."""
    if interaction.guild_id is None:
        return interaction.context.private_channel
    return interaction.client.get_guild(interaction.guild_id) is None
