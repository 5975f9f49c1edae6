"""``python -m sandbox``: the bot in a page on this machine, with nothing to sign up for."""

import argparse
import asyncio
import logging
import signal
import sys
from collections.abc import Sequence

import simcord

from sandbox import arguments, texts
from sandbox.api.script import help_text
from sandbox.browser import open_browser
from sandbox.page import LivePage
from sandbox.world import open_world


def main(given: Sequence[str] | None = None) -> int:
    """Run until Ctrl-C, SIGTERM, or the page is closed for good. The exit code: 1 if it cannot."""
    options = _parser().parse_args(given)
    logging.basicConfig(level=logging.ERROR)  # news is in the page; here only what went wrong
    with_browser = bool(options.browser) and sys.stdout.isatty()
    try:
        asyncio.run(_run(int(options.port), float(options.speed), with_browser=with_browser))
    except simcord.SetupError as error:
        print(texts.cannot_open(str(error)), file=sys.stderr)
        return 1
    return 0


async def _run(port: int, speed: float, *, with_browser: bool) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    async with open_world(speed=speed) as world, LivePage(world, port=port) as page:
        print(texts.opened(page.url), flush=True)
        following = asyncio.create_task(page.follow(), name="page")
        stopping = asyncio.create_task(stop.wait(), name="signals")
        if with_browser:
            open_browser(page.url)
        await asyncio.wait({following, stopping}, return_when=asyncio.FIRST_COMPLETED)
        stopping.cancel()
        await page.close()
        await following


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m sandbox",
        description="The bot in a page on this machine: no Discord account, no API key, no bill.",
        epilog=help_text(),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "--port", type=arguments.port, default=0, help="port of the page; 0 = a free one (default)"
    )
    parser.add_argument(
        "--speed",
        type=arguments.speed,
        default=1.0,
        help="2 makes jobs twice as quick (%(default)s)",
    )
    parser.add_argument(
        "--no-browser", dest="browser", action="store_false", help="only print the address"
    )
    return parser


if __name__ == "__main__":
    sys.exit(main())
