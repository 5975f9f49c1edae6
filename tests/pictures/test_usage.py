"""What was used can be seen at a glance: on dark and on light, in few bytes, in readable words."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from io import BytesIO

import pytest
from PIL import Image, ImageColor, ImageDraw, ImageFont

from bot.actions import ACTIONS
from bot.limits import Limits
from bot.model import Spending, Usage
from bot.pictures.usage import CHIP, FAINT, PANEL, SIZE, TEXT, color_of, days_drawn, draw_usage
from bot.texts import ENGLISH
from bot.ui.content import Content
from bot.ui.pages import usage_page
from tests.ui.test_pages_fit import assert_fits, components, text

TODAY = date(2026, 3, 1)
KEYS: list[str | None] = [*ACTIONS, None]


def used(*parts: tuple[int, str | None, int, str]) -> Usage:
    """Days ago, the action, jobs, and what they cost."""
    return Usage(
        today=TODAY,
        parts={
            (TODAY - timedelta(days=ago), key): Spending(jobs=jobs, usd=Decimal(usd))
            for ago, key, jobs, usd in parts
        },
    )


EVERYTHING = used(*((ago, key, 1234 + ago, "999.995") for ago in range(31) for key in KEYS))


def opened(usage: Usage) -> Image.Image:
    return Image.open(BytesIO(draw_usage(ENGLISH, usage)))


def painted(usage: Usage) -> dict[str | None, int]:
    """How many pixels have the color of each action, but for its place in the legend."""
    colors = opened(usage).getcolors(SIZE[0] * SIZE[1])
    assert colors is not None
    found = {color: count for count, color in colors}
    place = (CHIP + 1) ** 2
    return {key: found.get(ImageColor.getrgb(color_of(key)), 0) - place for key in KEYS}


def luminance(color: str) -> float:
    """As WCAG 2 defines it."""
    levels = [part / 255 for part in ImageColor.getrgb(color)[:3]]
    red, green, blue = (
        one / 12.92 if one <= 0.04045 else ((one + 0.055) / 1.055) ** 2.4 for one in levels
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize(
    ("parts", "days"),
    [
        ((), 7),
        (((0, "remix", 1, "1"),), 7),
        (((6, "remix", 1, "1"),), 7),
        (((9, "remix", 1, "1"), (2, "remix", 1, "1")), 10),
        (((30, "remix", 1, "1"),), 30),
    ],
)
def test_a_week_to_thirty_days_are_drawn_as_far_as_there_is_something(
    parts: tuple[tuple[int, str, int, str], ...], days: int
) -> None:
    drawn = days_drawn(used(*parts))
    assert (len(drawn), drawn[-1]) == (days, TODAY)
    assert drawn == sorted(drawn)


def test_a_part_of_a_bar_is_as_large_as_what_it_cost() -> None:
    usage = used((0, "imagine", 1, "3"), (0, "remix", 9, "1"), (2, "remix", 9, "2"))
    found = painted(usage)
    assert found["imagine"] == pytest.approx(found["remix"], rel=0.05)
    free = used((0, "imagine", 2, "0"), (3, "remix", 6, "0"))
    found = painted(free)
    assert 3 * found["imagine"] == pytest.approx(found["remix"], rel=0.05)


def test_little_beside_much_can_still_be_seen() -> None:
    usage = used((0, "imagine", 1, "0.000001"), (1, "remix", 1, "400"))
    assert painted(usage)["imagine"] > 0


def test_everything_at_once_has_its_color_and_is_small() -> None:
    assert all(count > 0 for count in painted(EVERYTHING).values())
    assert len(draw_usage(ENGLISH, EVERYTHING)) < 128 * 1024
    assert len({color_of(key) for key in KEYS}) == len(KEYS)


def test_all_colors_can_be_told_from_the_panel_and_words_can_be_read() -> None:
    assert all(contrast(color_of(key), PANEL) > 3 for key in KEYS)
    assert contrast(TEXT, PANEL) > 4.5
    assert contrast(FAINT, PANEL) > 4.5


def test_the_font_has_every_letter_of_ours() -> None:
    font = ImageFont.load_default(20)
    t = ENGLISH
    words = [t.usage_chart_cost, t.usage_chart_jobs, t.usd(Decimal(1234567890)), "1,234"]
    words += map(t.usage_action, KEYS)
    words += [t.short_day(TODAY + timedelta(days=31 * month)) for month in range(12)]

    def drawn(letter: str) -> bytes:
        image = Image.new("1", (40, 40))
        ImageDraw.Draw(image).text((5, 5), letter, fill=1, font=font)
        return image.tobytes()

    assert [one for word in words for one in word if drawn(one) == drawn("\uffff")] == []


@pytest.mark.parametrize("files", [True, False])
async def test_the_page_says_in_words_what_the_chart_shows_and_fits(*, files: bool) -> None:
    people = tuple(
        (2**63 + number, Spending(jobs=10**6, usd=Decimal(10**6))) for number in range(10)
    )
    much = replace(EVERYTHING, by_person=people)
    content = Content(files=files)
    page = usage_page(ENGLISH, much, much, Limits(), charts=(b"1", b"2"), content=content)
    assert_fits(page)
    assert len(page.files) == 2 * files
    items = [item for one in components(page) for item in one.get("items", ())]
    for item in items:
        assert 100 < len(item["description"]) <= 256
    assert "Remix · " in text(page)
    few = used((0, "imagine", 2, "0.16"), (1, "remix", 1, "0.3"))
    page = usage_page(ENGLISH, few, None, Limits(), charts=(b"1", None), content=content)
    alts = [item["description"] for one in components(page) for item in one.get("items", ())]
    shown = "Bars by day from 23 Feb to 1 Mar. The longest is 28 Feb: 1 job, $0.30."
    in_words = f"{shown} In 30 days: Remix 1 job, $0.30; Imagine 2 jobs, $0.16."
    assert alts == files * [in_words]
