"""Draws what was used by day and by action, as bars.

On a panel of its own, so it looks the same on a dark and on a light Discord.
"""

import io
import math
from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from bot.actions import ACTIONS
from bot.model import Usage
from bot.texts import Texts

if TYPE_CHECKING:
    from PIL import ImageDraw, ImageFont

    _Font = ImageFont.FreeTypeFont | ImageFont.ImageFont

DAYS_MIN, DAYS_MAX = 7, 30
SIZE = (1100, 460)
"""Twice what Discord shows, for sharp displays."""

PANEL, _GRID, FAINT, TEXT = "#2b2d31", "#43464d", "#a5a8af", "#f2f3f5"
_COLORS = (
    "#7c8cff", "#f59f42", "#3fcf8e", "#f27ab8", "#4cc3f1", "#f2d24b",
    "#b18cf5", "#f4726a", "#9fd356", "#5eead4", "#d6a77a", "#c3cad6",
)  # fmt: skip
"""By the order of `ACTIONS`, so that an action has the same one every day."""
_OTHER = "#7d828c"
_LEFT, _RIGHT, _TOP, _BOTTOM = 130, 30, 26, 56
_FONT_PX, _LINE, CHIP, _GAP = 22, 36, 18, 16


def days_drawn(usage: Usage) -> list[date]:
    """Up to today, so many that the first one with something is there: a week to 30 days."""
    oldest = min((day for day, _ in usage.parts), default=usage.today)
    count = min(max((usage.today - oldest).days + 1, DAYS_MIN), DAYS_MAX)
    return [usage.today - timedelta(days=ago) for ago in reversed(range(count))]


def draw_usage(t: Texts, usage: Usage) -> bytes:
    """A PNG: a bar for each day, with a part for each action; by cost, or by jobs where nothing
    cost anything. Takes a few hundredths of a second.
    """
    from PIL import Image, ImageDraw, ImageFont  # noqa: PLC0415  # Pillow is loaded late

    by_cost = usage.month.usd > 0
    used = {action for _, action in usage.parts}
    keys = [key for key in (*ACTIONS, None) if key in used]
    days = days_drawn(usage)
    amounts = {part: float(one.usd if by_cost else one.jobs) for part, one in usage.parts.items()}
    bars = [[amounts.get((day, key), 0.0) for key in keys] for day in days]
    step, steps = _scale(max(map(sum, bars)), whole=not by_cost)
    labels = [
        t.usd(Decimal(f"{step * number:g}")) if by_cost else f"{step * number:,.0f}"
        for number in range(steps + 1)
    ]
    image = Image.new("RGB", SIZE, PANEL)
    draw, font = ImageDraw.Draw(image), ImageFont.load_default(_FONT_PX)
    colors = [color_of(key) for key in keys]
    heading = t.usage_chart_cost if by_cost else t.usage_chart_jobs
    names = [(t.usage_action(key), color) for key, color in zip(keys, colors, strict=True)]
    top = _legend(draw, font, heading, names)
    _grid(draw, font, labels, top)
    _bars(draw, bars, colors, top, step * steps)
    _dates(draw, font, [t.short_day(day) for day in days])
    drawn = io.BytesIO()
    image.save(drawn, "PNG", optimize=True)
    return drawn.getvalue()


def color_of(key: str | None) -> str:
    return _OTHER if key is None else _COLORS[list(ACTIONS).index(key) % len(_COLORS)]


def _scale(most: float, *, whole: bool) -> tuple[float, int]:
    """A round step, and how many of them there are up to *most*: two to five."""
    if most <= 0:
        return 1.0, 2
    power = 10.0 ** math.floor(math.log10(most / 5))
    steps = (power * factor for factor in (1, 2, 5, 10, 20))
    step = next(one for one in steps if one * 5 >= most * 0.999)
    step = max(step, 1.0) if whole else step
    return step, max(math.ceil(most / step * 0.999), 2)


def _legend(
    draw: "ImageDraw.ImageDraw", font: "_Font", heading: str, names: Sequence[tuple[str, str]]
) -> float:
    """In as many lines as it takes; where the bars may begin below it."""
    x, y = float(_LEFT), float(_TOP)
    draw.text((x, y), heading, fill=FAINT, font=font)
    x += draw.textlength(heading, font) + 3 * _GAP
    for name, color in names:
        width = CHIP + _GAP / 2 + draw.textlength(name, font)
        if x + width > SIZE[0] - _RIGHT:
            x, y = float(_LEFT), y + _LINE
        draw.rectangle((x, y + 4, x + CHIP, y + 4 + CHIP), fill=color)
        draw.text((x + CHIP + _GAP / 2, y), name, fill=TEXT, font=font)
        x += width + 1.5 * _GAP
    return y + 2 * _LINE


def _grid(draw: "ImageDraw.ImageDraw", font: "_Font", labels: Sequence[str], top: float) -> None:
    bottom = SIZE[1] - _BOTTOM
    for number, label in enumerate(labels):
        y = round(bottom - (bottom - top) * number / (len(labels) - 1))
        draw.line(((_LEFT, y), (SIZE[0] - _RIGHT, y)), fill=_GRID, width=2)
        draw.text((_LEFT - _GAP, y), label, fill=FAINT, font=font, anchor="rm")


def _bars(
    draw: "ImageDraw.ImageDraw",
    bars: Sequence[Sequence[float]],
    colors: Sequence[str],
    top: float,
    full: float,
) -> None:
    """Each part at least a line, with a gap above it."""
    bottom, slot = SIZE[1] - _BOTTOM, (SIZE[0] - _LEFT - _RIGHT) / len(bars)
    for index, bar in enumerate(bars):
        left, right = (round(_LEFT + slot * (index + side)) for side in (0.16, 0.84))
        low, height = bottom - 1, 0.0
        for amount, color in zip(bar, colors, strict=True):
            height += amount
            high = round(bottom - height / full * (bottom - top))
            if amount:
                draw.rectangle((left, min(high + 2, low), right, low), fill=color)
                low = min(high, low) - 1


def _dates(draw: "ImageDraw.ImageDraw", font: "_Font", names: Sequence[str]) -> None:
    """Below the bars: the last one, and as many of the others as there is room for."""
    slot = (SIZE[0] - _LEFT - _RIGHT) / len(names)
    widest = max(draw.textlength(name, font) for name in names)
    every = math.ceil((widest + _GAP) / slot)
    for index in range(len(names) - 1, -1, -every):
        x, y = _LEFT + slot * (index + 0.5), SIZE[1] - _BOTTOM + _GAP
        draw.text((x, y), names[index], fill=FAINT, font=font, anchor="ma")
