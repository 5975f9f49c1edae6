"""Everyday use in the sandbox's page: stop, retry, agree to a price, look, tidy, forget."""

import signal

import pytest
from playwright.async_api import expect

from tests.browser.program import sandbox
from tests.browser.visitor import Visitor


@pytest.mark.slow
async def test_a_newcomer_stops_retries_agrees_looks_and_tidies(visitor: Visitor) -> None:
    async with sandbox("--speed", "10") as running:
        await visitor.open(running.url)
        # A page that is still coming up takes no keys.
        await visitor.see_images(visitor.message("a boat on the sea at sunset"))
        await fail_and_edit(visitor)
        await agree_to_a_price(visitor)
        await wait_in_line_and_stop(visitor)
        await look_and_tidy(visitor)
        await visitor.see_no_complaint()
        assert await running.end(signal.SIGTERM) == (0, "")


async def wait_in_line_and_stop(visitor: Visitor) -> None:
    """Three run at once; the fourth waits and is called off for nothing, the third too late."""
    rivers = [
        await visitor.imagine(f"a slow river {number} sandbox:seconds=400") for number in range(3)
    ]
    waiting = await visitor.imagine("a patient heron")
    await expect(waiting).to_contain_text("Number 1 in line · likely to start")
    await visitor.photograph("in line")
    await visitor.button(waiting, "Stop").click()
    await expect(waiting).to_contain_text("Nothing was charged.")
    await visitor.percent(rivers[-1])
    question = await visitor.press(rivers[-1], "Stop", "you can show them for nothing")
    await visitor.button(question, "Stop anyway").click()
    await expect(rivers[-1]).to_contain_text("cannot call it back")
    await visitor.photograph("stopped")


async def fail_and_edit(visitor: Visitor) -> None:
    failed = await visitor.imagine("a moody cat sandbox:moderated")
    await expect(failed).to_contain_text("moderation refused this prompt")
    await visitor.photograph("refused")
    await visitor.button(failed, "Edit prompt").click()
    field = visitor.form.get_by_role("textbox")
    await expect(field).to_have_value("a moody cat sandbox:moderated")
    await field.fill("a cheerful cat")
    await visitor.form.get_by_role("button", name="Submit").click()
    await expect(visitor.message("a cheerful cat")).to_contain_text("Imagining four images")


async def agree_to_a_price(visitor: Visitor) -> None:
    question = await visitor.imagine("a {red, green} kite", shows="Shall I go ahead?")
    await expect(question).to_contain_text("stand for 2 prompts")
    await visitor.photograph("question")
    running = await visitor.press(question, "Go ahead", "a {red, green} kite")
    await expect(running).to_contain_text("Imagining four images")
    await expect(visitor.message("Started: it has a message of its own.")).to_be_visible()


async def look_and_tidy(visitor: Visitor) -> None:
    result = visitor.message("a boat on the sea at sunset")
    details = await visitor.press(result, "Details", "Number in the log")
    await expect(details).to_contain_text("Cost $0.08")
    await visitor.photograph("details")
    used = await visitor.command("/usage", "What you have used")
    await expect(used).to_contain_text("Last 24 hours")
    await visitor.photograph("usage")
    question = await visitor.command("/forget", "This erases what I keep")
    await visitor.photograph("forget")
    await visitor.button(question, "Erase my history").click()
    await expect(visitor.message("Nothing of your history is shown any more")).to_be_visible()
    await visitor.become("Ben")
    deleting = await visitor.press(result, "Delete", "Delete this message with its images?")
    await visitor.photograph("delete")
    await visitor.button(deleting, "Delete").click()
    await expect(visitor.message("It is deleted.")).to_be_visible()
    await expect(result).to_be_hidden()
