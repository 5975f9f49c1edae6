"""How Discord writes its things down as JSON.

Only the fields that discord.py reads or that Discord documents as always there.
"""

from datetime import datetime, timedelta

from tests.discord_server.world import (
    COMPONENTS_V2,
    EPOCH,
    Channel,
    Guild,
    Interaction,
    JsonObject,
    Message,
    StoredFile,
    User,
    World,
)

ALL_PERMISSIONS = (1 << 50) - 1
COMMAND, COMPONENT, MODAL_SUBMIT = 2, 3, 5
"""Types of interactions."""
DEFAULT_MESSAGE, REPLY, CHAT_INPUT_COMMAND = 0, 19, 20
"""Types of messages."""


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
        "permissions": str(ALL_PERMISSIONS),
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
    return {
        "id": str(where.id),
        "type": 0,
        "guild_id": str(where.guild_id),
        "name": where.name,
        "position": 0,
        "nsfw": False,
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
            }
        ],
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
                "permissions": str(ALL_PERMISSIONS),
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
            "interaction_metadata": metadata(what.interaction),
        }
    if what.reference is not None:
        payload["message_reference"] = {
            "type": 0,
            "message_id": str(what.reference),
            "channel_id": str(what.channel.id),
            "guild_id": str(what.channel.guild_id),
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


def metadata(of: Interaction) -> JsonObject:
    """What a message tells of the interaction that it answers."""
    return {
        "id": str(of.id),
        "type": of.type,
        "user": user(of.user),
        "authorizing_integration_owners": {"0": str(of.channel.guild_id)},
    }


def interaction(what: Interaction, world: World) -> JsonObject:
    """As in INTERACTION_CREATE, in a guild."""
    guild_id = str(what.channel.guild_id)
    payload: JsonObject = {
        "id": str(what.id),
        "application_id": str(world.application_id),
        "type": what.type,
        "token": what.token,
        "version": 1,
        "data": what.data,
        "guild_id": guild_id,
        "guild": {"id": guild_id, "locale": "en-US", "features": []},
        "guild_locale": "en-US",
        "channel_id": str(what.channel.id),
        "channel": channel(what.channel, world) | {"permissions": str(ALL_PERMISSIONS)},
        "member": member(what.user),
        "locale": "en-US",
        "app_permissions": str(what.channel.bot_permissions),
        "attachment_size_limit": world.file_limit_bytes,
        "entitlements": [],
        "authorizing_integration_owners": {"0": guild_id},
        "context": 0,
    }
    if what.source is not None:
        payload["message"] = message(what.source, world)
    return payload


def callback(of: Interaction, world: World) -> JsonObject:
    """The answer to an interaction callback; `discord.py` needs it where Discord allows none."""
    shown = of.response
    told: JsonObject = {"id": str(of.id), "type": of.type}
    payload: JsonObject = {"interaction": told}
    if shown is not None:
        told |= {
            "response_message_id": str(shown.id),
            "response_message_loading": shown.loading,
            "response_message_ephemeral": shown.ephemeral,
        }
        if of.answer_type in (4, 7):
            payload["resource"] = {"type": of.answer_type, "message": message(shown, world)}
    return payload
