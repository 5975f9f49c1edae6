"""Where downloads may lead, over real sockets: to public addresses and to the API's own host.

The bot's session is opened as the program opens it. Two things stand in for the internet: `Names`
for its DNS, and `Roads`, which leads a connection to a public address to a server on loopback.
"""

import asyncio
import re
import socket
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import aiohttp
import pytest
from aiohttp.abc import AbstractResolver, ResolveResult

from bot.api import ImageDownloads, open_session
from bot.api.safe_http import is_public
from bot.errors import ImageUnavailable
from tests.api.servers import Answer, ScriptedServer, scripted

PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 100
LIMIT = 1000
PUBLIC = "93.184.215.14"

PRIVATE = [
    *("127.0.0.1", "127.8.8.8"),
    "0.0.0.0",  # noqa: S104  # nothing is bound to it
    *("10.1.2.3", "172.16.0.1", "192.168.1.1", "100.64.0.1", "169.254.169.254", "224.0.0.1"),
    *("255.255.255.255", "::1", "::", "fd00::1", "fe80::1", "fe80::1%1", "ff02::1"),
    *("::ffff:127.0.0.1", "::ffff:a9fe:a9fe", "64:ff9b::10.0.0.1", "2002:7f00:1::"),
    "2001:0:7f00:1::",
]


class Names(AbstractResolver):
    """A DNS of the test's own: every name of *known* has its addresses, in order.

    Like the system's, it also reads numbers, in every spelling that there is.
    """

    def __init__(self, **known: list[str]) -> None:
        self._known = {name.replace("_", "."): addresses for name, addresses in known.items()}
        self.asked: list[str] = []
        self.closed = False

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        self.asked.append(host)
        return [
            ResolveResult(hostname=host, host=address, port=port, family=family, proto=0, flags=0)
            for address in self._known.get(host.lower().rstrip(".")) or numeric(host)
        ]

    async def close(self) -> None:
        self.closed = True


def numeric(host: str) -> list[str]:
    """The address that *host* spells in numbers; else an error. Asks nobody."""
    found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM, flags=socket.AI_NUMERICHOST)
    return [str(address[0]) for *_, address in found]


@dataclass
class Roads:
    """Every address that a connection was tried to; public ones lead to *destination*."""

    tried: list[str] = field(default_factory=list[str])
    destination: int | None = None
    """A port on loopback; none: nobody answers."""


@pytest.fixture
def roads(monkeypatch: pytest.MonkeyPatch) -> Roads:
    """Connections are counted where they are made: at the loop's `sock_connect`."""
    roads = Roads()
    connect = asyncio.SelectorEventLoop.sock_connect

    async def counted(
        loop: asyncio.SelectorEventLoop, sock: socket.socket, address: tuple[Any, ...]
    ) -> None:
        roads.tried.append(str(address[0]))
        if address[0] != "127.0.0.1":
            if roads.destination is None or sock.family != socket.AF_INET:
                raise ConnectionRefusedError
            address = ("127.0.0.1", roads.destination)
        await connect(loop, sock, address)

    monkeypatch.setattr(asyncio.SelectorEventLoop, "sock_connect", counted)
    return roads


def port_of(server: ScriptedServer) -> int:
    port = urlsplit(server.url).port
    assert port is not None
    return port


@asynccontextmanager
async def downloads_beside(
    api_url: str, names: AbstractResolver | None = None
) -> AsyncGenerator[ImageDownloads]:
    """Downloads of a bot whose API is at *api_url*."""
    async with open_session(api_url, resolver=names) as session:
        yield ImageDownloads(session, timeout_s=10.0)


async def refusal(downloads: ImageDownloads, url: str) -> str:
    """The detail of the error that ends the download of *url*."""
    with pytest.raises(ImageUnavailable) as caught:
        await downloads.fetch(url, limit_bytes=LIMIT)
    assert caught.value.__cause__ is None
    return caught.value.detail


# ------------------------------------------------------------------ the API's own host


async def test_images_of_the_apis_own_host_are_taken_although_it_is_on_loopback() -> None:
    async with (
        scripted(Answer(body=PNG)) as server,
        downloads_beside(server.url + "/model/v1") as downloads,
    ):
        found = await downloads.fetch(server.url + "/a.png", limit_bytes=LIMIT)
    assert found.content == PNG


async def test_the_same_address_on_another_port_is_refused(roads: Roads) -> None:
    async with (
        scripted(Answer(body=PNG)) as api,
        scripted(Answer(body=PNG)) as other,
        downloads_beside(api.url) as downloads,
    ):
        detail = await refusal(downloads, other.url + "/a.png?signature=secret")
    assert detail == f"not a public address: 127.0.0.1:{port_of(other)}"
    assert roads.tried == []


