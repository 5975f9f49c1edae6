"""How Discord writes down what people do, and its answer to the bot's answer."""

from discord_server import payloads
from discord_server.things import DIRECTLY, Interaction, JsonObject
from discord_server.world import World


def event(what: Interaction, world: World) -> JsonObject:
    """As in INTERACTION_CREATE."""
    payload: JsonObject = {
        "id": str(what.id),
        "application_id": str(world.application_id),
        "type": what.type,
        "token": what.token,
        "version": 1,
        "data": what.data,
        "channel_id": str(what.channel.id),
        "channel": payloads.channel(what.channel, world),
        "locale": "en-US",
        "attachment_size_limit": world.file_limit_bytes,
        "entitlements": [],
        "authorizing_integration_owners": payloads.installed(what, world),
    }
    payload |= _in_direct_messages(what) if what.channel.guild_id is None else _in_guild(what)
    if what.channel.guild_id is not None:
        payload["channel"]["permissions"] = str(what.user.permissions)
    if what.source is not None:
        payload["message"] = payloads.message(what.source, world)
    return payload


def _in_guild(what: Interaction) -> JsonObject:
    guild_id = str(what.channel.guild_id)
    return {
        "guild_id": guild_id,
        "guild": {"id": guild_id, "locale": "en-US", "features": []},
        "guild_locale": "en-US",
        "member": payloads.member(what.user),
        "app_permissions": str(what.channel.bot_permissions),
        "context": payloads.GUILD_CONTEXT,
    }


def _in_direct_messages(what: Interaction) -> JsonObject:
    return {
        "user": payloads.user(what.user),
        "app_permissions": str(DIRECTLY),
        "context": payloads.context(what.channel),
    }


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
            payload["resource"] = {
                "type": of.answer_type,
                "message": payloads.message(shown, world),
            }
    return payload
