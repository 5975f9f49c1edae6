"""What a moderator does meanwhile: delete messages and channels, change permissions."""

from discord_server import payloads
from discord_server.gateway import Gateway
from discord_server.seen import SeenMessage
from discord_server.things import Channel
from discord_server.world import World


class Moderator:
    """Somebody who may do anything in a guild.

    The bot hears of channels. It does not hear of messages: that takes an intent it does not ask
    for.
    """

    def __init__(self, world: World, gateway: Gateway) -> None:
        self._world = world
        self._gateway = gateway

    async def delete_message(self, message: SeenMessage) -> None:
        self._world.remove_message(message.raw)
        await self._world.announce()

    async def delete_channel(self, channel: Channel) -> None:
        """With all that was said in it."""
        self._world.remove_channel(channel)
        await self._tell("CHANNEL_DELETE", channel)

    async def archive(self, thread: Channel, *, lock: bool = False) -> None:
        thread.archived, thread.locked = True, lock
        await self._tell("THREAD_UPDATE", thread)

    async def let_bot(self, channel: Channel, bot_permissions: int) -> None:
        """From now on the bot may do just this there."""
        channel.bot_permissions = bot_permissions
        await self._tell("CHANNEL_UPDATE", channel)

    async def take_from_bot(self, channel: Channel, permission: int) -> None:
        """The bot loses one permission and keeps the others."""
        await self.let_bot(channel, channel.bot_permissions & ~permission)

    async def _tell(self, event: str, channel: Channel) -> None:
        payload = payloads.channel(channel, self._world)
        await self._gateway.dispatch(channel.guild_id, event, payload)
        await self._world.announce()
