"""How often a job is read, and how long its finished images lie unseen.

    python -m benchmarks.polling [--tuning]

A simulation without waiting: each seed is one model with its median duration (31 to 80 s, evenly),
its latest jobs, and one more job to follow; durations are log-normal with a sigma of 0.15. Every
schedule follows the same jobs. Reported progress is a noisy line in whole per cents that in half of
the jobs starts late, and before that is either zero or absent. An answer takes no time here: on a
real network every schedule sees the end later by one read's latency.

The figures come from seeds that were never used to choose a constant of `bot.jobs.forecast`; for
choosing there are others, with ``--tuning``. Ends with 1 where one of our targets is missed.
"""

import math
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from random import Random
from statistics import fmean

from bot.jobs.forecast import REMEMBERED, DurationHistory, Forecast

TUNING_SEEDS = range(1500)
FIGURE_SEEDS = range(2_000_000, 2_002_000)

MEDIANS_S = (31.0, 80.0)
SIGMA = 0.15
PROGRESS_NOISE = 0.02
LATE_START_MAX = 0.25
"""Of the job's duration."""


@dataclass(frozen=True)
class SimulatedJob:
    """One job, and what its model did before."""

    duration_s: float
    earlier_s: Sequence[float]
    work_starts_s: float
    silent_until_then: bool
    rng: Random

    def progress(self, waited_s: float) -> float | None:
        """What the API reports at this moment."""
        if waited_s < self.work_starts_s:
            return None if self.silent_until_then else 0.0
        share = (waited_s - self.work_starts_s) / (self.duration_s - self.work_starts_s)
        return round(min(max(share + self.rng.gauss(0, PROGRESS_NOISE), 0.0), 0.99), 2)


@dataclass(frozen=True)
class Seen:
    """How following one job went."""

    reads: int
    late_s: float
    """From done to seen."""


@dataclass(frozen=True)
class Target:
    """Means that must not be exceeded."""

    reads: float
    late_s: float


@dataclass(frozen=True)
class Row:
    """A schedule and what is asked of it."""

    name: str
    follow: Callable[[SimulatedJob], Seen]
    target: Target | None = None


def simulated_job(seed: int) -> SimulatedJob:
    rng = Random(seed)  # noqa: S311  # a simulation that can be repeated
    mu = math.log(rng.uniform(*MEDIANS_S))
    duration_s = rng.lognormvariate(mu, SIGMA)
    late = rng.random() < 0.5
    return SimulatedJob(
        duration_s=duration_s,
        earlier_s=[rng.lognormvariate(mu, SIGMA) for _ in range(REMEMBERED)],
        work_starts_s=rng.uniform(0, LATE_START_MAX) * duration_s if late else 0.0,
        silent_until_then=rng.random() < 0.5,
        rng=rng,
    )


def ours(*, progress: bool, history: int) -> Callable[[SimulatedJob], Seen]:
    """Our schedule, which knows so many earlier durations and hears of progress or not."""

    def follow(job: SimulatedJob) -> Seen:
        durations = DurationHistory()
        for duration_s in job.earlier_s[:history]:
            durations.add(duration_s)
        forecast = Forecast(durations, job.rng)
        waited_s, reads = 0.0, 0
        while True:
            waited_s += forecast.next_gap(waited_s)
            reads += 1
            if waited_s >= job.duration_s:
                return Seen(reads, waited_s - job.duration_s)
            forecast.add_progress(waited_s, job.progress(waited_s) if progress else None)

    return follow


def every(gap_s: float, *, first_s: float) -> Callable[[SimulatedJob], Seen]:
    """A schedule that knows nothing: one read at *first_s*, then one every *gap_s*."""

    def follow(job: SimulatedJob) -> Seen:
        gaps = max(math.ceil((job.duration_s - first_s) / gap_s), 0)
        return Seen(1 + gaps, first_s + gaps * gap_s - job.duration_s)

    return follow


ROWS = (
    Row("ours: progress, history", ours(progress=True, history=REMEMBERED), Target(12, 0.75)),
    Row("ours: progress, no history", ours(progress=True, history=0)),
    Row("ours: no progress, history", ours(progress=False, history=REMEMBERED), Target(18, 1.0)),
    Row("ours: no progress, 5 jobs of history", ours(progress=False, history=5)),
    Row("ours: cold (no progress, no history)", ours(progress=False, history=0), Target(20, 1.25)),
    Row("vtrix command line: 0 + every 5 s", every(5, first_s=0)),
    Row("SeaArt and Legnext SDK: 0 + every 3 s", every(3, first_s=0)),
    Row("Legnext web app: every 2 s", every(2, first_s=2)),
)


def measured(row: Row, seeds: Sequence[int]) -> bool:
    """Follow the jobs of *seeds*, print one line; whether the target is met."""
    seen = [row.follow(simulated_job(seed)) for seed in seeds]
    reads = fmean(one.reads for one in seen)
    late = sorted(one.late_s for one in seen)
    mean_s, p95_s = fmean(late), late[math.ceil(0.95 * len(late)) - 1]
    met, verdict = True, ""
    if row.target is not None:
        met = reads <= row.target.reads and mean_s <= row.target.late_s
        asked = f"<= {row.target.reads:g} reads, <= {row.target.late_s:.2f} s"
        verdict = f"{asked}: {'met' if met else 'MISSED'}"
    print(f"{row.name:38}{reads:7.1f}{mean_s:9.2f} s{p95_s:8.2f} s   {verdict}".rstrip())
    return met


def main(arguments: Sequence[str]) -> int:
    if arguments not in ([], ["--tuning"]):
        print("usage: python -m benchmarks.polling [--tuning]", file=sys.stderr)
        return 2
    seeds = TUNING_SEEDS if arguments else FIGURE_SEEDS
    use = "for tuning" if arguments else "never used to fit"
    print(f"{len(seeds)} jobs, seeds {seeds.start} to {seeds.stop - 1} ({use});")
    print(f"log-normal, medians {MEDIANS_S[0]:g} to {MEDIANS_S[1]:g} s, sigma {SIGMA};", end=" ")
    print("network latency is zero.\n")
    print(f"{'':38}{'reads':>7}{'seen after done':>21}\n{'':38}{'mean':>7}{'mean':>11}{'p95':>10}")
    results = [measured(row, seeds) for row in ROWS]
    return 0 if all(results) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
