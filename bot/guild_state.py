"""What is kept of the servers that the bot is in: their names, owners and roles.

discord.py would keep every channel, thread, emoji and event of each, which is most of the memory
that a bot takes in thousands of servers. All that is known here of a channel comes with an
interaction, or is asked for (`bot.ui.sight`).
"""

from typing import TYPE_CHECKING, Any, TypeVar

import discord
from discord.state import ConnectionState

if TYPE_CHECKING:
    from discord.types.gateway import GuildCreateEvent

C = TypeVar("C", bound=discord.Client)

NOT_KEPT = (
    *("channels", "threads", "members", "presences", "voice_states", "emojis", "stickers"),
    *("stage_instances", "guild_scheduled_events", "soundboard_sounds"),
)
"""Lists in GUILD_CREATE."""
ABOUT_THOSE = (
    "CHANNEL_",
    "THREAD_",
    "STAGE_INSTANCE_",
    "GUILD_SCHEDULED_EVENT_",
    "GUILD_EMOJIS_",
    "GUILD_STICKERS_",
    "GUILD_SOUNDBOARD_",
)
"""Events that would add to them, or change what is in them, begin with one of these."""


class SlimState(ConnectionState[C]):
    """discord.py's state, which hears nothing of what is not kept."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        for event in [event for event in self.parsers if event.startswith(ABOUT_THOSE)]:
            del self.parsers[event]

    def parse_guild_create(self, data: "GuildCreateEvent") -> None:
        slim: Any = {name: value for name, value in data.items() if name not in NOT_KEPT}
        super().parse_guild_create(slim)
