"""When a job will be done: so when to ask again, and what the bar shows meanwhile.

A read costs, and so does every second in which finished images lie unseen. Where a job ends with
a chance of h per second, the sum of both is least with gaps of sqrt(2 * price / h), the price of a
read being counted in seconds of waiting (Keller, "Optimum checking schedules for systems subject to
random failure", 1974). That chance is read off a log-normal curve over the model's recent
durations. What the API reports moves and narrows the curve: a straight line is drawn through the
reports, as steep as the durations suggest until the reports know better, and leads to the end. One
job in twenty is taken to be held up, with no telling for how long; past the likely end it must be
one of those, and the gaps grow by themselves.

Nothing here waits, reads a clock or asks the API: times are seconds since the submit.
"""

import math
import sys
from collections import deque
from dataclasses import dataclass
from random import Random
from statistics import NormalDist, median

READ_PRICE_S = 0.09
"""To save one read, somebody may wait this much longer."""

FIRST_READ_S = (2.0, 3.0)
"""The first read comes at some moment between these."""
SHORTEST_GAP_S = 1.25
LONGEST_GAPS_S = ((120.0, 8.0), (3600.0, 30.0), (math.inf, 60.0))
"""Until so many seconds after the submit, no gap is longer than this."""
JITTER = 0.1
"""Up to this share is taken off a gap, so that jobs of one moment do not read in one moment."""

TYPICAL_S = 48.0
TYPICAL_SPREAD = 0.4
"""Before anything is known of a model: vendors say 30 to 90 s, most jobs take 31 to 41 s."""
TYPICAL_WEIGHT = 2
"""What vendors say counts as much as this many durations seen."""
REMEMBERED = 50

HELD_UP = 0.05
"""The share of jobs that wait in a queue for some unknown time."""
REPORT_ERROR = 0.03
"""How far a reported fraction is off the straight line, typically."""
TOO_VAGUE = 0.3
"""An end that is known no better than this (as a share of itself) is not told to people."""
OVERDUE = 0.975
"""Past this share of the likely durations nobody is told an expected end any more."""
SHOWN_MAX = 0.95
REPORTS_MAX = 64

_STEP_S = 0.25
_NORMAL = NormalDist()


@dataclass(frozen=True, slots=True)
class LogNormal:
    """A log-normal duration: `spread` is the standard deviation of its logarithm."""

    median_s: float
    spread: float

    def share_done(self, waited_s: float) -> float:
        """The share of jobs that have ended by then, if none is held up: 0 to 1."""
        return 0.5 * math.erfc(-self._deviation(waited_s) / math.sqrt(2))

    def chance_of_end(self, waited_s: float) -> float:
        """Per second, for a job that still runs after *waited_s* (over 0); some are held up."""
        deviation = self._deviation(waited_s)
        running = 0.5 * math.erfc(deviation / math.sqrt(2))
        density = math.exp(-deviation * deviation / 2) / math.sqrt(math.tau)
        ending = density / (self.spread * waited_s)
        held_up = self.median_s / (self.median_s + waited_s)
        leaving = held_up / (self.median_s + waited_s)
        return ((1 - HELD_UP) * ending + HELD_UP * leaving) / (
            (1 - HELD_UP) * running + HELD_UP * held_up
        )

    def middle_of_rest(self, waited_s: float) -> float:
        """Half of the jobs that still run by then end before this."""
        share = (1 + self.share_done(waited_s)) / 2
        return self.median_s * math.exp(self.spread * _NORMAL.inv_cdf(share))

    def _deviation(self, waited_s: float) -> float:
        # so little of a second may be none at all when it is divided
        return math.log(max(waited_s / self.median_s, sys.float_info.min)) / self.spread


class DurationHistory:
    """How long one model's latest jobs took, from submit to done."""

    def __init__(self) -> None:
        self._logs: deque[float] = deque(maxlen=REMEMBERED)
        self.likely = LogNormal(TYPICAL_S, TYPICAL_SPREAD)
        """What the next job's duration is likely to be."""

    def add(self, duration_s: float) -> None:
        """Remember the duration of a finished job; less than a second counts as one.

        Medians are taken, so that a few jobs that stood in a queue for minutes change little.
        """
        self._logs.append(math.log(max(duration_s, 1.0)))
        middle, seen = median(self._logs), len(self._logs) / (TYPICAL_WEIGHT + len(self._logs))
        # 1.4826: from the median deviation to the standard deviation of a normal distribution
        spread = 1.4826 * median(abs(one - middle) for one in self._logs)
        self.likely = LogNormal(
            math.exp((1 - seen) * math.log(TYPICAL_S) + seen * middle),
            math.sqrt((1 - seen) * TYPICAL_SPREAD**2 + seen * spread**2),
        )