async def test_the_apis_host_is_known_by_its_name_and_port_alone(roads: Roads) -> None:
    names = Names(api_example=["127.0.0.1"], other_example=["127.0.0.1"])
    async with scripted(Answer(body=PNG)) as server, scripted(Answer(body=PNG)) as neighbour:
        port = port_of(server)
        async with downloads_beside(f"http://api.example:{port}", names) as downloads:
            await downloads.fetch(f"http://API.example:{port}/a", limit_bytes=LIMIT)
            for url in (
                f"http://other.example:{port}",
                f"http://127.0.0.1:{port}",
                f"http://api.example:{port_of(neighbour)}",
                "https://api.example",
            ):
                assert "not a public address" in await refusal(downloads, url)
    assert roads.tried == ["127.0.0.1"]
    assert len(server.seen) == 1


# ------------------------------------------------------------------ names


@pytest.mark.parametrize("address", PRIVATE)
async def test_a_name_that_leads_to_a_private_address_is_refused_unconnected(
    roads: Roads, address: str
) -> None:
    names = Names(images_example=[address])
    async with (
        scripted(Answer(body=PNG)) as server,
        downloads_beside("https://api.example", names) as downloads,
    ):
        url = f"http://images.example:{port_of(server)}/a.png?signature=secret"
        detail = await refusal(downloads, url)
    assert detail == f"not a public address: images.example:{port_of(server)}"
    assert names.asked == ["images.example"]  # and not once per attempt
    assert roads.tried == []
    assert server.seen == []


async def test_a_name_with_public_addresses_is_connected_to(roads: Roads) -> None:
    names = Names(images_example=[PUBLIC])
    async with (
        scripted(Answer(body=PNG)) as server,
        downloads_beside("https://api.example", names) as downloads,
    ):
        roads.destination = port_of(server)
        found = await downloads.fetch("http://images.example/a.png", limit_bytes=LIMIT)
    assert found.content == PNG
    assert roads.tried == [PUBLIC]
    assert server.seen[0].headers["Host"] == "images.example"


@pytest.mark.parametrize("answering", [True, False])
async def test_of_a_public_and_a_private_address_only_the_public_one_is_tried(
    roads: Roads, *, answering: bool
) -> None:
    names = Names(images_example=["127.0.0.1", "::1", PUBLIC, "10.0.0.7"])
    async with (
        scripted(Answer(body=PNG)) as server,
        downloads_beside("https://api.example", names) as downloads,
    ):
        port = port_of(server)
        roads.destination = port if answering else None
        fetching = downloads.fetch(f"http://images.example:{port}/a", limit_bytes=LIMIT)
        if answering:
            await fetching
        else:
            with pytest.raises(ImageUnavailable, match="ClientConnectorError"):
                await fetching
    assert set(roads.tried) == {PUBLIC}


async def test_localhost_is_refused_as_this_machine_resolves_it(roads: Roads) -> None:
    async with (
        scripted(Answer(body=PNG)) as server,
        downloads_beside("https://api.example") as downloads,
    ):
        url = f"http://localhost:{port_of(server)}"
        assert await refusal(downloads, url) == f"not a public address: {url[len('http://') :]}"
    assert roads.tried == []


# ------------------------------------------------------------------ addresses in the URL itself


@pytest.mark.parametrize("address", PRIVATE)
async def test_a_private_address_in_the_url_is_refused_unconnected(
    roads: Roads, address: str
) -> None:
    async with (
        scripted(Answer(body=PNG)) as server,
        downloads_beside("https://api.example", Names()) as downloads,
    ):
        host = f"[{address}]" if ":" in address else address
        url = f"http://{host}:{port_of(server)}/a.png?signature=secret"
        assert "signature" not in await refusal(downloads, url)
    assert roads.tried == []
    assert server.seen == []


@pytest.mark.parametrize(
    "host",
    [
        *("2130706433", "127.1", "0177.0.0.1", "0x7f000001", "0x7f.1", "127.0.0.1."),
        *("127.0.0.1..", "127%2e0.0.1", "%31%32%37.0.0.1"),
        "１２７.0.0.1",  # noqa: RUF001  # full-width digits, which mean the same in a host
        *("127。0。0。1", "ⓛocalhost", "localhost.", "LOCALHOST", "[::FFFF:7F00:1]"),
        *("[0:0:0:0:0:0:0:1]", "[::1%25lo]"),
    ],
)
async def test_no_other_spelling_of_loopback_gets_through(roads: Roads, host: str) -> None:
    async with (
        scripted(Answer(body=PNG)) as server,
        downloads_beside("https://api.example", Names(localhost=["127.0.0.1"])) as downloads,
    ):
        await refusal(downloads, f"http://{host}:{port_of(server)}/")
    assert roads.tried == []
    assert server.seen == []


async def test_a_public_address_in_the_url_is_connected_to(roads: Roads) -> None:
    async with (
        scripted(Answer(body=PNG)) as server,
        downloads_beside("https://api.example", Names()) as downloads,
    ):
        roads.destination = port_of(server)
        await downloads.fetch(f"http://{PUBLIC}/a.png", limit_bytes=LIMIT)
    assert roads.tried == [PUBLIC]


# ------------------------------------------------------------------ redirects


