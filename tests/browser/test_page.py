"""What the sandbox adds to SimCord's page: nothing that people do in it gets lost."""

import asyncio
from datetime import UTC, datetime, timedelta
from io import BytesIO

import discord
from PIL import Image

from sandbox import texts
from sandbox.api.painting.edits import animate
from sandbox.api.painting.paint import paint
from sandbox.api.painting.scene import imagine
from sandbox.page import LivePage
from sandbox.world import World
from tests.browser.tab import Tab
from tests.browser.visitor import Visitor
from tests.flow.sim import REMIX, UPSCALE


async def test_the_channel_holds_a_finished_job_and_then_what_to_try(world: World) -> None:
    async with LivePage(world) as page, Tab(page.url) as tab:
        labels = [part["label"] for part in tab.parts if part["type"] == 2]
        assert labels == [*REMIX, *UPSCALE, "Reroll", "More"]
        assert list(tab.shown["messages"].values())[-1]["content"] == texts.WELCOME


async def test_it_all_has_just_happened(world: World) -> None:
    async with LivePage(world) as page, Tab(page.url) as tab:
        dates = [message["timestamp"] for message in tab.shown["messages"].values()]
        asked, welcomed = map(datetime.fromisoformat, dates)
        now = datetime.now(UTC)
        assert now - timedelta(minutes=1) < asked < welcomed <= now


async def test_a_click_on_what_was_shown_before_a_refresh_arrives(world: World) -> None:
    async with LivePage(world) as page, Tab(page.url) as tab:
        await page.refresh()
        await page.refresh()
        assert await tab.click("✏️ 3") == ["modal"]


async def test_a_click_during_a_refresh_waits_for_its_end(world: World) -> None:
    resting = asyncio.Event()

    @world.env.bot.event
    async def on_guild_channel_create(_: discord.abc.GuildChannel) -> None:  # pyright: ignore[reportUnusedFunction]  # discord.py finds it by its name
        await resting.wait()

    guild = world.channel.guild
    assert guild is not None
    async with LivePage(world) as page, Tab(page.url) as tab:
        guild.create_text_channel("busy")
        refreshing = asyncio.create_task(page.refresh())
        clicking = asyncio.create_task(tab.click("✏️ 3"))
        asyncio.get_running_loop().call_later(0.3, resting.set)
        assert await clicking == ["modal"]
        await refreshing


async def test_a_job_that_the_api_never_answers_holds_up_no_click(world: World) -> None:
    ann, _ = world.people
    async with LivePage(world) as page, Tab(page.url) as tab:
        await ann.slash(world.channel, "imagine", prompt="a long wait sandbox:hang")
        await world.api.until(lambda: len(world.api.submits) == 2)
        assert await tab.click("✏️ 3") == ["modal"]
        assert await tab.click("Reroll") == ["response"]


async def test_more_images_at_once_than_simcord_decodes_are_all_served(world: World) -> None:
    _, ben = world.people
    prompt = "a hill sandbox:seconds=0 sandbox:images=10"
    with world.clock.hurried():
        await ben.slash(world.channel, "imagine", prompt=prompt)
        await world.backstage.finished()
    async with LivePage(world) as page, Tab(page.url) as tab:
        items = [item for part in tab.parts for item in part.get("items", ())]
        assets = [item["media"]["asset_id"] for item in items]
        files = await asyncio.gather(*(tab.load(asset) for asset in assets))
        assert len(files) == 14
        for file in files:
            with Image.open(BytesIO(file)) as image:
                assert image.size == (512, 512)


async def test_a_video_is_played_in_a_gallery_and_offered_as_a_file(
    world: World, visitor: Visitor
) -> None:
    boat = imagine("a boat on the sea at sunset", roll=0, image_no=0)
    video = paint(animate(boat, None, large=False, roll=0, image_no=0))
    channel = world.env.bot.get_partial_messageable(world.channel.id)
    view = discord.ui.LayoutView()
    name = "attachment://waves.mp4"
    view.add_item(discord.ui.MediaGallery(discord.MediaGalleryItem(name, description="waves")))
    view.add_item(discord.ui.File(name))
    await channel.send(view=view, file=discord.File(BytesIO(video), "waves.mp4"))
    async with LivePage(world) as page, Tab(page.url) as tab:
        (item,) = next(part["items"] for part in reversed(tab.parts) if part["type"] == 12)
        assert await tab.load(item["media"]["asset_id"]) == video
        await visitor.open(page.url)
        assert await visitor.plays() == [480, 480, 3]
        await visitor.photograph("a video")


async def test_a_page_that_is_loaded_later_opens_at_the_newest_message(world: World) -> None:
    ann, _ = world.people
    async with LivePage(world) as page:
        message = await ann.send(world.channel, "hello")
        await page.refresh()
        async with Tab(page.url) as tab:
            assert tab.shown["targetId"] == str(message.id)
