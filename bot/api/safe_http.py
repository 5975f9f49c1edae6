"""Where the bot's HTTP session may connect to, and which requests may share a connection.

It connects to public addresses, and to the API's own host. The addresses of images come from
outside, and must not lead into the network around the bot.
Knows nothing of images; what a session is asked for is its user's business.
"""

import socket
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from ipaddress import IPv4Address, IPv6Network, ip_address, ip_network
from typing import NewType

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult
from aiohttp.connector import Connection
from aiohttp.tracing import Trace
from yarl import URL

GuardedSession = NewType("GuardedSession", aiohttp.ClientSession)
"""A session of `open_session`: whatever it is asked for, it stays out of private networks, and what
it posts goes out on a connection of its own."""

_Host = tuple[str, int | None]

_UNICAST = IPv6Network("2000::/3")
"""All that IANA has given out as public IPv6 addresses."""
_HOLDING_IPV4 = (IPv6Network("::ffff:0:0/96"), IPv6Network("64:ff9b::/96"))
"""IPv4 in the last four bytes: mapped (RFC 4291), and NAT64 (RFC 6052), which networks without
IPv4 reach the rest of the web through."""
_NO_PLACE_FOR_IMAGES = tuple(
    ip_network(network)
    for network in (
        "192.0.0.0/24",  # IETF protocols
        "192.88.99.0/24",  # relays of 6to4
        "2001::/23",  # IETF protocols, Teredo among them
        "2002::/16",  # 6to4, which leads to any IPv4 address
        "3fff::/20",  # documentation
    )
)
"""Special ranges of IANA's registries on which the versions of Python's `ipaddress` differ."""


class AddressRefused(aiohttp.ClientConnectionError):
    """The host, which this names, has no address to connect to. Nothing was connected to."""


@asynccontextmanager
async def open_session(
    api_url: str, *, resolver: AbstractResolver | None = None
) -> AsyncGenerator[GuardedSession]:
    """The bot's one HTTP session, closed at the end together with *resolver*.

    It connects to public addresses, and to the very host and port of *api_url* wherever they are;
    all other requests raise `AddressRefused`. A POST shares its connection with no other request.
    It keeps no cookies and uses no proxy. *resolver* looks up names; left out, the system does.
    """
    url = URL(api_url)
    api: _Host = ((url.raw_host or "").lower(), url.port)
    names = resolver or aiohttp.DefaultResolver()
    try:
        async with aiohttp.ClientSession(
            connector=_GuardedConnector(api, names),
            # An image's server could set one for the API's domain.
            cookie_jar=aiohttp.DummyCookieJar(),
        ) as session:
            yield GuardedSession(session)
    finally:
        await names.close()


def is_public(address: str) -> bool:
    """Whether a server anywhere in the internet may have *address*, an IP address as text.

    False for what is no such address, and for private, shared, loopback, link-local, multicast,
    reserved and unspecified ones, also as the IPv4 address in an IPv6 one.
    """
    try:
        ip = ip_address(address)
    except ValueError:
        return False
    if any(ip in network for network in _HOLDING_IPV4):
        ip = IPv4Address(ip.packed[-4:])
    return (
        ip.is_global
        and not ip.is_multicast
        and (ip.version == 4 or ip in _UNICAST)
        and not any(ip in network for network in _NO_PLACE_FOR_IMAGES)
    )


class _PublicNames(AbstractResolver):
    """Looks up names with *names* and withholds what may not be connected to.

    aiohttp connects to the addresses it is given here and asks no further, so none can change
    between the check and the connection.
    """

    def __init__(self, api: _Host, names: AbstractResolver) -> None:
        self._api = api
        self._names = names

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        found = await self._names.resolve(host, port, family)
        if (host.lower(), port) == self._api:
            return found
        public = [one for one in found if is_public(one["host"])]
        if not public:
            raise AddressRefused(host)
        return public

    async def close(self) -> None:
        """Holds nothing of its own."""


class _GuardedConnector(aiohttp.TCPConnector):
    """Connects to what `_PublicNames` lets through, and checks what no resolver is asked about.

    A POST gets a new connection: the server may be closing one that was kept alive at the very
    moment at which the request goes out, and then nobody can tell whether it arrived.
    """

    def __init__(self, api: _Host, names: AbstractResolver) -> None:
        names = _PublicNames(api, names)
        super().__init__(resolver=names)  # pyright: ignore[reportUnknownMemberType]  # a bare tuple
        self._api = api
        self._for_posts = aiohttp.TCPConnector(  # pyright: ignore[reportUnknownMemberType]  # same
            resolver=names, force_close=True
        )

    async def connect(
        self,
        req: aiohttp.ClientRequest,
        traces: list[Trace],
        timeout: aiohttp.ClientTimeout,  # noqa: ASYNC109  # aiohttp's signature
    ) -> Connection:
        is_api = (req.host.lower(), req.port) == self._api
        # aiohttp takes what is, or pretends to be, an IP address as it is, without its resolver.
        is_name = ":" not in req.host and any(char.isalpha() for char in req.host)
        if not is_api and not is_name and not is_public(req.host):
            raise AddressRefused(req.host)
        if req.method == "POST":
            return await self._for_posts.connect(req, traces, timeout)
        return await super().connect(req, traces, timeout)

    async def close(self, *, abort_ssl: bool = False) -> None:
        await self._for_posts.close(abort_ssl=abort_ssl)
        await super().close(abort_ssl=abort_ssl)
