"""What became of one interaction, as the person who made it sees it."""

from collections.abc import Callable

from discord_server.clock import HANGS_S
from discord_server.seen import Modal, SeenMessage
from discord_server.things import Interaction, Message
from discord_server.world import World

Until = Callable[[SeenMessage], bool]


def _anything(_: SeenMessage) -> bool:
    return True


class Handle:
    """One interaction that the bot has answered."""

    def __init__(self, world: World, interaction: Interaction) -> None:
        self._world = world
        self.raw = interaction

    @property
    def acknowledged_after_s(self) -> float:
        """From sending the event to the arrival of the first answer."""
        assert self.raw.answered_at is not None
        return self.raw.answered_at - self.raw.sent_at

    @property
    def modal(self) -> Modal | None:
        """The form that opened, if the answer was one."""
        return (
            None if self.raw.modal is None else Modal(self.raw.modal, self.raw.source, self._world)
        )

    async def message(self, until: Until = _anything, timeout_s: float = HANGS_S) -> SeenMessage:
        """The answer, once there is something to read and *until* holds."""
        return await self._first(lambda: [self.raw.response], until, timeout_s)

    async def followup(self, until: Until = _anything, timeout_s: float = HANGS_S) -> SeenMessage:
        """The first of the further messages for which *until* holds."""
        return await self._first(lambda: list(self.raw.followups), until, timeout_s)

    async def _first(
        self, shown: Callable[[], list[Message | None]], until: Until, timeout_s: float
    ) -> SeenMessage:
        def seen() -> list[SeenMessage]:
            there = [each for each in shown() if each is not None]
            return [SeenMessage(self._world, each) for each in there if not each.loading]

        def found() -> SeenMessage | None:
            return next((each for each in seen() if until(each)), None)

        def describe() -> str:
            all_of_them = [each and SeenMessage(self._world, each) for each in shown()]
            return f"answered with {self.raw.answer_type}, shown: {all_of_them}"

        return await self._world.until(found, timeout_s=timeout_s, describe=describe)
