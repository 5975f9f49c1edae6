"""Everyday use in the sandbox's page: edit and retry, agree to a price, stop, look, tidy."""

import signal

import pytest
from playwright.async_api import expect

from tests.browser.program import sandbox
from tests.browser.visitor import Visitor


@pytest.mark.slow
async def test_a_newcomer_edits_agrees_stops_looks_and_tidies(visitor: Visitor) -> None:
    async with sandbox("--speed", "10") as running:
        await visitor.open(running.url)
        # A page that is still coming up takes no keys.
        await visitor.see_images(visitor.message("a boat on the sea at sunset"))
        await fail_and_edit(visitor)
        await agree_to_a_price(visitor)
        await stop(visitor)
        await look_and_tidy(visitor)
        await visitor.see_no_complaint()
        assert await running.end(signal.SIGTERM) == (0, "")


async def fail_and_edit(visitor: Visitor) -> None:
    failed = await visitor.imagine("a moody cat sandbox:moderated")
    await expect(failed).to_contain_text("moderation rejected this prompt")
    await visitor.photograph("refused")
    await visitor.click(visitor.button(failed, "Edit prompt"))
    field = visitor.form.get_by_role("textbox")
    await expect(field).to_have_value("a moody cat sandbox:moderated")
    await field.fill("a cheerful cat")
    await visitor.form.get_by_role("button", name="Submit").click()
    await expect(visitor.message("a cheerful cat")).to_contain_text("Requested by @Ann")


async def agree_to_a_price(visitor: Visitor) -> None:
    question = await visitor.imagine("a {red, green} kite", shows="Go ahead?")
    await expect(question).to_contain_text("make 2 billed prompts")
    await visitor.photograph("question")
    running = await visitor.press(question, "Go ahead", "a {red, green} kite")
    await expect(running).to_contain_text("Requested by @Ann")
    await expect(visitor.message("Started in a new message.")).to_be_visible()


async def stop(visitor: Visitor) -> None:
    """The API has it already: there is a question first."""
    river = await visitor.imagine("a slow river sandbox:seconds=9000")
    await visitor.percent(river)
    question = await visitor.press(river, "Stop", "you can show them for free")
    await visitor.click(visitor.button(question, "Stop anyway"))
    await expect(river).to_contain_text("can't be canceled there")
    await visitor.photograph("stopped")


async def look_and_tidy(visitor: Visitor) -> None:
    result = visitor.message("a boat on the sea at sunset")
    details = await visitor.press(result, "More", "Job number in the log")
    await expect(details).to_contain_text("Cost $0.08")
    await visitor.photograph("details")
    await visitor.become("Ben")
    more = await visitor.press(result, "More", "Job number in the log")
    await visitor.click(visitor.button(more, "Delete"))
    deleting = visitor.message("Delete this message and its images?")
    await visitor.photograph("delete")
    await visitor.click(visitor.button(deleting, "Delete"))
    await expect(visitor.message("Deleted.")).to_be_visible()
    await expect(result).to_be_hidden()
