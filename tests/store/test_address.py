"""Addresses of databases: which options they may have, and that none shows what is secret."""

import asyncio
import traceback
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import text
from sqlalchemy.engine import make_url
from sqlalchemy.ext.asyncio import create_async_engine

from bot.errors import AddressWrong, StoreUnavailable, StoreUnusable
from bot.store import inspect_database, open_store
from bot.store.address import read_address
from bot.texts import ENGLISH
from tests.clock import ManualClock
from tests.store import samples

PASSWORD = "Tr0ub4dor"
ANY = st.text(st.characters(codec="utf-8"), max_size=12)


@asynccontextmanager
async def tls_refuser() -> AsyncGenerator[int]:
    """A server that answers nothing but that it speaks no TLS; its port."""

    async def refuse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readexactly(8)
        writer.write(b"N")
        writer.close()

    async with await asyncio.start_server(refuse, "127.0.0.1", 0) as server:
        yield server.sockets[0].getsockname()[1]


async def test_options_that_drivers_know_are_taken_in_the_spelling_of_each(
    postgresql_url: str, clock: ManualClock
) -> None:
    joint = "&" if "?" in postgresql_url else "?"
    for option in (
        *("statement_cache_size=0", "prepared_statement_cache_size=0"),
        *("max_cached_statement_lifetime=60", "max_cacheable_statement_size=1024", "timeout=5"),
        *("connect_timeout=5", "command_timeout=2.5", "ssl=disable", "sslmode=prefer"),
        *("application_name=remixbot", "options=-c%20statement_timeout%3D5000"),
        *("search_path=public", "target_session_attrs=read-write", "port=5432"),
        "sslmode=disable&application_name=a%26b&statement_cache_size=10",
    ):
        async with open_store(f"{postgresql_url}{joint}{option}", clock=clock) as store:
            assert await samples.accepted(store), option


async def test_what_an_option_says_holds(postgresql_url: str, clock: ManualClock) -> None:
    joint = "&" if "?" in postgresql_url else "?"
    options = "application_name=gallery&options=-c%20search_path%3Dpublic%20-c%20jit%3Doff"
    async with open_store(f"{postgresql_url}{joint}{options}", clock=clock):
        engine = create_async_engine(postgresql_url)
        async with engine.connect() as connection:
            named = text("SELECT count(*) FROM pg_stat_activity WHERE application_name = 'gallery'")
            assert await connection.scalar(named)
        await engine.dispose()


async def test_an_encrypted_connection_is_insisted_on_where_the_address_says_so() -> None:
    async with tls_refuser() as port:
        url = f"postgresql+asyncpg://bot@127.0.0.1:{port}/remixbot?sslmode=require"
        with pytest.raises(StoreUnavailable, match="ConnectionError"):
            await inspect_database(url)


@pytest.mark.parametrize(
    ("option", "told"),
    [
        ("statement_cache_size=none", "the option statement_cache_size must be a whole number"),
        ("statement_cache_size=-1", "the option statement_cache_size must be a whole number"),
        ("timeout=soon", "the option timeout must be a number of seconds"),
        ("connect_timeout=0", "the option connect_timeout must be a number of seconds"),
        ("command_timeout=nan", "the option command_timeout must be a number of seconds"),
        ("sslmode=yes", "the option sslmode must be one of disable, allow, prefer, require"),
        ("ssl=true", "the option ssl must be one of disable, allow, prefer, require"),
        (
            "sslrootcert=/no/such/file",
            "the option sslrootcert must be the path of an existing file",
        ),
        ("channel_binding=require", "I don't know the option channel_binding"),
        ("keepalives=1", "I don't know the option keepalives"),
        ("loop=uvloop", "I don't know the option loop"),
        ("sslmode=require&sslmode=disable", "the option sslmode needs exactly one value"),
        ("port=none", "hosts and ports"),
        ("port=70000", "hosts and ports"),
        ("host=a&host=b:5432", "hosts and ports"),
    ],
)
def test_an_option_that_cannot_be_used_is_named(option: str, told: str) -> None:
    with pytest.raises(AddressWrong) as refused:
        read_address(f"postgresql+asyncpg://bot:{PASSWORD}@host/remixbot?{option}")
    assert told in ENGLISH.describe(refused.value)


def test_an_sqlite_address_with_options_is_told(tmp_path: Path) -> None:
    with pytest.raises(AddressWrong) as refused:
        read_address(f"sqlite+aiosqlite:///{tmp_path}/x.db?mode=ro")
    assert "takes no options" in ENGLISH.describe(refused.value)


def test_a_password_with_odd_characters_is_shown_nowhere() -> None:
    """A question mark after an at sign makes options of what is left of it."""
    with pytest.raises(AddressWrong) as refused:
        read_address(f"postgresql+asyncpg://bot:x@y?{PASSWORD}=1@host/remixbot")
    assert PASSWORD not in ENGLISH.describe(refused.value) + repr(refused.value)


@st.composite
def addresses(draw: st.DrawFn) -> str:
    """Whatever somebody may write after the driver's name; the secret is in its place."""
    user, host, name = (
        draw(ANY),
        draw(st.sampled_from(["", "127.0.0.1", "a..b", "[::1"])),
        draw(ANY),
    )
    port = draw(st.sampled_from(["", ":1", ":0", ":99999", ":port"]))
    option_name = st.one_of(ANY, st.sampled_from(["ssl", "sslmode", "timeout", "host", "port"]))
    options = draw(st.lists(st.tuples(option_name, ANY), max_size=3))
    query = "&".join(f"{option}={value}" for option, value in options)
    before, after = draw(ANY), draw(ANY)
    place = f"{user}:{before}{PASSWORD}{after}@{host}{port}/{name}"
    driver = draw(st.sampled_from(["postgresql+asyncpg", "sqlite+aiosqlite"]))
    slashes = "///" if driver.startswith("sqlite") and draw(st.booleans()) else "//"
    return f"{driver}:{slashes}{place}{'?' if query else ''}{query}"


@given(address=addresses())
def test_no_address_at_all_is_more_than_a_sentence_and_none_shows_its_password(
    address: str,
) -> None:
    with suppress(AddressWrong):
        read = read_address(address)
        assert PASSWORD not in repr(read)
        return
    with pytest.raises(AddressWrong) as refused:
        read_address(address)
    told = "".join(traceback.format_exception(refused.value)) + repr(refused.value)
    assert PASSWORD not in told + ENGLISH.describe(refused.value)


@settings(max_examples=30, deadline=None)
@given(name=ANY, value=ANY, user=ANY)
def test_an_address_that_can_be_read_leads_to_a_sentence_too(
    name: str, value: str, user: str
) -> None:
    """Nobody listens there; what a driver makes of the words is told by a name alone."""
    url = make_url("postgresql+asyncpg://127.0.0.1:1/x").set(
        username=user, password=PASSWORD, database=name or "x", query={"application_name": value}
    )
    with pytest.raises((StoreUnavailable, StoreUnusable)) as refused:
        asyncio.run(inspect_database(url.render_as_string(hide_password=False)))
    assert PASSWORD not in "".join(traceback.format_exception(refused.value))
