"""A newcomer's walk through the sandbox, in a real browser on the real page."""

import re
import signal

import pytest
from playwright.async_api import Locator, expect

from tests.browser.program import sandbox
from tests.browser.visitor import Visitor


@pytest.mark.slow
async def test_a_newcomer_imagines_remixes_and_finds_it_all_again(visitor: Visitor) -> None:
    async with sandbox("--speed", "10") as running:
        await visitor.open(running.url)
        await see_the_welcome(visitor)
        first = await imagine_and_watch(visitor)
        remixed = await remix(visitor, first)
        await remix_by_command(visitor, remixed)
        await find_again(visitor)
        await be_somebody_else(visitor, remixed)
        await visitor.see_no_complaint()
        assert await running.end(signal.SIGTERM) == (0, "")


async def see_the_welcome(visitor: Visitor) -> None:
    await expect(visitor.message("Try a chain.")).to_be_in_viewport(ratio=1)
    first = visitor.message("a boat on the sea at sunset")
    await visitor.see_images(first)
    await expect(visitor.button(first, "✏️ 3")).to_be_in_viewport()
    await visitor.photograph("welcome")


async def imagine_and_watch(visitor: Visitor) -> Locator:
    """`/imagine`; then only look, until the result is there."""
    message = await visitor.imagine("a fox in the forest sandbox:seconds=7")
    await expect(message).to_contain_text("Creating images")
    await visitor.percent(message)
    await visitor.photograph("bar")
    await visitor.see_images(message)
    await visitor.photograph("imagined")
    return message


async def remix(visitor: Visitor, source: Locator) -> Locator:
    message = await visitor.remix(source, 3, "a fox in the evening", "Subtle")
    await expect(message).to_contain_text("Remix of image 3")
    await expect(message).to_contain_text("Subtle · from image 3")
    await expect(message).to_contain_text("1st edit in its chain")
    await visitor.see_images(message)
    beside = message.get_by_role("img", name="Image 3 of the source job")
    await expect(beside).to_have_js_property("naturalWidth", 512)
    await visitor.photograph("remixed")
    return message


async def remix_by_command(visitor: Visitor, source: Locator) -> None:
    """`/remix` with a link to the source of a remix knows that source's prompt."""
    await visitor.remix_by_link(source, "2 · top right")
    await expect(visitor.form).to_have_accessible_name("Remix image 2")
    field = visitor.form.get_by_role("textbox")
    await expect(field).to_have_value("a fox in the forest sandbox:seconds=7")
    await visitor.photograph("remix by command")
    await visitor.close_form()


async def find_again(visitor: Visitor) -> None:
    """`/jobs` knows them all. Its links lead there whatever the page was still to scroll to."""
    async with visitor.images_on_their_way():
        newest = await visitor.imagine("a hill at noon sandbox:seconds=0")
        await expect(visitor.button(newest, "✏️ 1")).to_be_visible()
        message = await visitor.command("/jobs", "Your jobs")
        await expect(message).to_contain_text("a fox in the evening")
        await visitor.photograph("jobs")
        await message.get_by_role("link", name="open").last.click()
        oldest = visitor.message("a fox in the forest sandbox:seconds=7").first  # the list has it
        await expect(oldest).to_be_focused()
    await visitor.see_images(newest.first)  # the list has that too
    await expect(oldest).to_be_in_viewport()


async def be_somebody_else(visitor: Visitor, result: Locator) -> None:
    await visitor.become("Ben")
    await visitor.see_images(result)
    await visitor.open_form(result, 2)
    await visitor.photograph("the other person")
    await visitor.close_form()


@pytest.mark.slow
async def test_a_chain_goes_through_everything_that_the_buttons_do(visitor: Visitor) -> None:
    async with sandbox("--speed", "10") as running:
        await visitor.open(running.url)
        first = await visitor.imagine("a lighthouse in a storm")
        await visitor.see_images(first)
        await visitor.click(visitor.button(first, "U2"))
        upscaled = visitor.message("Upscale of image 2")
        await see_one_larger_image(upscaled)
        await visitor.photograph("upscaled")
        varied = await from_the_panel(visitor, upscaled, "Vary (Subtle)", "Variations of image 1")
        await visitor.see_images(varied)
        zoomed = await from_the_panel(visitor, varied, "Zoom Out 2x", "Zoom out of image 1")
        await visitor.see_images(zoomed)
        await visitor.photograph("zoomed")
        videos = await animate(visitor, zoomed)
        await expect(visitor.button(videos, "Extend 1")).to_be_enabled()
        width, height, seconds = await visitor.plays()
        assert (width, height) != (0, 0)
        assert seconds > 0
        await visitor.photograph("animated")
        remixed = await visitor.remix(zoomed, 1, "a lighthouse in oil at noon", "Strong")
        await visitor.see_images(remixed)
        await expect(remixed).to_contain_text("4th edit in its chain")
        await visitor.photograph("remixed at last")
        await visitor.see_no_complaint()
        assert await running.end(signal.SIGTERM) == (0, "")


async def see_one_larger_image(message: Locator) -> None:
    image = message.get_by_role("img", name=re.compile(r"^Image 1"))
    await expect(image.first).to_have_js_property("naturalWidth", 1024)


async def from_the_panel(visitor: Visitor, source: Locator, label: str, becomes: str) -> Locator:
    """Press a button behind **More**; the result, which says what it *becomes*."""
    panel = await visitor.open_panel(source)
    await visitor.photograph(f"panel for {label}")
    await visitor.click(visitor.button(panel, label))
    return visitor.message(becomes)


async def animate(visitor: Visitor, source: Locator) -> Locator:
    panel = await visitor.open_panel(source)
    await visitor.click(visitor.button(panel, "Animate …"))
    await expect(visitor.form).to_have_accessible_name("Animate image 1")
    await visitor.form.get_by_role("radio", name="1 video").check()
    await visitor.photograph("form for a video")
    await visitor.form.get_by_role("button", name="Submit").click()
    question = visitor.message("You'd get 1 video")
    await visitor.photograph("price of a video")
    await visitor.click(visitor.button(question, "Go ahead"))
    return visitor.message("Animation of image 1")