class Forecast:
    """What is expected of one job. Every *waited_s* counts from its submit."""

    def __init__(self, history: DurationHistory, rng: Random) -> None:
        self._usual = history.likely
        self._likely = self._usual
        self._rng = rng
        self._reports: deque[tuple[float, float]] = deque(maxlen=REPORTS_MAX)
        """Seconds and fractions, of those that were higher than all before: the others say nothing
        of the pace."""
        self._latest = (0.0, 0.0)
        self._shown: float | None = None

    def add_progress(self, waited_s: float, fraction: float | None) -> None:
        """Take in what a read has said; it may be less than before, below 0 or over 1."""
        if fraction is None:
            return
        fraction = min(max(fraction, 0.0), 1.0)
        self._latest = (waited_s, fraction)
        self._show(fraction)
        if fraction <= (self._reports[-1][1] if self._reports else 0.0):
            return
        self._reports.append(self._latest)
        # The end is where the line through the reports reaches 1. Its pace, in seconds for the
        # whole, starts as the usual duration and is outweighed by the reports the further they lie
        # apart; when the work began is left to them alone, so that time in a queue does not matter.
        count, usual_s = len(self._reports), self._usual.median_s
        middle_s = sum(at for at, _ in self._reports) / count
        middle = sum(reported for _, reported in self._reports) / count
        report_weight = 1 / (REPORT_ERROR * usual_s) ** 2
        weight = 1 / (self._usual.spread * usual_s) ** 2
        pull = weight * usual_s
        for at, reported in self._reports:
            weight += report_weight * (reported - middle) ** 2
            pull += report_weight * (reported - middle) * (at - middle_s)
        end_s = max(middle_s + (1 - middle) * pull / weight, 1.0)
        variance = (1 + 1 / count) / report_weight + (1 - middle) ** 2 / weight
        self._likely = LogNormal(end_s, math.sqrt(variance) / end_s)

    def next_gap(self, waited_s: float) -> float:
        """Seconds until the next read: 1.1 to 8 in the first two minutes, later 60 at the most.

        The first read falls between 2 and 3 s, so the gap before it may be shorter.
        """
        earliest_s, latest_s = FIRST_READ_S
        if waited_s < earliest_s:
            return self._rng.uniform(earliest_s, latest_s) - waited_s
        longest_s = next(gap for until, gap in LONGEST_GAPS_S if waited_s < until)
        gap_s = reads = 0.0
        while reads < 1 and gap_s < longest_s:
            gap_s += _STEP_S
            chance = self._likely.chance_of_end(waited_s + gap_s)
            reads += _STEP_S * math.sqrt(chance / (2 * READ_PRICE_S))
        return max(gap_s, SHORTEST_GAP_S) * self._rng.uniform(1 - JITTER, 1)

    def expected_s(self, waited_s: float) -> float | None:
        """When the job ends, most likely, counted from its submit: always after *waited_s*.

        ``None`` while too little is known to say so, and once the job is overdue.
        """
        if self._likely.spread > TOO_VAGUE or self._likely.share_done(waited_s) > OVERDUE:
            return None
        return self._likely.middle_of_rest(waited_s)

    def shown_fraction(self, waited_s: float) -> float | None:
        """What the bar shows: 0 to 0.95, never less than it has shown before.

        From the latest report it moves toward the expected end, but no faster than in a usual job:
        one that stands in a queue does not seem to run. ``None`` while nothing was reported and no
        end can be expected.
        """
        expected_s = self.expected_s(waited_s)
        reported_s, reported = self._latest
        if expected_s is not None:
            rest_s = max(expected_s - reported_s, (1 - reported) * self._usual.median_s)
            self._show(reported + (1 - reported) * (waited_s - reported_s) / rest_s)
        return self._shown

    def _show(self, fraction: float) -> None:
        self._shown = max(self._shown or 0.0, min(fraction, SHOWN_MAX))
