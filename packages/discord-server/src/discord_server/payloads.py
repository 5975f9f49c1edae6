"""How Discord writes its things down as JSON.

Only the fields that discord.py reads or that Discord documents as always there.
"""

from datetime import datetime, timedelta

from discord_server.things import (
    ALL_PERMISSIONS,
    COMPONENTS_V2,
    EPOCH,
    VIEW_CHANNEL,
    Channel,
    Guild,
    Interaction,
    JsonObject,
    Message,
    StoredFile,
    User,
)
from discord_server.world import World

COMMAND, COMPONENT, AUTOCOMPLETE, MODAL_SUBMIT = 2, 3, 4, 5
"""Types of interactions."""
SLASH_COMMAND, MESSAGE_COMMAND = 1, 3
"""Types of commands."""
GUILD_INSTALL, USER_INSTALL = 0, 1
"""How the bot may be installed."""
DEFAULT_MESSAGE, REPLY, CHAT_INPUT_COMMAND = 0, 19, 20
"""Types of messages."""
GUILD_CONTEXT, DIRECT_CONTEXT, GROUP_CONTEXT = 0, 1, 2
"""Where an interaction was made."""


def created_at(snowflake: int) -> datetime:
    """The moment inside an id."""
    return EPOCH + timedelta(milliseconds=snowflake >> 22)


def user(who: User) -> JsonObject:
    return {
        "id": str(who.id),
        "username": who.name,
        "discriminator": "0",
        "global_name": who.name,
        "avatar": None,
        "bot": who.bot,
        "public_flags": 0,
    }


def member(who: User) -> JsonObject:
    return {
        "user": user(who),
        "roles": [],
        "joined_at": EPOCH.isoformat(),
        "deaf": False,
        "mute": False,
        "flags": 0,
        "permissions": str(ALL_PERMISSIONS if who.bot else who.permissions),
    }


def application(world: World) -> JsonObject:
    return {
        "id": str(world.application_id),
        "name": world.bot.name,
        "icon": None,
        "description": "",
        "bot_public": world.bot_public,
        "bot_require_code_grant": False,
        "verify_key": "0" * 64,
        "flags": 0,
        "owner": user(User(1, "owner")),
        "team": None,
    }


def channel(where: Channel, world: World) -> JsonObject:
    if where.recipient is not None:
        return {
            "id": str(where.id),
            "type": 1,
            "recipients": [user(where.recipient)],
            "last_message_id": None,
            "flags": 0,
        }
    if where.group:
        return {
            "id": str(where.id),
            "type": 3,
            "recipients": [],
            "name": where.name,
            "icon": None,
            "owner_id": "1",
            "last_message_id": None,
        }
    if where.parent is not None:
        return _thread(where, where.parent)
    return {
        "id": str(where.id),
        "type": where.kind,
        "guild_id": str(where.guild_id),
        "name": where.name,
        "position": 0,
        "nsfw": False,
        "bitrate": 64_000,
        "user_limit": 0,
        "parent_id": None,
        "topic": None,
        "last_message_id": None,
        "rate_limit_per_user": 0,
        "flags": 0,
        "permission_overwrites": [
            {
                "id": str(world.bot.id),
                "type": 1,
                "allow": str(where.bot_permissions),
                "deny": str(ALL_PERMISSIONS & ~where.bot_permissions),
            },
            *(
                {"id": str(who.id), "type": 1, "allow": "0", "deny": str(VIEW_CHANNEL)}
                for who in where.closed_to
            ),
        ],
    }


def _thread(where: Channel, parent: Channel) -> JsonObject:
    return {
        "id": str(where.id),
        "type": where.kind,
        "guild_id": str(where.guild_id),
        "parent_id": str(parent.id),
        "owner_id": "1",
        "name": where.name,
        "last_message_id": None,
        "message_count": 0,
        "member_count": 1,
        "rate_limit_per_user": 0,
        "flags": 0,
        "thread_metadata": {
            "archived": where.archived,
            "locked": where.locked,
            "auto_archive_duration": 1440,
            "archive_timestamp": "2026-01-01T00:00:00+00:00",
        },
    }


