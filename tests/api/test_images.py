"""Downloads of images: what is taken, what is refused, what is tried again.

Where they may come from is in `tests.api.test_addresses`; here every address is as good as another.
"""

import asyncio

import aiohttp
import pytest

from bot.actions import IMAGINE
from bot.api import Download, GuardedSession, ImageDownloads
from bot.api.images import AT_ONCE
from bot.errors import ImageTooLarge, ImageUnavailable
from bot.model import Request, Running
from tests.api.conftest import ApiAt
from tests.api.servers import Answer, Reply, Then, free_port, raw, raw_server, scripted

PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 100
LIMIT = 1000


def host_of(url: str) -> str:
    return url.removeprefix("http://")


@pytest.fixture
def anywhere(session: aiohttp.ClientSession) -> GuardedSession:
    return GuardedSession(session)


@pytest.fixture
def downloads(anywhere: GuardedSession) -> ImageDownloads:
    return ImageDownloads(anywhere, timeout_s=10.0)


@pytest.mark.parametrize(
    ("content", "extension"),
    [
        (PNG, "png"),
        (b"\xff\xd8\xff\xe0 JFIF", "jpg"),
        (b"RIFF\x10\0\0\0WEBPVP8 ", "webp"),
        (b"GIF89a....", "gif"),
        (b"GIF87a....", "gif"),
        (b"\0\0\0\x20ftypisom....", "mp4"),
        (b"\0\0\0\x20ftypmp42....", "mp4"),
        (b"\x1a\x45\xdf\xa3....\x42\x82\x84webm", "webm"),
    ],
)
@pytest.mark.parametrize("claim", ["image/png", "image/jpeg", "application/json", "what ever"])
async def test_the_bytes_say_what_an_image_is(
    downloads: ImageDownloads, content: bytes, extension: str, claim: str
) -> None:
    async with scripted(Answer(body=content, headers={"Content-Type": claim})) as server:
        found = await downloads.fetch(server.url + "/a", limit_bytes=LIMIT)
    assert found == Download(content=content, extension=extension)


@pytest.mark.parametrize(
    "content",
    [b"", b"<html>", b"\x89PNG", b"RIFF\x10\0\0\0WAVE", b"\0\0\0\x20ftypavif", b"%PDF-1.7", b"PK"],
)
async def test_what_is_no_image_is_refused_at_once(
    downloads: ImageDownloads, content: bytes
) -> None:
    async with scripted(Answer(body=content, headers={"Content-Type": "image/png"})) as server:
        with pytest.raises(ImageUnavailable, match="not an image"):
            await downloads.fetch(server.url, limit_bytes=LIMIT)
    assert len(server.seen) == 1


@pytest.mark.parametrize("claim", ["text/html; charset=utf-8", "Text/Plain"])
async def test_what_its_server_calls_text_is_refused_unread(
    downloads: ImageDownloads, claim: str
) -> None:
    # The rest of the body never comes: reading it would end in a timeout instead.
    page = Reply(raw(PNG, f"Content-Type: {claim}", length=LIMIT), Then.STAY_SILENT)
    async with raw_server(page) as server:
        with pytest.raises(ImageUnavailable, match="text instead of an image"):
            await downloads.fetch(server.url, limit_bytes=LIMIT)
    assert len(server.seen) == 1


async def test_a_download_carries_no_credentials(downloads: ImageDownloads) -> None:
    async with scripted(Answer(body=PNG)) as server:
        url = server.url.replace("http://", "http://user:pass@")
        await downloads.fetch(url + "/a%2Fb%7e.png?sig=%41%2c+x", limit_bytes=LIMIT)
    [seen] = server.seen
    assert "Authorization" not in seen.headers
    assert seen.headers["User-Agent"].startswith("remixbot/")
    assert seen.path == "/a%2Fb%7e.png?sig=%41%2c+x"


