"""When to ask the API again."""

from bot.errors import ApiBusy, OperatorError, RemixbotError

FIRST_READ_S = 2.0
OPERATOR_PAUSE_S = 60.0


def next_gap(waited_s: float) -> float:
    """Seconds to the next read of a job that was submitted *waited_s* seconds ago.

    A job takes half a minute to a minute and a half, queueing can add minutes: close together where
    the end is likely, then ever further apart, 30 s at the most.
    """
    if waited_s < FIRST_READ_S:
        return FIRST_READ_S
    if waited_s < 120:
        return 3.0
    return min(8.0 + (waited_s - 120) / 30, 30.0)


def gap_after(error: RemixbotError, waited_s: float) -> float:
    """Seconds to wait after a read failed with *error*: at least as long as the API asks for."""
    gap = next_gap(waited_s)
    if isinstance(error, ApiBusy) and error.retry_after_s is not None:
        return max(gap, error.retry_after_s)
    if isinstance(error, OperatorError):
        return max(gap, OPERATOR_PAUSE_S)
    return gap
