"""What the path of a request names, if the bot may reach it."""

from aiohttp import web

from discord_server.rules import Refused
from discord_server.things import CONNECT, VIEW_CHANNEL, VOICE, Channel, Message
from discord_server.world import World


def channel_in(request: web.Request, world: World, *needed: int) -> Channel:
    """The channel in the path, if the bot sees it and may do all that is *needed*."""
    channel = world.channels.get(int(request.match_info["channel"]))
    if channel is None:
        raise Refused(404, 10003, "Unknown Channel")
    guild = world.guilds.get(channel.guild_id or 0)
    abroad = channel.group or (guild is not None and not guild.with_bot)
    if abroad or not channel.bot_permissions & VIEW_CHANNEL:
        raise Refused(403, 50001, "Missing Access")
    if needed and channel.kind == VOICE:
        needed = (*needed, CONNECT)  # nobody can write there who may not connect
    if any(not channel.bot_permissions & permission for permission in needed):
        raise Refused(403, 50013, "Missing Permissions")
    return channel


def message_in(request: web.Request, world: World) -> Message:
    """The message in the path; an ephemeral one is none to the routes of channels."""
    message = world.messages.get(int(request.match_info["message"]))
    here = message is not None and str(message.channel.id) == request.match_info["channel"]
    if message is None or not here or message.ephemeral:
        raise Refused(404, 10008, "Unknown Message")
    return message


def check_awake(channel: Channel) -> None:
    """What is in the archive is not edited."""
    if channel.archived:
        raise Refused(400, 50083, "Thread is archived")
