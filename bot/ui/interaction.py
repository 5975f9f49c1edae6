"""Reads from an interaction who asks and where, and whether the bot may post there."""

from collections.abc import Iterable

import discord

from bot.errors import PermissionsMissing
from bot.model import Destination, MessageLink
from bot.services import Caller, RequestContext, TargetMessage
from bot.texts import Texts, for_locale
from bot.ui.message_images import target_message

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

_NAMES = {
    "view_channel": "View Channel",
    "send_messages": "Send Messages",
    "send_messages_in_threads": "Send Messages in Threads",
    "attach_files": "Attach Files",
    "read_message_history": "Read Message History",
    "connect": "Connect",
}


def texts_for(interaction: discord.Interaction) -> Texts:
    """The texts for what this person alone sees."""
    return for_locale(str(interaction.locale))


def read_caller(interaction: discord.Interaction) -> Caller:
    """Who uses the bot, and where they stand."""
    user, channel = interaction.user, interaction.channel
    channel_ids = {interaction.channel_id or 0}
    if isinstance(channel, discord.Thread):
        channel_ids.add(channel.parent_id)
    in_server = interaction.guild_id is not None
    may = interaction.permissions
    return Caller(
        user_id=user.id,
        guild_id=interaction.guild_id,
        channel_ids=frozenset(channel_ids),
        sees_channel=not in_server or may.view_channel or may.administrator,
        message=_target_message(interaction.message),
        role_ids=frozenset(role.id for role in getattr(user, "roles", ())),
        via_user_install=_is_via_user_install(interaction),
        can_manage_messages=in_server and may.manage_messages,
        can_manage_guild=in_server and may.manage_guild,
    )


def request_context(interaction: discord.Interaction, *, private: bool) -> RequestContext:
    """Who asks, and where the result goes.

    Raises `PermissionsMissing` where the bot could not post it: better now than once it is paid.
    """
    _check_permissions(interaction, private=private)
    message = interaction.message
    return RequestContext(
        author_id=interaction.user.id,
        interaction_id=interaction.id,
        application_id=interaction.application_id,
        interaction_token=interaction.token,
        locale=str(interaction.locale),
        guild_locale=str(interaction.guild_locale) if interaction.guild_locale else None,
        destination=read_destination(interaction, private=private),
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

    It is private too where Discord lets nobody else see what the bot answers.
    """
    return Destination(
        guild_id=interaction.guild_id,
        channel_id=interaction.channel_id or 0,
        private=private or _answers_one_alone(interaction),
        file_limit_bytes=interaction.filesize_limit,
        bot_is_member=not _is_via_user_install(interaction),
    )


def is_private(interaction: discord.Interaction) -> bool:
    """Whether the message whose control was used is one that only this person sees."""
    return interaction.message is not None and interaction.message.flags.ephemeral


def _target_message(message: discord.Message | None) -> TargetMessage | None:
    """The message whose control was used, or that its question was about."""
    if message is None:
        return None
    told = message.interaction_metadata
    if message.flags.ephemeral and told is not None and told.target_message_id is not None:
        return TargetMessage(message_id=told.target_message_id)
    return target_message(message)


def missing_permissions(granted: discord.Permissions, needed: Iterable[str]) -> tuple[str, ...]:
    """What of *needed* is not *granted*, as Discord's settings call it."""
    if granted.administrator:
        return ()
    return tuple(_NAMES[name] for name in needed if not getattr(granted, name))


def _is_via_user_install(interaction: discord.Interaction) -> bool:
    """Whether the bot is not there by itself: somebody who has it on their account brought it."""
    if interaction.guild_id is None:
        return interaction.context.private_channel
    return interaction.client.get_guild(interaction.guild_id) is None


def _answers_one_alone(interaction: discord.Interaction) -> bool:
    """Whether a server hides what its members bring along: Discord makes all of it ephemeral."""
    if interaction.guild_id is None or not _is_via_user_install(interaction):
        return False
    may = interaction.permissions
    return not (may.use_external_apps or may.administrator)


def _check_permissions(interaction: discord.Interaction, *, private: bool) -> None:
    granted = interaction.app_permissions
    needed = ["attach_files"]
    if interaction.guild_id is None and not granted.value:
        return  # Discord tells of attaching files there; where it tells nothing, nobody knows
    if not (private or interaction.guild_id is None or _is_via_user_install(interaction)):
        in_thread = isinstance(interaction.channel, discord.Thread)
        send = "send_messages_in_threads" if in_thread else "send_messages"
        connect = ["connect"] if interaction.channel and interaction.channel.type in VOICE else []
        needed = ["view_channel", *connect, send, *needed]
    if missing := missing_permissions(granted, needed):
        raise PermissionsMissing(permissions=missing)
