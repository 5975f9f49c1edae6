"""Which actions are switched off, because the API has said that it doesn't know their model."""

import logging
from datetime import datetime, timedelta

from bot.actions import Action
from bot.clock import Clock

OFF = timedelta(hours=24)
"""For so long nothing is asked of a model that the API doesn't know; a restart asks again."""

log = logging.getLogger(__name__)


class Availability:
    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._until: dict[str, datetime] = {}

    def switch_off(self, action: Action) -> None:
        """The API doesn't know its model."""
        self._until[action.key] = self._clock.now() + OFF
        log.error(
            "Switched %s off for %d hours: the API doesn't know its model. If it has another name "
            "there, set it (see docs/settings.md)",
            action.key,
            OFF.total_seconds() // 3600,
        )

    @property
    def off(self) -> frozenset[str]:
        """The keys of the actions that aren't offered now."""
        now = self._clock.now()
        return frozenset(key for key, until in self._until.items() if now < until)