async def test_a_redirect_brings_no_credentials_in(downloads: ImageDownloads) -> None:
    async with scripted(Answer(body=PNG)) as server:
        target = server.url.replace("http://", "http://user:pass@")
        async with scripted(Answer(status=302, headers={"Location": target})) as first:
            await downloads.fetch(first.url, limit_bytes=LIMIT)
    [seen] = server.seen
    assert "Authorization" not in seen.headers


async def test_an_image_of_exactly_the_limit_is_taken(downloads: ImageDownloads) -> None:
    async with scripted(Answer(body=PNG)) as server:
        found = await downloads.fetch(server.url, limit_bytes=len(PNG))
        assert found.content == PNG
        with pytest.raises(ImageTooLarge) as caught:
            await downloads.fetch(server.url, limit_bytes=len(PNG) - 1)
    assert caught.value.limit_bytes == len(PNG) - 1


async def test_a_promised_length_over_the_limit_is_refused_unread(
    downloads: ImageDownloads,
) -> None:
    # The body never comes: reading it would end in a timeout instead.
    async with raw_server(Reply(raw(b"", length=200_000_000), Then.STAY_SILENT)) as server:
        with pytest.raises(ImageTooLarge):
            await downloads.fetch(server.url, limit_bytes=LIMIT)
    assert len(server.seen) == 1


async def test_a_body_without_a_length_is_read_to_the_limit_only(
    downloads: ImageDownloads,
) -> None:
    endless = b"HTTP/1.1 200 OK\r\n\r\n" + PNG + b"\0" * 100_000
    async with raw_server(Reply(endless, Then.STAY_SILENT)) as server:
        with pytest.raises(ImageTooLarge):
            await downloads.fetch(server.url, limit_bytes=LIMIT)


@pytest.mark.parametrize(
    "broken",
    [
        pytest.param(Reply(then=Then.RESET), id="reset"),
        pytest.param(Reply(then=Then.CLOSE), id="closed"),
        pytest.param(Reply(raw(PNG[:20], length=len(PNG))), id="cut off"),
        pytest.param(Reply(raw(b"", status="503 Busy")), id="503"),
        pytest.param(Reply(raw(b"", status="500 Broken")), id="500"),
        pytest.param(Reply(raw(b"", status="429 Slow down")), id="429"),
    ],
)
async def test_a_fault_that_may_pass_is_tried_again(
    downloads: ImageDownloads, broken: Reply
) -> None:
    async with raw_server(broken, broken, Reply(raw(PNG))) as server:
        found = await downloads.fetch(server.url, limit_bytes=LIMIT)
    assert found.extension == "png"


async def test_after_three_attempts_it_is_enough(downloads: ImageDownloads) -> None:
    async with scripted(Answer(status=502)) as server:
        with pytest.raises(ImageUnavailable) as caught:
            await downloads.fetch(server.url + "/a.png?secret=1", limit_bytes=LIMIT)
    assert len(server.seen) == 3
    assert caught.value.detail == f"HTTP 502: {host_of(server.url)}"


async def test_silence_ends_an_attempt_early(anywhere: GuardedSession) -> None:
    slow = Reply(raw(PNG[:20], length=len(PNG)), Then.STAY_SILENT)
    async with raw_server(slow) as server:
        with pytest.raises(ImageUnavailable, match="SocketTimeoutError"):
            await ImageDownloads(anywhere, timeout_s=1.6).fetch(server.url, limit_bytes=LIMIT)
    assert len(server.seen) == 3


async def test_a_slow_drip_ends_with_the_time_for_an_attempt(
    anywhere: GuardedSession,
) -> None:
    drip = Reply(raw(PNG, length=10**9), Then.DRIP)
    async with raw_server(drip) as server:
        with pytest.raises(ImageUnavailable, match="'TimeoutError"):
            await ImageDownloads(anywhere, timeout_s=0.5).fetch(server.url, limit_bytes=10**9)
    assert len(server.seen) == 3


