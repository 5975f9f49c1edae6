"""Which message a nonce stands for, and for how long."""

from dataclasses import dataclass

from discord_server import rules
from discord_server.things import Channel, JsonObject, Message
from discord_server.world import World

REMEMBERED_S = 5 * 60.0
LONGEST = 25


@dataclass(frozen=True)
class _Used:
    message: Message
    at: float


class Nonces:
    """The nonces of the last five minutes on the world's clock.

    Every message is remembered by its nonce, but only who asks with ``enforce_nonce`` gets it back
    instead of a second one. A message that was deleted meanwhile is not given back.
    """

    def __init__(self, world: World) -> None:
        self._world = world
        self._used: dict[tuple[Channel, str], _Used] = {}

    def earlier(self, channel: Channel, payload: JsonObject) -> Message | None:
        """The message that this one would repeat.

        Raises:
            Refused: that is no nonce.
        """
        nonce = _nonce(payload)
        used = None if nonce is None else self._used.get((channel, nonce))
        if used is None or not payload.get("enforce_nonce"):
            return None
        recent = self._world.clock.monotonic() - used.at <= REMEMBERED_S
        return used.message if recent and used.message.id in self._world.messages else None

    def remember(self, message: Message, payload: JsonObject) -> None:
        """From now on its nonce stands for this message."""
        if (nonce := _nonce(payload)) is not None:
            self._used[message.channel, nonce] = _Used(message, self._world.clock.monotonic())


def _nonce(payload: JsonObject) -> str | None:
    nonce: object = payload.get("nonce")
    if nonce is None:
        return None
    form = rules.Form()
    if isinstance(nonce, bool) or not isinstance(nonce, str | int):
        form.wrong("nonce", "NONCE_TYPE_INVALID", "Nonce must be an integer or a string.")
    elif isinstance(nonce, str):
        form.length("nonce", nonce, 0, LONGEST)
    form.done()
    return str(nonce)
