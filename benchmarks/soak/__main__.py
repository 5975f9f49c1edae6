"""Thousands of jobs in one process, with faults and kills: is anything lost, and what does it take?

    python -m benchmarks.soak [--jobs 2000] [--kills 3] [--seed 1] [--profile FOLDER]

Ends with 1 where a target is missed. What the figures mean is said in `benchmarks/README.md`.
"""

import argparse
import asyncio
import os
import re
import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from benchmarks.soak import gauges
from benchmarks.soak.course import FAULTS, READS_PER_SECOND, Findings, Plan, soak
from benchmarks.soak.ledger import Case, cases, submits_struck

DELAY_P99_MS = 50.0
MEMORY_KIB = 20.0
EXAMPLES = 5


@dataclass(frozen=True)
class Figure:
    """One line of the table, with its target if there is one."""

    name: str
    value: float
    shown: str
    least: float | None = None
    most: float | None = None

    @property
    def missed(self) -> bool:
        enough = self.least is None or self.value >= self.least
        return not (enough and (self.most is None or self.value <= self.most))

    def __str__(self) -> str:
        line = f"{self.name:44}{self.shown:>14}"
        if self.least is None and self.most is None:
            return line
        target = f">= {self.least:,g}" if self.least is not None else f"<= {self.most:,g}"
        return f"{line}   {target}: {'MISSED' if self.missed else 'met'}"


def none_of(name: str, number: int) -> Figure:
    return Figure(name, number, f"{number:,}", most=0)


def figures(plan: Plan, found: Findings, all_cases: Sequence[Case]) -> list[Figure]:
    memory, jobs = found.memory, len(found.evidence.submits)
    p99_ms = gauges.late_ms(found.beats, 0.99)
    reads = found.reads / max(jobs, 1)
    return [
        Figure("jobs in flight at once", memory.jobs, f"{memory.jobs:,}", least=plan.jobs),
        Figure("kills", len(found.evidence.kills), f"{len(found.evidence.kills)}"),
        none_of("lost", sum(case.lost for case in all_cases)),
        none_of("doubled", sum(case.doubled for case in all_cases)),
        none_of("hung", sum(case.hung for case in all_cases)),
        none_of("misled about the bill, or failed for nothing", sum(c.misled for c in all_cases)),
        none_of("pinged twice", sum(case.pinged_twice for case in all_cases)),
        Figure("event-loop delay, p99", p99_ms, f"{p99_ms:.1f} ms", most=DELAY_P99_MS),
        Figure(
            "memory per waiting job",
            memory.per_job_kib,
            f"{memory.per_job_kib:.1f} KiB",
            most=MEMORY_KIB,
        ),
        Figure("reads per job", reads, f"{reads:.1f}"),
    ]


def print_outcomes(found: Findings, all_cases: Sequence[Case]) -> None:
    print(f"\n{len(all_cases):,} commands:")
    for outcome, number in Counter(case.outcome for case in all_cases).most_common():
        print(f"{number:8,}  {outcome}")
    print_waits(all_cases)
    taken = sum(bool(case.accepted) for case in all_cases)
    print(f"{taken:8,}  jobs were accepted by the API")
    print(f"{sum(case.by_link for case in all_cases):8,}  images came as a link")
    struck = found.evidence.struck
    print(f"{len(struck):8,}  faults, {len(submits_struck(struck)):,} of them at a submit:")
    for fault, number in Counter(one.fault for one in struck).most_common():
        print(f"{number:16,}  {fault.value}")


def print_waits(all_cases: Sequence[Case]) -> None:
    waits = sorted(wait for case in all_cases if (wait := case.delivered_after_s) is not None)
    if waits:
        middle, latest = waits[len(waits) // 2], waits[int(len(waits) * 0.99)]
        print(f"from done to delivered: {middle:.0f} s (median), {latest:.0f} s (p99)")


def print_requests(found: Findings) -> None:
    """What was sent to Discord: the ids in the paths do not matter."""
    kinds = Counter(
        (one.method, re.sub(r"/(\d+(?=/|$)|[\w-]{40,})", "/*", one.path), one.status)
        for one in found.requests
    )
    print("\nrequests to Discord:")
    for (method, path, status), number in sorted(kinds.items(), key=lambda one: -one[1]):
        print(f"{number:8,}  {status} {method} {path.removeprefix('/api/v10')}")


def print_loop(found: Findings) -> None:
    print(f"\n{'event-loop delay in ms':30}{'p50':>9}{'p99':>9}{'max':>9}")
    rows = [("everything", found.beats)]
    moments = [at for _, at in found.phases]
    names = [name for name, _ in found.phases]
    for name, some, (start, end) in zip(
        names, gauges.between(found.beats, moments), pairwise(moments), strict=False
    ):
        rows.append((f"  {name}, {end - start:.0f} s", some))
    for name, some in rows:
        shown = [f"{gauges.late_ms(some, part):9.1f}" for part in (0.5, 0.99, 1.0)]
        print(f"{name:30}{''.join(shown)}")
    processor, took_s = found.processor, moments[-1] - moments[0]
    print(f"The bot used {processor.used_s:.0f} s of processor time in {took_s:.0f} s,", end=" ")
    print(f"and waited {processor.waited_s:.0f} s for a processor that others had.")


def print_log(found: Findings) -> None:
    bad = [line for line in found.log if " ERROR " in line or line.startswith("Traceback")]
    print(f"\nexit code {found.exit_code}; {len(bad)} errors in {len(found.log):,} lines of log")
    for line in bad[:EXAMPLES]:
        print(f"  {line[:160]}")


def print_examples(all_cases: Sequence[Case]) -> None:
    for name in ("lost", "doubled", "hung", "misled", "pinged_twice"):
        wrong = [case for case in all_cases if getattr(case, name)]
        for case in wrong[:EXAMPLES]:
            shown = [one.value for one in case.shown]
            faults = [one.value for one in case.faults]
            rows = [row.state for row in case.rows]
            print(
                f"  {name}: number {case.command.number}, {case.command.answer.value},"
                f" accepted {len(case.accepted)} times, faults {faults},"
                f" killed meanwhile: {case.killed}, rows {rows}, shown {shown}, pings {case.pings}"
            )


def read_plan(arguments: Sequence[str]) -> Plan:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.soak", description=__doc__)
    parser.add_argument("--jobs", type=int, default=2000, help="in flight at once (%(default)s)")
    parser.add_argument("--kills", type=int, default=3, help="(%(default)s)")
    parser.add_argument("--seed", type=int, default=1, help="(%(default)s)")
    parser.add_argument("--profile", type=Path, help="a folder for profiles; slows the bot down")
    options = parser.parse_args(arguments)
    profile: Path | None = options.profile
    return Plan(
        jobs=int(options.jobs),
        kills=int(options.kills),
        seed=int(options.seed),
        profile=profile.resolve() if profile else None,
    )


def main(arguments: Sequence[str]) -> int:
    plan = read_plan(arguments)
    print(f"{plan.jobs:,} jobs in flight, {plan.kills} kills, {FAULTS:.0%} faults,", end=" ")
    print(f"at most {READS_PER_SECOND:g} reads/s; seed {plan.seed}, load {os.getloadavg()[0]:.1f}")
    found = asyncio.run(soak(plan))
    all_cases = cases(found.evidence)
    table = figures(plan, found, all_cases)
    print("\n" + "\n".join(map(str, table)))
    print_examples(all_cases)
    print_outcomes(found, all_cases)
    print_requests(found)
    print_loop(found)
    print_log(found)
    return int(any(figure.missed for figure in table))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