@pytest.mark.parametrize(
    "target",
    [
        "http://127.0.0.1:{port}/a.png?signature=secret",
        "//127.0.0.1:{port}/a.png",
        "http://inside.example:{port}/a.png?signature=secret",
        "http://user:pass@[::1]:{port}/",
        "http://169.254.169.254/latest/meta-data",
    ],
)
async def test_a_redirect_of_the_apis_host_to_a_private_address_is_refused(
    roads: Roads, target: str
) -> None:
    names = Names(inside_example=["10.0.0.7", "127.0.0.1"])
    async with scripted(Answer(body=PNG)) as inside:
        moved = Answer(status=302, headers={"Location": target.format(port=port_of(inside))})
        async with scripted(moved) as api, downloads_beside(api.url, names) as downloads:
            detail = await refusal(downloads, api.url + "/a.png")
    assert re.fullmatch(r"not a public address: [^/?@ ]+", detail)
    assert len(api.seen) == 1
    assert roads.tried == ["127.0.0.1"]  # the API's own
    assert inside.seen == []


async def test_a_redirect_of_a_public_host_to_the_private_network_is_refused(
    roads: Roads,
) -> None:
    names = Names(images_example=[PUBLIC], inside_example=["192.168.0.1"])
    moved = Answer(status=307, headers={"Location": "http://inside.example/admin"})
    async with (
        scripted(moved) as server,
        downloads_beside("https://api.example", names) as downloads,
    ):
        roads.destination = port_of(server)
        detail = await refusal(downloads, "http://images.example/a.png")
    assert detail == "not a public address: inside.example"
    assert roads.tried == [PUBLIC]


@pytest.mark.parametrize(
    "target", ["ftp://127.0.0.1/a", "file:///etc/passwd", "unix:///run/x", "gopher://h", "data:,x"]
)
async def test_a_redirect_leaves_the_web_nowhere(roads: Roads, target: str) -> None:
    moved = Answer(status=302, headers={"Location": target})
    async with scripted(moved) as api, downloads_beside(api.url) as downloads:
        assert await refusal(downloads, api.url) == "not an http or https address"
    assert roads.tried == ["127.0.0.1"]


# ------------------------------------------------------------------ the session


async def test_a_cookie_of_one_server_is_sent_to_none() -> None:
    cookie = {"Set-Cookie": "follow=me; Path=/"}
    names = Names(api_example=["127.0.0.1"])
    async with scripted(Answer(body=PNG, headers=cookie)) as server:
        url = f"http://api.example:{port_of(server)}"
        async with downloads_beside(url, names) as downloads:
            await downloads.fetch(url, limit_bytes=LIMIT)
            await downloads.fetch(url, limit_bytes=LIMIT)
    assert len(server.seen) == 2
    assert all("Cookie" not in seen.headers for seen in server.seen)


async def test_the_resolver_is_closed_with_the_session() -> None:
    names = Names()
    async with open_session("https://api.example", resolver=names) as session:
        with pytest.raises(aiohttp.ClientConnectorDNSError):
            await session.get("http://nowhere.example")
        assert not names.closed
    assert session.closed
    assert names.closed


# ------------------------------------------------------------------ which addresses are public


@pytest.mark.parametrize("address", PRIVATE)
def test_private_addresses_are_not_public(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize(
    "address",
    [
        *("8.8.8.8", "9.255.255.255", "11.0.0.0", "100.63.255.255", "100.128.0.0"),
        *("126.255.255.255", "128.0.0.0", "169.253.255.255", "172.15.255.255", "172.32.0.0"),
        *("192.0.1.0", "192.167.255.255", "192.169.0.0", "223.255.255.255", "2000::1"),
        *("2001:200::1", "2606:4700::1111", "2a00:1450:4001:829::200e", "::ffff:8.8.8.8"),
        "64:ff9b::808:808",
    ],
)
def test_addresses_beside_the_special_ranges_are_public(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize(
    "address",
    [
        *("0.255.255.255", "10.255.255.255", "100.127.255.255", "127.255.255.255", "169.254.0.0"),
        *("172.31.255.255", "192.0.0.8", "192.0.0.9", "192.0.2.1", "192.88.99.1"),
        *("192.168.255.255", "198.18.0.0", "198.19.255.255", "198.51.100.1", "203.0.113.1"),
        *("239.255.255.255", "240.0.0.0", "::7f00:1", "::808:808", "::ffff:0:7f00:1"),
        *("::ffff:224.0.0.1", "64:ff9b::e000:1", "64:ff9b:1::7f00:1", "64:ff9b:1::808:808"),
        *("64:ff9b::1:0:808:808", "100::1", "100:0:0:1::1", "1fff:ffff::1", "2001:0:808:808::"),
        *("2001:1::1", "2001:2::1", "2001:10::1", "2001:20::1", "2001:1ff::1", "2001:db8::1"),
        *("2002:808:808::", "3fff::1", "4000::1", "5f00::1", "fc00::1", "fdff::1", "fec0::1"),
        *("febf::1", "ff0e::1", "", "localhost", "127.1", "2130706433", "8.8.8.8 ", "08.8.8.8"),
        "[::1]",
    ],
)
def test_special_ranges_and_what_is_no_address_are_not_public(address: str) -> None:
    assert not is_public(address)
