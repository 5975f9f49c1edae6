"""Only a server's own clear word says that an address is no image."""

import asyncio

import aiohttp
import pytest

from bot.api import GuardedSession, ImageAddresses, open_session
from bot.api.image_addresses import AT_ONCE
from tests.api.servers import Answer, Reply, Then, free_port, raw_server, scripted

PAGE = {"Content-Type": "text/html; charset=utf-8"}
IN_TIME_S = 60.0


@pytest.fixture
def addresses(session: aiohttp.ClientSession) -> ImageAddresses:
    return ImageAddresses(GuardedSession(session))


@pytest.mark.parametrize(
    ("answer", "is_none"),
    [
        (Answer(headers=PAGE), True),
        (Answer(status=404), True),
        (Answer(status=410, headers=PAGE), True),
        (Answer(headers={"Content-Type": "image/png"}), False),
        (Answer(headers={"Content-Type": "application/octet-stream"}), False),
        (Answer(headers={"Content-Type": "text/plain"}), False),
        (Answer(status=403, headers=PAGE), False),
        (Answer(status=405, headers=PAGE), False),
        (Answer(status=503, headers=PAGE), False),
    ],
)
async def test_pages_and_what_is_gone_are_no_images(
    addresses: ImageAddresses, answer: Answer, is_none: bool
) -> None:
    async with scripted(answer) as server:
        found = await addresses.without_image([server.url + "/x%2Fy.png?a=%20"], within_s=IN_TIME_S)
    assert found == ([server.url + "/x%2Fy.png?a=%20"] if is_none else [])
    [seen] = server.seen
    assert (seen.method, seen.path) == ("HEAD", "/x%2Fy.png?a=%20")
    assert seen.headers["User-Agent"].startswith("remixbot/")


async def test_a_redirect_is_followed_and_each_address_answers_for_itself(
    addresses: ImageAddresses,
) -> None:
    async with scripted(Answer(headers=PAGE)) as page, scripted(Answer()) as image:
        moved = Answer(status=302, headers={"Location": page.url})
        async with scripted(moved) as first:
            asked = [image.url, first.url]
            assert await addresses.without_image(asked, within_s=IN_TIME_S) == [first.url]


async def test_who_does_not_answer_in_time_or_at_all_says_nothing(
    addresses: ImageAddresses,
) -> None:
    async with raw_server(Reply(b"", Then.STAY_SILENT)) as silent:
        asked = [silent.url, f"http://127.0.0.1:{free_port()}/", "http://[::1/", "http://a b.c/"]
        assert await addresses.without_image(asked, within_s=0.05) == []


async def test_no_private_address_and_no_name_that_nobody_has_is_asked() -> None:
    async with (
        scripted(Answer(status=404)) as server,
        open_session("http://127.0.0.2:1") as guarded,
    ):
        asked = [server.url, "http://a.example/x.png", "http://localhost/x.png"]
        assert await ImageAddresses(guarded).without_image(asked, within_s=IN_TIME_S) == []
    assert server.seen == []


async def test_many_people_at_once_do_not_use_up_the_connections(addresses: ImageAddresses) -> None:
    async with raw_server(Reply(b"", Then.STAY_SILENT)) as silent:
        waiting = [
            asyncio.create_task(addresses.without_image([silent.url], within_s=IN_TIME_S))
            for _ in range(AT_ONCE)
        ]
        await silent.until_asked(AT_ONCE)
        async with scripted(Answer(status=404)) as server:
            assert await addresses.without_image([server.url], within_s=IN_TIME_S) == []
            for task in waiting:
                task.cancel()
            await asyncio.gather(*waiting, return_exceptions=True)
            assert await addresses.without_image([server.url], within_s=IN_TIME_S) == [server.url]
