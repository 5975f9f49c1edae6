"""Somebody in front of the sandbox's page, in a real browser."""

import asyncio
import re
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

from playwright.async_api import Locator, Page, Route, expect

WAIT_MS = 180_000.0
"""When a visitor gives up on what should come: long, because a machine may be busy."""


class Visitor:
    """Uses the page by what can be seen in it. Screenshots go to *album*, numbered."""

    def __init__(self, page: Page, album: Path) -> None:
        self._page = page
        self._album = album
        self._shots = 0
        self.form = page.get_by_role("dialog")
        expect.set_options(timeout=WAIT_MS)

    async def open(self, url: str) -> None:
        self._page.set_default_timeout(WAIT_MS)
        await self._page.goto(url)

    async def photograph(self, subject: str) -> None:
        self._shots += 1
        self._album.mkdir(parents=True, exist_ok=True)
        await self._page.screenshot(path=self._album / f"{self._shots:02} {subject}.png")

    async def plays(self) -> list[int]:
        """Width, height and seconds of the first video in the channel, once the browser has them
        and has shown that it can play it.
        """
        return await self._page.locator("#channel-message-list video").first.evaluate(
            """async video => {
                while (!video.videoWidth) await new Promise(requestAnimationFrame)
                video.muted = true
                await video.play()
                return [video.videoWidth, video.videoHeight, Math.round(video.duration)]
            }"""
        )

    def message(self, text: str) -> Locator:
        """The message in the channel that says *text*; nothing else may say it."""
        return self._page.locator("#channel-message-list article").filter(has_text=text)

    def button(self, message: Locator | Page, label: str) -> Locator:
        return message.get_by_role("button", name=label, exact=True)

    async def imagine(self, prompt: str) -> Locator:
        """`/imagine`, typed as the welcome says; the message that shows it."""
        await self._choose_command("/imagine")
        await self._accept("prompt …")
        await self._page.keyboard.type(prompt)
        await self._page.keyboard.press("Enter")
        return await self._posted(prompt)

    async def remix_by_link(self, source: Locator, choice: str) -> None:
        """`/remix` with the address of the link in *source* and no prompt, which opens the form."""
        address = await source.get_by_role("link").get_attribute("href")
        await self._choose_command("/remix")
        await self._page.keyboard.type(address or "")
        await self._page.keyboard.press("Tab")
        await self._page.get_by_role("option", name=choice).click()
        await self._page.get_by_role("button", name="Send").click()
        await expect(self.form).to_be_visible()

    async def command(self, name: str, shows: str) -> Locator:
        """A command without any of its options; the message that says what it *shows*."""
        await self._choose_command(name)
        await self._page.get_by_role("button", name="Send").click()
        return await self._posted(shows)

    async def click(self, button: Locator) -> None:
        """Click as soon as that has an effect.

        In one step, unlike a mouse: the page scrolls to what is new, and a button that moves away
        between the mouse's going down and up has not been clicked.
        """
        while not await button.evaluate("it => !it.disabled && (it.click(), true)"):
            pass  # the page takes nothing before the last action is over

    async def remix(self, source: Locator, number: int, prompt: str, mode: str) -> Locator:
        """Press a Remix button, fill the form, submit it."""
        await self.open_form(source, number)
        await self.form.get_by_role("textbox").fill(prompt)
        await self.form.get_by_role("radio", name=mode).check()
        await self.photograph(f"form for {prompt}")
        await self.form.get_by_role("button", name="Submit").click()
        await expect(self.form).to_be_hidden()
        return await self._posted(prompt)

    async def open_form(self, source: Locator, number: int) -> None:
        await self.click(self.button(source, f"✏️ {number}"))
        await expect(self.form).to_have_accessible_name(f"Remix image {number}")

    async def open_panel(self, source: Locator) -> Locator:
        """Press **More** under *source*; the panel that opens."""
        panels = self.message("Only you can see this").filter(
            has=self.button(self._page, "Details")
        )
        others = await panels.count()
        await self.click(self.button(source, "More"))
        await expect(panels).to_have_count(others + 1)
        return panels.last

    async def close_form(self) -> None:
        await self.form.get_by_role("button", name="Cancel").click()
        await expect(self.form).to_be_hidden()

    @asynccontextmanager
    async def images_on_their_way(self) -> AsyncGenerator[None]:
        """None arrives before the end."""
        arriving, images = asyncio.Event(), "**/api/assets/**"

        async def hold(route: Route) -> None:
            await arriving.wait()
            await route.continue_()

        await self._page.route(images, hold)
        yield
        arriving.set()

    async def become(self, name: str) -> None:
        people = self._page.get_by_label("Viewing as")
        await people.select_option(label=name)
        await expect(people.locator("option:checked")).to_have_text(name)

    async def see_images(self, message: Locator) -> None:
        """Wait until *message* shows four images, all loaded, and its buttons."""
        images = message.get_by_role("img", name=re.compile(r"^Image \d: "))
        await expect(images).to_have_count(4)
        for number in range(4):
            await expect(images.nth(number)).to_have_js_property("naturalWidth", 512)
            await expect(self.button(message, f"✏️ {number + 1}")).to_be_enabled()

    async def percent(self, message: Locator) -> int:
        """What the bar says."""
        await expect(message).to_contain_text(re.compile(r"\d+%"))
        found = re.search(r"(\d+)%", await message.inner_text())
        assert found is not None
        return int(found[1])

    async def see_no_complaint(self) -> None:
        """The page counts what went wrong in it, if anything did."""
        await expect(self._page.locator("#inspector-count")).to_be_hidden()

    async def _choose_command(self, name: str) -> None:
        await self._page.get_by_placeholder("Message #studio").click()
        await self._page.keyboard.type(name)
        await self._accept(name)

    async def _accept(self, offered: str) -> None:
        """Press Enter on what the list above the text field offers first."""
        option = self._page.get_by_role("option", name=offered, selected=True)
        await expect(option).to_be_visible()
        await self._page.keyboard.press("Enter")

    async def _posted(self, prompt: str) -> Locator:
        message = self.message(prompt)
        await expect(message).to_be_visible()
        return message
