"""A finished job's images are fetched together and fitted into one message."""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from hypothesis import given
from hypothesis import strategies as st

from bot import attachments
from bot.api import ImageDownloads, open_session
from bot.attachments import ResultImage
from bot.errors import ImageTooLarge, ImageUnavailable
from bot.job_ids import JobId, read_job
from bot.jobs import image_loader
from bot.jobs.image_loader import ImageLoader, file_name
from bot.model import Image
from sandbox.api import GenerationServer
from tests.flow.sim import DOT, paint_dot

MEGABYTE = 1024 * 1024


def images_of(api: GenerationServer, prompt: str) -> list[Image]:
    job = api.add_finished_job(prompt=prompt)
    return [
        Image(job_id=job.job_id, image_no=image_no, url=url)
        for image_no, url in api.image_urls(job).items()
    ]


async def hang(
    images: Sequence[Image], downloads: ImageDownloads, *, file_limit_bytes: int
) -> tuple[ResultImage, ...]:
    hanging = ImageLoader(downloads).loaded(images, file_limit_bytes=file_limit_bytes)
    async with hanging as (result_images, _):
        return result_images


@pytest.fixture
async def api() -> GenerationServer:
    return GenerationServer(painter=paint_dot)


async def test_every_image_comes_with_its_bytes_under_a_name_that_leads_back(
    api: GenerationServer,
) -> None:
    async with api, open_session(api.url) as session:
        images = images_of(api, "x")
        result_images = await hang(images, ImageDownloads(session), file_limit_bytes=MEGABYTE)
    files = [one.file for one in result_images if one.file]
    assert [file.content for file in files] == [DOT] * 4
    assert [file.name for file in files] == [f"{one.job_id}_{one.image_no}.png" for one in images]
    assert read_job(files[2].name) == JobId(images[2].job_id)


async def test_an_image_over_the_limit_comes_without_its_file(api: GenerationServer) -> None:
    async with api, open_session(api.url) as session:
        result_images = await hang(
            images_of(api, "sandbox:big"), ImageDownloads(session), file_limit_bytes=MEGABYTE
        )
    assert [type(one.problem) for one in result_images] == [ImageTooLarge] * 4
    assert not any(one.file for one in result_images)


