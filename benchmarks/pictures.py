"""What it takes to draw a chart or a preview, and to read a mask: processor time, and memory above
what the process had before.

Each in a process of its own, so the first time loads Pillow. The masks are as large as is taken.
"""

import argparse
import io
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from bot.actions import ACTIONS
from bot.errors import Rejected
from bot.model import Spending, Usage
from bot.pictures.areas import choose_areas
from bot.pictures.mask_files import read_mask
from bot.pictures.preview import draw_preview
from bot.pictures.usage import draw_usage
from bot.texts import ENGLISH

if TYPE_CHECKING:
    from PIL import Image

RUNS = 5
SIDE = 4096
TODAY = date(2026, 1, 31)


def chart(_: bytes) -> None:
    parts = {
        (TODAY - timedelta(days=ago), key): Spending(jobs=1, usd=Decimal(1 + ago) / 10)
        for ago in range(30)
        for key in (*ACTIONS, None)
    }
    draw_usage(ENGLISH, Usage(today=TODAY, parts=parts))


def preview(content: bytes) -> None:
    draw_preview(content, choose_areas([1, 2, 5], (SIDE, SIDE)))


def mask(content: bytes) -> None:
    with suppress(Rejected):
        read_mask(content, (SIDE, SIDE))


def nothing() -> bytes:
    return b""


def noise(kind: str, side: int) -> bytes:
    from PIL import Image  # noqa: PLC0415  # only to prepare: what is measured loads it anew

    return _saved(Image.merge("RGB", [Image.effect_noise((side, side), 100)] * 3), kind)


def disks(mode: str, count: int) -> bytes:
    """So many, with holes, in each row."""
    from PIL import Image, ImageDraw  # noqa: PLC0415  # as above

    image, slot = Image.new("L", (SIDE, SIDE)), SIDE // count
    draw = ImageDraw.Draw(image)
    for x in range(0, count * slot, slot):
        for y in range(0, count * slot, slot):
            draw.ellipse((x, y, x + slot * 0.9, y + slot * 0.9), fill=255)
            draw.ellipse((x + slot * 0.3, y + slot * 0.3, x + slot * 0.5, y + slot * 0.5), fill=0)
    return _saved(image.convert(mode), "PNG")


def _saved(image: "Image.Image", kind: str) -> bytes:
    file = io.BytesIO()
    image.save(file, kind)
    return file.getvalue()


CASES: dict[str, tuple[Callable[[bytes], None], Callable[[], bytes]]] = {
    "chart, 30 days of every action": (chart, nothing),
    "preview, PNG of 1024": (preview, lambda: noise("PNG", 1024)),
    "preview, PNG of 4096": (preview, lambda: noise("PNG", SIDE)),
    "preview, JPEG of 4096": (preview, lambda: noise("JPEG", SIDE)),
    "mask, 4 disks with holes": (mask, lambda: disks("L", 2)),
    "mask, the same in color": (mask, lambda: disks("RGBA", 2)),
    "mask, 4,096 disks: refused": (mask, lambda: disks("RGBA", 64)),
}


def measure(work: Callable[[bytes], None], content: bytes) -> str:
    """The first time and the best of the others in milliseconds; megabytes at the most."""
    before, times = _most_memory(), list[float]()
    for _ in range(RUNS):
        began = time.process_time()
        work(content)
        times.append((time.process_time() - began) * 1000)
    return f"{times[0]:>8.0f}{min(times[1:]):>8.0f}{_most_memory() - before:>+10.0f}"


def _most_memory() -> float:
    """Of this process so far, in megabytes."""
    status = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) for line in status if line.startswith("VmHWM")) / 1024


def main() -> None:
    parser = argparse.ArgumentParser(description="What drawing, and reading masks, takes.")
    parser.add_argument("--one", nargs=2, metavar=("CASE", "FILE"), help=argparse.SUPPRESS)
    one: list[str] | None = parser.parse_args().one
    if one is not None:
        print(measure(CASES[one[0]][0], Path(one[1]).read_bytes()))
        return
    print(f"{'ms, megabytes':<32}{'first':>8}{'later':>8}{'at most':>10}")
    with TemporaryDirectory() as folder:
        for name, (_, prepare) in CASES.items():
            file = Path(folder) / "content"
            file.write_bytes(prepare())
            again = [sys.executable, "-m", "benchmarks.pictures", "--one", name, str(file)]
            told = subprocess.run(again, capture_output=True, text=True, check=True)  # noqa: S603  # this very script
            print(f"{name:<32}{told.stdout.rstrip()}", flush=True)


if __name__ == "__main__":
    main()
