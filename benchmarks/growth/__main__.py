"""How long does the store take with 10,000, 100,000, 1,000,000 jobs, on SQLite and on PostgreSQL?

    python -m benchmarks.growth [--jobs 10000,100000] [--databases sqlite] [--plans] [--only WORDS]

Prints figures and judges nothing. What they mean is said in `benchmarks/README.md`.
"""

import argparse
import asyncio
import tempfile
import time
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy.ext.asyncio import create_async_engine

from benchmarks.growth.erasing import ERASURES, Erasing, measure
from benchmarks.growth.questions import Question, questions
from benchmarks.growth.work import Work
from bot.clock import Clock
from bot.store import Store, open_store
from tests.store import plans, seeding
from tests.store.postgres import installed, own_server

WARM_UP = 3
"""A question is asked so often before it counts: caches are warm where people ask."""


@asynccontextmanager
async def database(kind: str, given: str | None) -> AsyncGenerator[str]:
    """The address of an empty database, which goes afterwards."""
    if given is not None:
        yield given
    elif kind == "sqlite":
        with tempfile.TemporaryDirectory(prefix="remixbot-growth-") as folder:
            yield f"sqlite+aiosqlite:///{Path(folder) / 'remixbot.db'}"
    else:
        programs = installed()
        if programs is None:
            raise SystemExit("PostgreSQL is not installed (no initdb); name a database with --url")
        with own_server(programs) as server:
            async with server.database() as url:
                yield url


async def times(
    count: int, question: Question, store: Store, work: Work
) -> list[tuple[float, float]]:
    """How long it took each time, and how long processors worked for it, in milliseconds."""
    took: list[tuple[float, float]] = []
    for _ in range(WARM_UP + count):
        worked, began = work.so_far_s(), time.perf_counter()
        await question(store)
        s = time.perf_counter() - began
        took.append((s * 1000, (work.so_far_s() - worked) * 1000))
    return took[WARM_UP:]


def percentile(ordered: Sequence[float], share: float) -> float:
    return ordered[min(int(len(ordered) * share), len(ordered) - 1)] if ordered else 0.0


async def print_plans(question: Question, store: Store, url: str) -> None:
    with plans.statements() as asked:
        await question(store)
    engine = create_async_engine(url)
    async with engine.connect() as connection:
        for statement in asked:
            print("        " + " ".join(statement[0].split()))
            for line in await plans.plan(connection, statement):
                print(f"            {line}")
    await engine.dispose()


def told(erased: Erasing) -> str:
    held, waited = sorted(erased.held_ms), sorted(erased.waited_ms)
    return (
        f"{erased.total_s:8.1f} s; held p50 {percentile(held, 0.5):.1f}, p99"
        f" {percentile(held, 0.99):.1f}, max {max(held):.1f} ms;"
        f" others waited p99 {percentile(waited, 0.99):.1f}, max {max(waited):.1f} ms"
    )


async def run(arguments: argparse.Namespace, kind: str, jobs: int) -> None:
    seed = seeding.Seed(jobs, datetime.now(UTC))
    async with database(kind, arguments.url) as url:
        async with open_store(url, clock=Clock()):
            pass
        began = time.perf_counter()
        await seeding.fill(url, seed)
        print(
            f"\n{kind}, {jobs:,} jobs, written in {time.perf_counter() - began:.0f} s", flush=True
        )
        async with open_store(url, clock=Clock()) as store:
            await measure_all(arguments, store, url, seed)


async def measure_all(
    arguments: argparse.Namespace, store: Store, url: str, seed: seeding.Seed
) -> None:
    await store.open_jobs()  # from now on the one reader that is asked is connected
    work = await Work.of(url)
    print(f"    {'ms':44}{'p50':>8}{'p99':>8}{'worked p50':>14}{'p99':>8}")
    for name, question in questions(seed).items():
        if arguments.only in name:
            columns = zip(*await times(arguments.times, question, store, work), strict=True)
            took, worked = (sorted(column) for column in columns)
            print(
                f"    {name:44}{percentile(took, 0.5):8.1f}{percentile(took, 0.99):8.1f}"
                f"{percentile(worked, 0.5):14.1f}{percentile(worked, 0.99):8.1f}",
                flush=True,
            )
            if arguments.plans:
                await print_plans(question, store, url)
    for name, erase in ERASURES.items():
        if arguments.only in f"erasing {name}":
            erased = await measure(erase, store, seed.now)
            print(f"    erasing {name:36}{told(erased)}", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--jobs", default="10000,100000,1000000", help="how many, with commas")
    parser.add_argument("--databases", default="sqlite,postgresql", help="which, with commas")
    parser.add_argument("--url", help="an empty database, instead of one of our own")
    parser.add_argument("--times", default=200, type=int, help="how often each question is asked")
    parser.add_argument("--plans", action="store_true", help="also how the database finds it")
    parser.add_argument("--only", default="", help="what has these words in its name")
    arguments = parser.parse_args()
    for kind in arguments.databases.split(","):
        for jobs in map(int, arguments.jobs.split(",")):
            asyncio.run(run(arguments, kind, jobs))


if __name__ == "__main__":
    main()
