"""A newcomer's walk through the sandbox, in a real browser on the real page."""

import signal

import pytest
from playwright.async_api import Locator, expect

from tests.browser.program import sandbox
from tests.browser.visitor import Visitor

CLICKS = 40


@pytest.mark.slow
async def test_a_newcomer_chains_remixes_and_no_click_is_lost(visitor: Visitor) -> None:
    async with sandbox("--speed", "10") as running:
        await visitor.open(running.url)
        await see_the_welcome(visitor)
        result = await imagine_and_watch(visitor)
        bars = [
            await visitor.imagine("a long journey by sea sandbox:seconds=900"),
            await visitor.imagine("a long journey by land sandbox:seconds=800"),
        ]
        results = await chain(visitor, result)
        await remix_by_command(visitor, results)
        await forty_clicks_arrive(visitor, results, bars)
        await find_again(visitor)
        await be_somebody_else(visitor, results[-1])
        await visitor.see_no_complaint()
        assert await running.end(signal.SIGTERM) == (0, "")


async def see_the_welcome(visitor: Visitor) -> None:
    await expect(visitor.message("Try a chain.")).to_be_in_viewport(ratio=1)
    first = visitor.message("a boat on the sea at sunset")
    await visitor.see_images(first)
    await expect(visitor.button(first, "Remix 3")).to_be_in_viewport()
    await visitor.photograph("welcome")


async def imagine_and_watch(visitor: Visitor) -> Locator:
    """`/imagine`; then only look, until the result is there."""
    message = await visitor.imagine("a fox in the forest sandbox:seconds=7")
    await expect(message).to_contain_text("Imagining four images")
    await visitor.percent(message)
    await visitor.photograph("bar")
    await visitor.see_images(message)
    await visitor.photograph("imagined")
    return message


async def chain(visitor: Visitor, source: Locator) -> list[Locator]:
    """Three remixes, each of the one before; all results, the first source included."""
    results = [source]
    for number, prompt, mode in (
        (3, "a fox in the evening", "Subtle"),
        (1, "snow on the mountains", "Strong"),
        (4, "a little more snow", "Subtle"),
    ):
        message = await visitor.remix(results[-1], number, prompt, mode)
        await expect(message).to_contain_text(f"Remix of image {number}")
        await expect(message).to_contain_text(f"{mode} · from image {number}")
        await visitor.see_images(message)
        await visitor.photograph(prompt)
        results.append(message)
    return results


async def remix_by_command(visitor: Visitor, results: list[Locator]) -> None:
    """`/remix` with a link to the last result but one knows that result's prompt."""
    await visitor.remix_by_link(results[-1], "2 · top right")
    await expect(visitor.form).to_have_accessible_name("Remix image 2")
    await expect(visitor.form.get_by_role("textbox")).to_have_value("snow on the mountains")
    await visitor.photograph("remix by command")
    await visitor.close_form()


async def find_again(visitor: Visitor) -> None:
    """`/jobs` knows them all, and links to them; `/help` says what else there is."""
    message = await visitor.command("/jobs", "Your jobs")
    await expect(message).to_contain_text("a little more snow")
    await expect(message.get_by_role("link", name="open").first).to_be_visible()
    await visitor.photograph("jobs")
    await message.get_by_role("link", name="open").last.click()
    linked = visitor.message("a fox in the forest sandbox:seconds=7").first  # the list has it too
    await expect(linked).to_be_focused()
    await expect(linked).to_be_in_viewport()
    help_page = await visitor.command("/help", "Images from words")
    await expect(help_page).to_contain_text("Begin with /imagine")
    await visitor.photograph("help")


async def forty_clicks_arrive(
    visitor: Visitor, results: list[Locator], bars: list[Locator]
) -> None:
    """Every click on a Remix button opens its form, while the bars move."""
    before = [await visitor.percent(bar) for bar in bars]
    for click in range(CLICKS):
        await visitor.open_form(results[click * len(results) // CLICKS], 1 + click % 4)
        await visitor.close_form()
    for bar, then in zip(bars, before, strict=True):
        await visitor.see_more_than(then, bar)
    await visitor.photograph("forty clicks later")


async def be_somebody_else(visitor: Visitor, result: Locator) -> None:
    await visitor.become("Ben")
    await visitor.see_images(result)
    message = await visitor.remix(result, 2, "a harbour in the morning", "Strong")
    await expect(message).to_contain_text("Asked by @Ben")
    await visitor.see_images(message)
    await visitor.photograph("the other person")