async def test_images_that_never_come_leave_connections_to_the_api(
    downloads: ImageDownloads, api_at: ApiAt
) -> None:
    task = Answer.of({"id": "t", "status": "in_progress"})
    async with raw_server(Reply(then=Then.STAY_SILENT)) as silent, scripted(task) as api:
        waiting = [
            asyncio.create_task(downloads.fetch(silent.url, limit_bytes=LIMIT)) for _ in range(200)
        ]
        await silent.until_asked(AT_ONCE)
        try:
            submitted = await api_at(api.url, timeout_s=4).submit(
                Request(action=IMAGINE, prompt="a fox")
            )
        finally:
            for one in waiting:
                one.cancel()
            await asyncio.gather(*waiting, return_exceptions=True)
    assert submitted == Running(task_id="t")


async def test_a_download_makes_room_for_the_next_one(downloads: ImageDownloads) -> None:
    async with scripted(Answer(body=PNG)) as server:
        fetched = await asyncio.gather(
            *(downloads.fetch(server.url, limit_bytes=LIMIT) for _ in range(3 * AT_ONCE))
        )
    assert len(fetched) == 3 * AT_ONCE


@pytest.mark.parametrize("status", [201, 204, 400, 401, 403, 404, 410])
async def test_a_final_answer_is_not_asked_for_again(
    downloads: ImageDownloads, status: int
) -> None:
    async with scripted(Answer(status=status)) as server:
        with pytest.raises(ImageUnavailable, match=f"HTTP {status}"):
            await downloads.fetch(server.url, limit_bytes=LIMIT)
    assert len(server.seen) == 1


async def test_a_few_redirects_are_followed(downloads: ImageDownloads) -> None:
    async with scripted(
        Answer(status=302, headers={"Location": "/b?x=1"}),
        Answer(status=307, headers={"Location": "c"}),
        Answer(status=301, headers={"Location": "../d/e"}),
        Answer(body=PNG),
    ) as server:
        await downloads.fetch(server.url + "/a/a", limit_bytes=LIMIT)
    assert [seen.path for seen in server.seen] == ["/a/a", "/b?x=1", "/c", "/d/e"]


async def test_endless_redirects_are_given_up(downloads: ImageDownloads) -> None:
    async with scripted(Answer(status=302, headers={"Location": "/again?token=1"})) as server:
        with pytest.raises(ImageUnavailable) as caught:
            await downloads.fetch(server.url, limit_bytes=LIMIT)
    assert len(server.seen) == 4
    assert caught.value.detail == f"too many redirects: {host_of(server.url)}"


@pytest.mark.parametrize(
    "url",
    [
        *("", "/a.png", "ftp://h/a.png", "file:///etc/passwd", "http://", "http://[x"),
        *("http://h:99999/", "http://a..b/x?secret"),
        "http://" + "a" * 70 + ".example/x?secret",
        "http://\ud800/",
    ],
)
async def test_what_is_no_address_is_refused(downloads: ImageDownloads, url: str) -> None:
    with pytest.raises(ImageUnavailable) as caught:
        await downloads.fetch(url, limit_bytes=LIMIT)
    assert "secret" not in str(caught.value)


async def test_an_address_with_a_line_break_is_refused(downloads: ImageDownloads) -> None:
    async with scripted(Answer(body=PNG)) as server:
        with pytest.raises(ImageUnavailable):
            await downloads.fetch(server.url + "/a.png\n", limit_bytes=LIMIT)
    assert server.seen == []


async def test_a_refused_connection_is_told_with_its_host_alone(
    downloads: ImageDownloads,
) -> None:
    url = f"http://127.0.0.1:{free_port()}"
    with pytest.raises(ImageUnavailable, match="ECONNREFUSED") as caught:
        await downloads.fetch(url + "/secret.png?signature=secret#x", limit_bytes=LIMIT)
    assert caught.value.detail.endswith(f": {host_of(url)}")