async def test_what_would_bring_the_message_over_its_limit_stays_out(
    api: GenerationServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(attachments, "MESSAGE_LIMIT_BYTES", 3 * len(DOT))
    async with api, open_session(api.url) as session:
        result_images = await hang(
            images_of(api, "x"), ImageDownloads(session), file_limit_bytes=MEGABYTE
        )
    assert [one.file is not None for one in result_images] == [True, True, True, False]
    assert isinstance(result_images[3].problem, ImageTooLarge)


async def test_one_image_that_is_gone_does_not_take_the_others_along(
    api: GenerationServer,
) -> None:
    async with api, open_session(api.url) as session:
        images = [*images_of(api, "x")[:2], *images_of(api, "sandbox:gone")[:1]]
        result_images = await hang(images, ImageDownloads(session), file_limit_bytes=MEGABYTE)
    assert [one.file is not None for one in result_images] == [True, True, False]
    assert isinstance(result_images[2].problem, ImageUnavailable)


async def test_no_more_than_a_gallery_holds_is_fetched(api: GenerationServer) -> None:
    async with api, open_session(api.url) as session:
        images = images_of(api, "sandbox:images=16")
        result_images = await hang(images, ImageDownloads(session), file_limit_bytes=MEGABYTE)
    assert [one.image.image_no for one in result_images] == list(range(10))


@given(st.text(min_size=1, max_size=80))
def test_a_file_name_is_one_that_discord_takes(job_id: str) -> None:
    name = file_name(Image(job_id=job_id, image_no=3, url="https://x.example"), "png")
    assert name.isascii()
    assert set(name) <= set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-")


# ------------------------------------------------------------------ memory

PNG = b"\x89PNG\r\n\x1a\n"


class Store:
    """A server of images: ``/<bytes>`` with their length, ``/unknown/<bytes>`` without;
    ``/silent/<bytes>`` when it is told to speak.

    It waits with the bodies (not with the heads) until it is let, and notes what it could send.
    """

    def __init__(self) -> None:
        self.asked: list[str] = []
        self._asked = asyncio.Condition()
        self.let = asyncio.Event()
        self.let.set()
        self.speak = asyncio.Event()
        self.url = ""

    async def answer(self, request: web.Request) -> web.StreamResponse:
        async with self._asked:
            self.asked.append(request.path)
            self._asked.notify_all()
        if request.path.startswith("/silent"):
            await self.speak.wait()
        size = int(request.path.rpartition("/")[2])
        response = web.StreamResponse()
        if not request.path.startswith("/unknown"):
            response.content_length = size
        await response.prepare(request)
        await response.write(PNG)
        await self.let.wait()
        await response.write(bytes(size - len(PNG)))
        return response

    async def until_asked(self, times: int) -> None:
        async with self._asked:
            await self._asked.wait_for(lambda: len(self.asked) >= times)

    def images(self, *paths: str) -> list[Image]:
        urls = [f"{self.url}/{path}" for path in paths]
        return [Image(job_id="j", image_no=no, url=url) for no, url in enumerate(urls)]


@asynccontextmanager
async def a_store() -> AsyncGenerator[tuple[Store, ImageLoader]]:
    store = Store()
    application = web.Application()
    application.router.add_get("/{path:.*}", store.answer)
    async with AsyncExitStack() as opened:
        server = await opened.enter_async_context(TestServer(application))
        store.url = str(server.make_url("")).rstrip("/")
        session = await opened.enter_async_context(open_session(store.url))
        yield store, ImageLoader(ImageDownloads(session))


def sizes(result_images: Sequence[ResultImage]) -> list[int | None]:
    return [None if one.file is None else len(one.file.content) for one in result_images]


async def test_the_first_images_have_the_first_claim_to_what_a_message_takes(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(attachments, "MESSAGE_LIMIT_BYTES", 1000)
    async with a_store() as (store, hanging):
        images = store.images("400", "700", "500", "unknown/300", "100")
        async with hanging.loaded(images, file_limit_bytes=MEGABYTE) as (result_images, _):
            assert sizes(result_images)[:3] == [400, None, 500]
            kept = sum(size or 0 for size in sizes(result_images))
            assert kept <= 1000
    assert isinstance(result_images[1].problem, ImageTooLarge)


async def test_what_messages_hold_together_has_a_limit_and_others_wait(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(attachments, "MESSAGE_LIMIT_BYTES", 1000)
    monkeypatch.setattr(image_loader, "ALL_MESSAGES_BYTES", 2000)
    posted = asyncio.Event()

    async def post(store: Store, hanging: ImageLoader, path: str) -> list[int | None]:
        loading = hanging.loaded(store.images(path), file_limit_bytes=MEGABYTE)
        async with loading as (result_images, _):
            await posted.wait()
            return sizes(result_images)

    async with a_store() as (store, hanging), asyncio.TaskGroup() as group:
        large = [group.create_task(post(store, hanging, f"{900 + n}")) for n in range(3)]
        await store.until_asked(2)
        small = [group.create_task(post(store, hanging, "10")) for _ in range(30)]
        for _ in range(1000):
            await asyncio.sleep(0)
        assert len(store.asked) == 2, "two are all that fit, and nobody overtakes the third"
        posted.set()
    assert [one.result() for one in large] == [[900], [901], [902]]
    assert [one.result() for one in small] == [[10]] * 30


async def test_what_a_message_turns_out_not_to_need_is_free_for_others_before_it_is_read(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(attachments, "MESSAGE_LIMIT_BYTES", 1000)
    monkeypatch.setattr(image_loader, "ALL_MESSAGES_BYTES", 2000)

    async def post(store: Store, hanging: ImageLoader) -> list[int | None]:
        images = store.images("20", "30")
        async with hanging.loaded(images, file_limit_bytes=MEGABYTE) as (result_images, _):
            return sizes(result_images)

    async with a_store() as (store, hanging), asyncio.TaskGroup() as group:
        store.let.clear()
        posts = [group.create_task(post(store, hanging)) for _ in range(10)]
        await store.until_asked(20)
        store.let.set()
    assert [one.result() for one in posts] == [[20, 30]] * 10


async def test_a_source_has_the_last_claim_and_is_counted_with_the_images(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(attachments, "MESSAGE_LIMIT_BYTES", 1000)
    async with a_store() as (store, loader):
        images = store.images("400", "500")
        for size, fits in ((100, True), (101, False)):
            [source] = store.images(str(size))
            loading = loader.loaded(images, file_limit_bytes=MEGABYTE, source=source)
            async with loading as (result_images, file):
                assert sizes(result_images) == [400, 500]
                assert (file is not None) == fits


async def test_a_source_that_cannot_be_fetched_costs_the_images_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(image_loader, "SOURCE_WAIT_S", 0.05)
    gone = Image(job_id="j", image_no=0, url="http://127.0.0.1:9/refused.png")
    async with a_store() as (store, loader):
        for source in (gone, *store.images("silent/30")):
            loading = loader.loaded(store.images("20"), file_limit_bytes=MEGABYTE, source=source)
            async with loading as (result_images, file):
                assert sizes(result_images) == [20]
                assert file is None
        store.speak.set()


async def test_a_slow_first_image_does_not_keep_the_others_out(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(image_loader, "IN_ORDER_S", 0.05)
    async with a_store() as (store, hanging):
        images = [
            Image(job_id="j", image_no=0, url="http://127.0.0.1:9/refused.png"),
            *store.images("100", "200"),
        ]
        async with hanging.loaded(images, file_limit_bytes=MEGABYTE) as (result_images, _):
            assert sizes(result_images) == [None, 100, 200]
