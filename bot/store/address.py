"""Reads the address of a database: which one it is, and how it is to be connected to.

Addresses hold passwords: of one that is wrong nothing is told but the name of an option.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import SQLAlchemyError

from bot.errors import AddressProblem, AddressWrong

SQLITE, POSTGRESQL = "sqlite+aiosqlite", "postgresql+asyncpg"

MAX_S = 3600.0
"""Nobody means to wait longer for a database."""


@dataclass(frozen=True, slots=True)
class Address:
    """A database of either kind."""

    url: URL = field(repr=False)
    """Without its options; those that say where the server is are left in it."""
    options: Mapping[str, Any] = field(default_factory=dict[str, Any], repr=False)
    """What else `asyncpg.connect` is to be given."""

    @property
    def is_sqlite(self) -> bool:
        return self.url.drivername == SQLITE

    @property
    def file(self) -> Path:
        """The file of an SQLite database."""
        return Path(self.url.database or "")


def read_address(given: str) -> Address:
    """The address that *given* is. Raises `AddressWrong`."""
    try:
        url = make_url(given)
    except (ValueError, SQLAlchemyError):  # the former for a port that is no number
        raise AddressWrong(AddressProblem.UNREADABLE) from None
    if "\0" in given or url.drivername not in {SQLITE, POSTGRESQL}:
        raise AddressWrong(AddressProblem.UNREADABLE)
    if url.drivername == POSTGRESQL:
        return _read_postgresql(url, given)
    database = url.database or ""
    # Each connection must see the same data, and for longer than it lasts.
    if url.host or not database or database == ":memory:" or database.startswith("file:"):
        raise AddressWrong(AddressProblem.SQLITE_WITHOUT_FILE)
    if url.query:
        raise AddressWrong(AddressProblem.SQLITE_WITH_OPTIONS)
    return Address(url)


def _read_postgresql(url: URL, given: str) -> Address:
    place = {name: value for name, value in url.query.items() if name in {"host", "port"}}
    arguments: dict[str, Any] = {}
    in_dsn: dict[str, str] = {}
    for name, value in url.query.items():
        if name in place:
            continue
        if (kind := _ARGUMENTS.get(name) or _IN_DSN.get(name)) is None:
            _, _, query = given.partition("?")
            # A password with "?" and "@" in it leaves a piece of itself as the name of an option.
            nameable = "@" not in query and name.isidentifier() and name.isascii()
            raise AddressWrong(AddressProblem.OPTION_UNKNOWN, option=name if nameable else None)
        if not isinstance(value, str) or not value:
            raise AddressWrong(AddressProblem.OPTION_NOT_ONCE, option=name)
        try:
            read = kind.parse(value)
        except (ValueError, KeyError):
            raise AddressWrong(kind.problem, option=name, words=kind.words) from None
        taker = arguments if name in _ARGUMENTS else in_dsn
        taker[_ALIASES.get(name, name)] = read
    if in_dsn:
        arguments["dsn"] = f"postgresql://?{urlencode(in_dsn)}"
    url = url.set(query=place)
    try:
        _, placed = url.get_dialect()().create_connect_args(url)
    except (ValueError, SQLAlchemyError):
        raise AddressWrong(AddressProblem.HOSTS_OR_PORTS) from None
    ports: int | list[int] = placed.get("port", [])
    if not all(0 < port < 2**16 for port in ([ports] if isinstance(ports, int) else ports)):
        raise AddressWrong(AddressProblem.HOSTS_OR_PORTS)
    return Address(url, arguments)


# ---------------------------------------------------------------- the options that are known


@dataclass(frozen=True, slots=True)
class _Kind:
    """What a value may be; *parse* raises `ValueError` or `KeyError` where it is not."""

    parse: Callable[[str], Any]
    problem: AddressProblem
    words: tuple[str, ...] = ()


def _whole_number(value: str) -> int:
    if not (value.isascii() and value.isdigit()):
        raise ValueError
    return min(int(value[:10]), 2**31 - 1)


def _seconds(value: str) -> float:
    seconds = float(value)
    if not 0 < seconds <= MAX_S:
        raise ValueError
    return seconds


def _existing_file(value: str) -> str:
    if not Path(value).is_file():
        raise ValueError
    return value


def _one_of(*words: str) -> _Kind:
    return _Kind(
        {word: word for word in words}.__getitem__, AddressProblem.OPTION_NOT_A_CHOICE, words
    )


_NUMBER = _Kind(_whole_number, AddressProblem.OPTION_NOT_A_NUMBER)
_SECONDS = _Kind(_seconds, AddressProblem.OPTION_NOT_SECONDS)
_FILE = _Kind(_existing_file, AddressProblem.OPTION_NOT_A_FILE)
_TEXT = _Kind(str, AddressProblem.UNREADABLE)
_SSL = _one_of("disable", "allow", "prefer", "require", "verify-ca", "verify-full")
_TLS = _one_of("TLSv1", "TLSv1.1", "TLSv1.2", "TLSv1.3")

_ALIASES = {"connect_timeout": "timeout", "ssl": "sslmode"}
_ARGUMENTS = {
    "timeout": _SECONDS,
    "connect_timeout": _SECONDS,
    "command_timeout": _SECONDS,
    "statement_cache_size": _NUMBER,
    "prepared_statement_cache_size": _NUMBER,
    "max_cached_statement_lifetime": _NUMBER,
    "max_cacheable_statement_size": _NUMBER,
}
_IN_DSN = {
    "user": _TEXT,
    "password": _TEXT,
    "passfile": _FILE,
    "ssl": _SSL,
    "sslmode": _SSL,
    "sslrootcert": _FILE,
    "sslcert": _FILE,
    "sslkey": _FILE,
    "sslcrl": _FILE,
    "sslpassword": _TEXT,
    "sslnegotiation": _one_of("postgres", "direct"),
    "ssl_min_protocol_version": _TLS,
    "ssl_max_protocol_version": _TLS,
    "target_session_attrs": _one_of("any", "primary", "read-write"),
    "krbsrvname": _TEXT,
    "gsslib": _one_of("gssapi", "sspi"),
    "application_name": _TEXT,
    "options": _TEXT,
    "search_path": _TEXT,
}
"""asyncpg takes these in an address only; what it is given beside an address counts. Those that it
doesn't know itself, the last three, it sets on the server.
"""