def guild(where: Guild, world: World) -> JsonObject:
    """As in GUILD_CREATE, without the members: only the bot itself is among them."""
    return {
        "id": str(where.id),
        "name": where.name,
        "icon": None,
        "owner_id": "1",
        "verification_level": 0,
        "default_message_notifications": 0,
        "explicit_content_filter": 0,
        "preferred_locale": "en-US",
        "features": [],
        "emojis": [],
        "stickers": [],
        "roles": [
            {
                "id": str(where.id),
                "name": "@everyone",
                "permissions": str(where.bot_permissions),
                "position": 0,
                "color": 0,
                "colors": {"primary_color": 0, "secondary_color": None, "tertiary_color": None},
                "hoist": False,
                "managed": False,
                "mentionable": False,
                "flags": 0,
            }
        ],
        "channels": [channel(each, world) for each in where.channels],
        "members": [member(world.bot)],
        "member_count": len(where.members) + 1,
        "threads": [],
        "voice_states": [],
        "presences": [],
        "large": False,
        "unavailable": False,
    }


def attachment(file: StoredFile) -> JsonObject:
    described = {} if file.description is None else {"description": file.description}
    return {
        "id": str(file.id),
        "filename": file.name,
        "size": len(file.content),
        "url": file.url,
        "proxy_url": file.url,
        "content_type": file.content_type,
        **described,
    }


def message(what: Message, world: World, *, with_reply: bool = True) -> JsonObject:
    """A message as the bot sees it.

    The ``attachments`` of a Components V2 message are empty, whatever was uploaded with it.
    """
    payload: JsonObject = {
        "id": str(what.id),
        "type": message_type(what),
        "channel_id": str(what.channel.id),
        "author": user(what.author),
        "content": what.content,
        "timestamp": created_at(what.id).isoformat(),
        "edited_timestamp": what.edits[-1].isoformat() if what.edits else None,
        "tts": False,
        "mention_everyone": False,
        "mentions": [],
        "mention_roles": [],
        "attachments": (
            [] if what.flags & COMPONENTS_V2 else [attachment(file) for file in what.files]
        ),
        "embeds": what.embeds,
        "components": what.components,
        "pinned": False,
        "flags": what.flags,
    }
    if what.interaction is not None:
        payload |= {
            "application_id": str(world.application_id),
            "webhook_id": str(world.application_id),
            "interaction_metadata": metadata(what.interaction, world),
        }
        first = what.interaction.response
        if what in what.interaction.followups and first is not None:
            payload["interaction_metadata"]["original_response_message_id"] = str(first.id)
    if what.reference is not None:
        payload["message_reference"] = {
            "type": 0,
            "message_id": str(what.reference),
            "channel_id": str(what.channel.id),
            **({} if what.channel.guild_id is None else {"guild_id": str(what.channel.guild_id)}),
        }
        if with_reply:
            replied_to = world.messages.get(what.reference)
            payload["referenced_message"] = (
                message(replied_to, world, with_reply=False) if replied_to else None
            )
    return payload


def message_type(what: Message) -> int:
    if what.reference is not None:
        return REPLY
    return DEFAULT_MESSAGE if what.interaction is None else CHAT_INPUT_COMMAND


def context(where: Channel) -> int:
    """Which of the contexts a channel is."""
    if where.guild_id is not None:
        return GUILD_CONTEXT
    return GROUP_CONTEXT if where.group else DIRECT_CONTEXT


def installed(of: Interaction, world: World) -> JsonObject:
    """By whose installations of the bot somebody acts: their own, and that of the place.

    The place is the guild; in direct messages with the bot it is ``0``.
    """
    guild_id = of.channel.guild_id
    own = {"1": str(of.user.id)} if of.user.installed else {}
    here = not of.channel.group if guild_id is None else world.guilds[guild_id].with_bot
    return own | ({"0": str(guild_id or 0)} if here else {})


def metadata(of: Interaction, world: World) -> JsonObject:
    """What a message tells of the interaction that it answers."""
    told: JsonObject = {
        "id": str(of.id),
        "type": of.type,
        "user": user(of.user),
        "authorizing_integration_owners": installed(of, world),
    }
    if of.type == COMMAND and of.data.get("type") == MESSAGE_COMMAND:
        told["target_message_id"] = of.data["target_id"]
    if of.type == COMPONENT and of.source is not None:
        told["interacted_message_id"] = str(of.source.id)
    if of.type == MODAL_SUBMIT and of.opened_by is not None:
        told["triggering_interaction_metadata"] = metadata(of.opened_by, world)
    return told
