"""The two calls over connections that break, fall silent, or never come about."""

import socket

import aiohttp
import pytest
from aiohttp.abc import AbstractResolver, ResolveResult
from aiohttp.client_exceptions import UnixClientConnectorError

from bot.actions import IMAGINE
from bot.api import GenerationApi, GuardedSession, open_session
from bot.api.client import fault_name, submit_fault
from bot.errors import ApiKeyRefused, ApiUnavailable, SubmitUnknown
from bot.model import Request, Running
from tests.api.conftest import KEY, ApiAt
from tests.api.servers import (
    Answer,
    Reply,
    Then,
    free_port,
    hasty_server,
    raw,
    raw_server,
    scripted,
)

REQUEST = Request(action=IMAGINE, prompt="a fox")
TASK = b'{"id": "t", "status": "in_progress"}'

LOST_ANSWERS = [
    pytest.param(Reply(then=Then.RESET), id="reset before the answer"),
    pytest.param(Reply(then=Then.CLOSE), id="closed before the answer"),
    pytest.param(Reply(b"HTTP/1.1 200 OK\r\nContent-Le"), id="closed within the head"),
    pytest.param(Reply(raw(TASK[:10], length=len(TASK))), id="closed within the body"),
    pytest.param(Reply(raw(TASK[:10], length=500), Then.RESET), id="reset within the body"),
    pytest.param(Reply(b"nothing of HTTP\r\n\r\n"), id="no HTTP"),
    pytest.param(Reply(raw(TASK, "Content-Encoding: gzip")), id="not the gzip it claims to be"),
    pytest.param(Reply(raw(b"x" * 2_000_000)), id="oversize"),
]


@pytest.mark.parametrize("reply", LOST_ANSWERS)
async def test_a_submit_without_a_readable_answer_may_run_and_is_not_repeated(
    api_at: ApiAt, reply: Reply
) -> None:
    async with raw_server(reply) as server:
        with pytest.raises(SubmitUnknown):
            await api_at(server.url).submit(REQUEST)
    assert len(server.seen) == 1


@pytest.mark.parametrize("reply", LOST_ANSWERS)
async def test_a_read_without_a_readable_answer_may_pass(api_at: ApiAt, reply: Reply) -> None:
    async with raw_server(reply) as server:
        with pytest.raises(ApiUnavailable):
            await api_at(server.url).fetch("t")


@pytest.mark.parametrize("content", [b"", raw(TASK[:10], length=len(TASK))])
async def test_silence_after_a_submit_means_that_it_may_run(api_at: ApiAt, content: bytes) -> None:
    async with raw_server(Reply(content, Then.STAY_SILENT)) as server:
        with pytest.raises(SubmitUnknown, match="Timeout"):
            await api_at(server.url, timeout_s=2).submit(REQUEST)
        with pytest.raises(ApiUnavailable, match="Timeout"):
            await api_at(server.url, timeout_s=2).fetch("t")
    assert [head.split()[0] for head in server.seen] == [b"POST", b"GET"]


async def test_a_kept_alive_connection_that_dies_gets_one_post_only(api_at: ApiAt) -> None:
    first = Reply(raw(TASK), Then.KEEP)
    async with raw_server(first, Reply(then=Then.CLOSE), first) as server:
        api = api_at(server.url)
        assert await api.fetch("t") == Running(task_id="t")
        with pytest.raises(SubmitUnknown):
            await api.submit(REQUEST)
    assert [head.split()[0] for head in server.seen] == [b"GET", b"POST"]


async def test_a_submit_never_meets_a_connection_that_the_server_is_just_closing() -> None:
    async with hasty_server(raw(TASK)) as server, open_session(server.url) as session:
        api = GenerationApi(session, base_url=server.url, key=KEY)
        for _ in range(9):
            assert await api.fetch("t") == Running(task_id="t")
            assert await api.submit(REQUEST) == Running(task_id="t")
        assert await api.fetch("t") == Running(task_id="t")
    assert server.posts == 9
    assert server.cut_off > 0, "reads share connections, and are repeated where that goes wrong"


async def test_reads_share_a_connection_and_submits_share_none() -> None:
    async with raw_server(Reply(raw(TASK), Then.KEEP)) as server:
        async with open_session(server.url) as session:
            api = GenerationApi(session, base_url=server.url, key=KEY)
            for _ in range(3):
                await api.fetch("t")
            assert server.connections == 1
            for _ in range(3):
                await api.submit(REQUEST)
        assert server.connections == 1 + 3


