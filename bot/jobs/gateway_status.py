"""Knows whether people can be told anything: whether Discord has us on line."""

from datetime import datetime

from bot.clock import Clock


class GatewayStatus:
    """On line from the moment at which Discord says so until the connection is lost."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self.online = False
        self._left: datetime | None = None

    @property
    def last(self) -> datetime | None:
        """When somebody could last have been told; ``None`` before this process could."""
        return self._clock.now() if self.online else self._left

    def arrive(self) -> None:
        self.online = True

    def leave(self) -> None:
        """The connection is lost; more than once does no harm."""
        if self.online:
            self.online = False
            self._left = self._clock.now()
