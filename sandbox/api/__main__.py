"""``python -m sandbox.api``: the generation API alone, for a bot that has a real Discord token."""

import argparse
import asyncio
import signal
import sys
from collections.abc import Sequence
from random import Random

from sandbox.api.chaos import Chaos
from sandbox.api.script import help_text
from sandbox.api.server import GenerationServer


def main(arguments: Sequence[str] | None = None) -> int:
    """Run until Ctrl-C or SIGTERM. Returns the exit code: 1 if the address cannot be had."""
    options = _parser().parse_args(arguments)
    host, port = str(options.host), int(options.port)
    chaos = Chaos(float(options.faults), Random())
    try:
        asyncio.run(_serve(host, port, float(options.speed), chaos))
    except OSError as error:
        print(f"Cannot listen on {host} port {port}: {error.strerror}", file=sys.stderr)
        return 1
    return 0


async def _serve(host: str, port: int, speed: float, chaos: Chaos) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    async with GenerationServer(host, port, speed=speed, chaos=chaos) as server:
        print(f"Sandbox generation API on {server.url}")
        print("Put these lines into .env (any key will do), then start the bot:\n")
        print(f"VTRIX_API_URL={server.url}")
        print("VTRIX_API_KEY=sandbox\n")
        print("Words in a prompt script failures: see --help. Ctrl-C ends it.", flush=True)
        await stop.wait()


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m sandbox.api",
        description="A local generation API: paints images, costs nothing, needs no real key.",
        epilog=help_text(),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (%(default)s)")
    parser.add_argument(
        "--port", type=_port, default=8080, help="port to listen on (%(default)s); 0 = a free one"
    )
    parser.add_argument(
        "--speed", type=_speed, default=1.0, help="2 makes jobs twice as quick (%(default)s)"
    )
    parser.add_argument(
        "--faults",
        type=_share,
        default=0.0,
        help="share of requests that meet with a fault by chance, 0 to 1 (%(default)s): errors, "
        "resets, half an answer",
    )
    return parser


def _port(text: str) -> int:
    port = int(text)
    if not 0 <= port <= 65535:
        raise argparse.ArgumentTypeError("a port is 0 to 65535")
    return port


def _speed(text: str) -> float:
    speed = float(text)
    if not 0 < speed < float("inf"):
        raise argparse.ArgumentTypeError("the speed is a number above 0")
    return speed


def _share(text: str) -> float:
    share = float(text)
    if not 0 <= share <= 1:
        raise argparse.ArgumentTypeError("a share is 0 to 1")
    return share


if __name__ == "__main__":
    sys.exit(main())
