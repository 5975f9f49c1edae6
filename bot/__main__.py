"""Starts the bot, and says in one sentence why where it cannot start."""

import argparse
import asyncio
import gc
import logging
import os
import signal
import sys
import threading
from collections.abc import Sequence
from contextlib import AsyncExitStack, suppress
from typing import NoReturn

from bot import notices, sentences
from bot.assembly import Assembled, assemble
from bot.backoff import Pauses
from bot.clock import Clock
from bot.connecting import DiscordRefuses
from bot.doctor import Outcome, check
from bot.errors import StoreGone, StoreUnavailable, StoreUnusable
from bot.settings import Settings, SettingsInvalid, load_settings

log = logging.getLogger(__name__)

OK, CANNOT_RUN, SETTINGS_WRONG = 0, 1, 2
MARKS = {
    Outcome.RIGHT: notices.CHECK_RIGHT,
    Outcome.WRONG: notices.CHECK_WRONG,
    Outcome.UNTOLD: notices.CHECK_UNTOLD,
    Outcome.ADVICE: notices.CHECK_ADVICE,
}
GC_THRESHOLDS = (10_000, 20, 500)
"""The young are looked at after so many new objects, the older after so many times that."""
CLOSING_S = 8.0
"""Whoever stops a service gives it ten seconds, as a rule, and kills it then."""
DATABASE_PAUSE_S = 60.0
"""The longest pause between two tries to reach a database server at the start."""
LAST_RESULTS_S = 60.0
"""How long jobs under way may take to their end where the file of the database is gone: whatever is
not shown by then is known to nobody."""


def main(given: Sequence[str] | None = None) -> int:
    """Run until stopped; the exit code: 0 stopped, 1 cannot run, 2 settings missing or wrong.

    ``check``: only tell what is right; 0 where all is, 1 where something is wrong or untold.
    """
    parser = argparse.ArgumentParser(prog="python -m bot", description=notices.CHECK_DESCRIPTION)
    commands = parser.add_subparsers(dest="command", metavar="check")
    commands.add_parser("check", help=notices.CHECK_HELP)
    only_check = parser.parse_args(given).command == "check"
    try:
        settings = load_settings()
    except SettingsInvalid as error:
        odd = [remark.sentence for remark in error.remarks]
        _complain(notices.SETTINGS_INTRO, *(f"  {problem}" for problem in (*error.problems, *odd)))
        return CANNOT_RUN if only_check else SETTINGS_WRONG
    if only_check:
        logging.basicConfig(level=logging.CRITICAL)  # what is wrong is said in a sentence
        return asyncio.run(_check(settings))
    return _serve_until_stopped(settings)


def _serve_until_stopped(settings: Settings) -> int:
    logging.basicConfig(
        level=settings.log_level, format="%(asctime)s %(levelname)-7s %(name)s: %(message)s"
    )
    # At DEBUG discord.py writes whole events to the log, and with them every interaction's token.
    level = logging.getLogger().level
    logging.getLogger("discord").setLevel(max(level, logging.INFO))
    # `bot.connecting` says what becomes of the connection.
    logging.getLogger("discord.client").setLevel(max(level, logging.WARNING))
    for remark in settings.remarks:
        log.warning(remark.sentence)
    try:
        asyncio.run(run(settings))
    except StoreUnusable as error:
        _complain(sentences.describe(error))
        return CANNOT_RUN
    except StoreUnavailable as error:
        _complain(notices.database_unusable(error.detail))
        return CANNOT_RUN
    except DiscordRefuses as error:
        _complain(error.sentence)
        return CANNOT_RUN
    return OK


async def _check(settings: Settings) -> int:
    """Print a line for each finding; the exit code."""
    all_right = True
    async for finding in check(settings):
        sys.stdout.write(f"{MARKS[finding.outcome]}  {finding.sentence}\n")
        all_right = all_right and finding.outcome in {Outcome.RIGHT, Outcome.ADVICE}
    return OK if all_right else CANNOT_RUN


async def run(settings: Settings) -> None:
    """Run the bot until a signal or the end of its connection.

    Raises `bot.errors.StoreUnavailable`, and `DiscordRefuses` where no patience helps.
    """
    stopped = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, _stop, stopped)
    serving = asyncio.create_task(_serve(settings), name="serving")
    stopping = asyncio.create_task(stopped.wait(), name="signals")
    await asyncio.wait({serving, stopping}, return_when=asyncio.FIRST_COMPLETED)
    stopping.cancel()
    if stopped.is_set():
        serving.cancel()
        await asyncio.wait({serving})
    if not serving.cancelled():
        await serving


async def _serve(settings: Settings) -> None:
    async with AsyncExitStack() as opened:
        assembled = await _assemble_patiently(settings, opened)
        bot = await opened.enter_async_context(assembled.bot)
        _tame_garbage_collector()
        connected = asyncio.create_task(
            bot.start(settings.discord_token.get_secret_value()), name="connection"
        )
        losing = asyncio.create_task(assembled.store.instance_lock.wait_lost(), name="sole use")
        try:
            await asyncio.wait({connected, losing}, return_when=asyncio.FIRST_COMPLETED)
            if losing.done():
                await _lose(losing.result(), assembled)
            await connected
        finally:
            losing.cancel()
            connected.cancel()
            await asyncio.gather(losing, connected, return_exceptions=True)


async def _assemble_patiently(settings: Settings, opened: AsyncExitStack) -> Assembled:
    """Wait for a database server that may be there in a while. Raises what `assemble` does."""
    pauses = Pauses(DATABASE_PAUSE_S)
    while True:
        try:
            return await opened.enter_async_context(assemble(settings, clock=Clock()))
        except StoreUnavailable as error:
            if not error.may_pass:
                raise
            pause_s = pauses.next_s()
            log.warning(notices.database_away(error.detail, pause_s))
        await asyncio.sleep(pause_s)


async def _lose(reason: StoreUnusable, assembled: Assembled) -> None:
    """The database is no longer ours to use: end, with what can still be given to people.

    Where another process has come, at once: closing takes time, in which an edit could go out over
    what that one shows. Raises *reason*.
    """
    if not isinstance(reason, StoreGone):
        _complain(sentences.describe(reason))
        _end_now(CANNOT_RUN)
    log.error(sentences.describe(reason))
    with suppress(TimeoutError):
        async with asyncio.timeout(LAST_RESULTS_S):
            await assembled.runner.until_idle()
    _end_in_time(CANNOT_RUN)
    raise reason


def _tame_garbage_collector() -> None:
    """Let it leave alone what is there for good, and come by more rarely.

    It stops everything while it looks at what lives, and with thousands of jobs under way that is
    hundreds of milliseconds. Almost all memory is given back without it.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(*GC_THRESHOLDS)


def _stop(stopped: asyncio.Event) -> None:
    """End soon, and in any case in time: another machine's silence must not hold us up."""
    if not stopped.is_set():
        stopped.set()
        _end_in_time(OK)


def _end_in_time(code: int) -> None:
    def end() -> None:
        log.warning(notices.CLOSING_HANGS)
        _end_now(code)

    backstop = threading.Timer(CLOSING_S, end)
    backstop.daemon = True
    backstop.start()


def _end_now(code: int) -> NoReturn:
    """As after a crash, the rows say how to go on."""
    logging.shutdown()
    os._exit(code)  # leaving in any other way would wait for what hangs


def _complain(*lines: str) -> None:
    sys.stderr.write("\n".join(lines) + "\n")


if __name__ == "__main__":
    sys.exit(main())