async def test_a_refusal_counts_although_its_body_breaks_off(api_at: ApiAt) -> None:
    reply = Reply(raw(b"{", length=100, status="401 Unauthorized"), Then.RESET)
    async with raw_server(reply) as server:
        with pytest.raises(ApiKeyRefused):
            await api_at(server.url).submit(REQUEST)


async def test_an_endless_refusal_is_read_to_the_limit_only(api_at: ApiAt) -> None:
    head = raw(b"x" * 2_000_000, status="401 Unauthorized", length=10**12)
    async with raw_server(Reply(head, Then.STAY_SILENT)) as server:
        with pytest.raises(ApiKeyRefused):
            await api_at(server.url).fetch("t")


async def test_a_refused_connection_charges_nothing(api_at: ApiAt) -> None:
    api = api_at(f"http://127.0.0.1:{free_port()}")
    with pytest.raises(ApiUnavailable, match="ECONNREFUSED"):
        await api.submit(REQUEST)
    with pytest.raises(ApiUnavailable, match="ECONNREFUSED"):
        await api.fetch("t")


async def test_a_failed_tls_handshake_charges_nothing(api_at: ApiAt) -> None:
    async with scripted(Answer()) as server:
        with pytest.raises(ApiUnavailable, match="SSL"):
            await api_at(server.url.replace("http:", "https:")).submit(REQUEST)
    assert server.seen == []


class NoNames(AbstractResolver):
    """A DNS that knows nothing."""

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        raise OSError(f"no address for {host}:{port} {family}")

    async def close(self) -> None:
        """Holds nothing."""


async def test_an_unknown_host_charges_nothing() -> None:
    connector = aiohttp.TCPConnector(resolver=NoNames())
    async with aiohttp.ClientSession(connector=connector) as session:
        api = GenerationApi(GuardedSession(session), base_url="http://api.example", key=KEY)
        with pytest.raises(ApiUnavailable, match="DNS"):
            await api.submit(REQUEST)


async def test_a_timeout_before_there_is_a_connection_charges_nothing() -> None:
    connector = aiohttp.TCPConnector(limit=1)
    held = Reply(raw(b"", length=10), Then.STAY_SILENT)
    async with (
        raw_server(held) as server,
        aiohttp.ClientSession(connector=connector) as session,
        session.get(f"{server.url}/held"),  # takes the only connection there may be
    ):
        api = GenerationApi(GuardedSession(session), base_url=server.url, key=KEY, timeout_s=0.4)
        with pytest.raises(ApiUnavailable, match="ConnectionTimeoutError"):
            await api.submit(REQUEST)
        assert [head.split()[1] for head in server.seen] == [b"/held"]


def kinds_of(kind: type[aiohttp.ClientError]) -> set[type[aiohttp.ClientError]]:
    return {kind}.union(*(kinds_of(below) for below in kind.__subclasses__()))


NEVER_SENT: set[type[aiohttp.ClientError]] = {
    aiohttp.ClientConnectorError,
    aiohttp.ClientConnectorDNSError,
    aiohttp.ClientConnectorSSLError,
    aiohttp.ClientConnectorCertificateError,
    aiohttp.ClientSSLError,
    aiohttp.ClientProxyConnectionError,
    UnixClientConnectorError,
    aiohttp.ConnectionTimeoutError,
    aiohttp.ServerFingerprintMismatch,
    aiohttp.ClientHttpProxyError,
    aiohttp.InvalidURL,
    aiohttp.InvalidUrlClientError,
    aiohttp.NonHttpUrlClientError,
}


def test_every_error_of_aiohttp_has_a_place() -> None:
    kinds = kinds_of(aiohttp.ClientError)
    assert kinds > NEVER_SENT
    for kind in kinds:
        fault = kind.__new__(kind)
        expected = ApiUnavailable if kind in NEVER_SENT else SubmitUnknown
        assert type(submit_fault(fault)) is expected, kind
        assert submit_fault(fault).detail.startswith(kind.__name__)


def test_a_fault_is_named_without_its_text() -> None:
    assert fault_name(ConnectionResetError(104, "to https://secret")) == (
        "ConnectionResetError (ECONNRESET)"
    )
    assert fault_name(TimeoutError("https://secret")) == "TimeoutError"
    assert fault_name(aiohttp.ClientError("https://secret")) == "ClientError"
