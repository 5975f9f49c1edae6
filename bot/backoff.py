"""How long to wait before something is tried again."""

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from random import SystemRandom

SHORTEST_S = 1.0
_SECONDS = re.compile(r"[0-9]+(?:\.[0-9]+)?")


def pauses(longest_s: float = 300.0) -> Iterator[float]:
    """`SHORTEST_S`, then twice as long each time, up to *longest_s*; never ends.

    Each is shortened by up to a half at random, so that bots that were cut off together don't come
    back together.
    """
    random, pause_s = SystemRandom(), SHORTEST_S
    while True:
        yield pause_s * random.uniform(0.5, 1.0)
        pause_s = min(pause_s * 2, longest_s)


def retry_after_s(headers: Mapping[str, str], *, at_most_s: float) -> float | None:
    """How long an HTTP answer asks to wait, 0 to *at_most_s*; ``None`` if it doesn't.

    A date is counted from the answer's own ``Date`` if it has one, because clocks differ.
    """
    asked = headers.get("Retry-After", "").strip()
    if _SECONDS.fullmatch(asked):
        return min(float(asked), at_most_s)
    until = _http_date(asked)
    if until is None:
        return None
    wait_s = (until - (_http_date(headers.get("Date", "")) or datetime.now(UTC))).total_seconds()
    return min(wait_s, at_most_s) if wait_s >= 0 else None


def _http_date(value: str) -> datetime | None:
    try:
        return datetime.strptime(value, "%a, %d %b %Y %H:%M:%S GMT").replace(tzinfo=UTC)
    except ValueError:
        return None
