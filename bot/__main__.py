"""Starts the bot, and says in one sentence why if it cannot start."""

import gc

if __name__ == "__main__":
    gc.disable()  # nothing that is imported is garbage, and looking for it takes a tenth of a start

import argparse
import asyncio
import importlib
import logging
import os
import signal
import sys
import threading
from collections.abc import Sequence
from contextlib import AsyncExitStack, suppress
from typing import NoReturn

from bot.assembly import assemble
from bot.backoff import pauses
from bot.clock import Clock
from bot.connecting import DiscordRefuses
from bot.doctor import Outcome, check
from bot.errors import StoreGone, StoreUnavailable, StoreUnusable
from bot.incidents import database_away, database_unusable
from bot.settings import Settings, SettingsInvalid, load_settings
from bot.texts import ENGLISH

log = logging.getLogger(__name__)

OK, CANNOT_RUN, SETTINGS_WRONG = 0, 1, 2
GC_THRESHOLDS = (10_000, 20, 500)
"""The young are looked at after so many new objects, the older after so many times that."""
CLOSING_S = 8.0
"""Whoever stops a service gives it ten seconds, as a rule, and kills it then."""
DATABASE_PAUSE_S = 60.0
"""The longest pause between two tries to reach a database server at the start."""
LAST_RESULTS_S = 60.0
"""How long jobs under way may take to their end if the file of the database is gone: whatever is
not shown by then is known to nobody."""


def main(given: Sequence[str] | None = None) -> int:
    """Run until stopped; the exit code: 0 stopped, 1 cannot run, 2 settings missing or wrong.

    ``check``: only say what is right; 0 if all is, 1 if something is wrong or can't be found out.
    """
    parser = argparse.ArgumentParser(
        prog="python -m bot",
        description="A Discord bot in front of the Vtrix API. Without a command it runs.",
    )
    commands = parser.add_subparsers(dest="command", metavar="check")
    commands.add_parser(
        "check", help="check token, key, database and permissions without starting the bot"
    )
    only_check = parser.parse_args(given).command == "check"
    try:
        settings = load_settings()
    except SettingsInvalid as error:
        odd = [remark.sentence for remark in error.remarks]
        _complain(
            "remixbot can't start. Please fix these settings (in .env or the environment):",
            *(f"  {problem}" for problem in (*error.problems, *odd)),
        )
        return CANNOT_RUN if only_check else SETTINGS_WRONG
    if only_check:
        logging.basicConfig(level=logging.CRITICAL)  # what is wrong is said in a sentence
        return asyncio.run(_check(settings))
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
        with asyncio.Runner(loop_factory=_new_event_loop) as runner:
            runner.run(run(settings))
    except StoreUnusable as error:
        _complain(ENGLISH.describe(error))
        return CANNOT_RUN
    except StoreUnavailable as error:
        _complain(database_unusable(error.detail))
        return CANNOT_RUN
    except DiscordRefuses as error:
        _complain(str(error))
        return CANNOT_RUN
    return OK


def _new_event_loop() -> asyncio.AbstractEventLoop:
    """uvloop's, where somebody has installed that."""
    with suppress(ImportError):
        return importlib.import_module("uvloop").new_event_loop()
    return asyncio.new_event_loop()


async def _check(settings: Settings) -> int:
    all_right = True
    async for outcome, sentence in check(settings):
        sys.stdout.write(f"{outcome}  {sentence}\n")
        all_right = all_right and outcome in {Outcome.RIGHT, Outcome.ADVICE}
    return OK if all_right else CANNOT_RUN


async def run(settings: Settings) -> None:
    """Run the bot until a signal or the end of its connection.

    Raises `bot.errors.StoreUnavailable`, and `DiscordRefuses` if no patience helps.
    """
    serving = asyncio.create_task(_serve(settings), name="serving")

    def stop() -> None:
        """End soon, and in any case in time: another machine's silence must not hold us up."""
        if not serving.cancelling():
            _end_in_time(OK)
            serving.cancel()

    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop)
    await asyncio.wait({serving})
    if not serving.cancelled():
        serving.result()


async def _serve(settings: Settings) -> None:
    waits = pauses(DATABASE_PAUSE_S)
    async with AsyncExitStack() as opened:
        while True:  # until a database server that may be there in a while is there
            try:
                assembled = await opened.enter_async_context(assemble(settings, clock=Clock()))
                break
            except StoreUnavailable as error:
                if not error.may_pass:
                    raise
                pause_s = next(waits)
                log.warning("%s Next attempt in %.0f s.", database_away(error.detail), pause_s)
            await asyncio.sleep(pause_s)
        bot = await opened.enter_async_context(assembled.bot)
        # The garbage collector stops everything while it looks at what lives, and with thousands of
        # jobs under way that is hundreds of milliseconds. Almost all memory is given back without
        # it, so it leaves alone what is there for good, and comes by more rarely.
        gc.collect()
        gc.freeze()
        gc.set_threshold(*GC_THRESHOLDS)
        connected = asyncio.create_task(
            bot.start(settings.discord_token.get_secret_value()), name="connection"
        )
        losing = asyncio.create_task(assembled.store.instance_lock.wait_lost(), name="sole use")
        try:
            await asyncio.wait({connected, losing}, return_when=asyncio.FIRST_COMPLETED)
            if losing.done():
                reason = losing.result()
                if not isinstance(reason, StoreGone):
                    # At once: closing takes time, in which an edit could go out over what the
                    # process shows that has come.
                    _complain(ENGLISH.describe(reason))
                    _end_now(CANNOT_RUN)
                log.error(ENGLISH.describe(reason))
                with suppress(TimeoutError):
                    async with asyncio.timeout(LAST_RESULTS_S):
                        await assembled.runner.until_idle()
                _end_in_time(CANNOT_RUN)
                raise reason
            await connected
        finally:
            losing.cancel()
            connected.cancel()
            await asyncio.gather(losing, connected, return_exceptions=True)


def _end_in_time(code: int) -> None:
    def end() -> None:
        log.warning(
            "Failed to shut down in time, exiting anyway: open jobs continue at the next start."
        )
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
    gc.freeze()
    gc.enable()
    sys.exit(main())
