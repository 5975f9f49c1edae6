"""How much may be asked for: by one person, by one server, by all of them together.

Numbers only. Who waits for whom is in `bot.jobs.queue`, what was spent is counted by `bot.store`.
"""

from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from enum import Enum, auto

DAY = timedelta(hours=24)
MONTH = timedelta(days=30)
"""Days and months are the last 24 hours and the last 30 days, whatever the date."""

KNOWN_PRICE_USD = Decimal("0.08")
"""What one job costs, as its provider says."""


class LimitScope(Enum):
    PERSON = auto()
    SERVER = auto()
    EVERYBODY = auto()

    __hash__ = object.__hash__  # Python 3.11 computes an enum's in Python, for each look-up


@dataclass(frozen=True, slots=True, kw_only=True)
class Quota:
    """What one of them may have; 0 = as much as they like."""

    running: int = 0
    """Jobs that the API has at the same time; further ones wait."""
    waiting: int = 0
    """Jobs that wait for their turn."""
    jobs_per_day: int = 0
    """Those that cost nothing don't count; if nobody knows whether they did, they do."""
    usd_per_day: Decimal = Decimal(0)
    usd_per_month: Decimal = Decimal(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    person: Quota = Quota()
    server: Quota = Quota()
    everybody: Quota = Quota()
    remix_within_days: float = 0
    """The API remixes no older images; 0 = any."""
    retention_days: int = 0
    """What is known of a job is erased so long after its end; 0 = never."""
    known_price_usd: Decimal = KNOWN_PRICE_USD
    """What the API says that jobs cost is compared with it."""
