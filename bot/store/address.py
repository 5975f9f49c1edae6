"""Reads the address of a database: which one it is, and how it is to be connected to.

Addresses hold passwords: of one that is wrong nothing is told but the name of an option.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import Enum, auto
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
    return _read_sqlite(url) if url.drivername == SQLITE else _read_postgresql(url, given)


def _read_sqlite(url: URL) -> Address:
    """Each connection must see the same data, and for longer than it lasts."""
    database = url.database or ""
    if url.host or not database or database == ":memory:" or database.startswith("file:"):
        raise AddressWrong(AddressProblem.SQLITE_WITHOUT_FILE)
    if url.query:
        raise AddressWrong(AddressProblem.SQLITE_WITH_OPTIONS)
    return Address(url)


def _read_postgresql(url: URL, given: str) -> Address:
    place = {name: value for name, value in url.query.items() if name in {"host", "port"}}
    options: dict[_Taker, dict[str, Any]] = {taker: {} for taker in _Taker}
    for name, value in url.query.items():
        if name in place:
            continue
        if name not in _OPTIONS:
            raise AddressWrong(AddressProblem.OPTION_UNKNOWN, option=_nameable(name, given))
        if not isinstance(value, str) or not value:
            raise AddressWrong(AddressProblem.OPTION_NOT_ONCE, option=name)
        option = _OPTIONS[name]
        options[option.taker][option.name or name] = option.kind.read(name, value)
    for_asyncpg = options[_Taker.ASYNCPG]
    if options[_Taker.LIBPQ]:
        # asyncpg reads these from an address only; what it is given beside an address counts.
        for_asyncpg["dsn"] = f"postgresql://?{urlencode(options[_Taker.LIBPQ])}"
    if options[_Taker.SERVER]:
        for_asyncpg["server_settings"] = options[_Taker.SERVER]
    address = Address(url.set(query=place), for_asyncpg)
    _check_place(address.url)
    return address


def _nameable(name: str, given: str) -> str | None:
    """*name*, unless it could be a piece of a password that has ``?`` and ``@`` in it."""
    _, _, query = given.partition("?")
    return name if "@" not in query and name.isidentifier() and name.isascii() else None


def _check_place(url: URL) -> None:
    """Raises `AddressWrong` where hosts and ports do not fit together."""
    try:
        _, arguments = url.get_dialect()().create_connect_args(url)
    except (ValueError, SQLAlchemyError):
        raise AddressWrong(AddressProblem.HOSTS_OR_PORTS) from None
    ports: int | list[int] = arguments.get("port", [])
    if not all(0 < port < 2**16 for port in ([ports] if isinstance(ports, int) else ports)):
        raise AddressWrong(AddressProblem.HOSTS_OR_PORTS)


# ---------------------------------------------------------------- the options that are known


@dataclass(frozen=True, slots=True)
class _Kind:
    """What a value may be."""

    parse: Callable[[str], Any]
    problem: AddressProblem
    words: tuple[str, ...] = ()

    def read(self, name: str, value: str) -> Any:
        """Raises `AddressWrong`."""
        try:
            return self.parse(value)
        except (ValueError, KeyError):
            raise AddressWrong(self.problem, option=name, words=self.words) from None


class _Taker(Enum):
    """Who is given an option."""

    ASYNCPG = auto()
    LIBPQ = auto()
    """asyncpg too, in an address like those of PostgreSQL's own programs."""
    SERVER = auto()


@dataclass(frozen=True, slots=True)
class _Option:
    taker: _Taker
    kind: _Kind
    name: str = ""
    """How the taker calls it, where that differs."""


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

_OPTIONS = {
    "timeout": _Option(_Taker.ASYNCPG, _SECONDS),
    "connect_timeout": _Option(_Taker.ASYNCPG, _SECONDS, "timeout"),
    "command_timeout": _Option(_Taker.ASYNCPG, _SECONDS),
    "statement_cache_size": _Option(_Taker.ASYNCPG, _NUMBER),
    "prepared_statement_cache_size": _Option(_Taker.ASYNCPG, _NUMBER),
    "max_cached_statement_lifetime": _Option(_Taker.ASYNCPG, _NUMBER),
    "max_cacheable_statement_size": _Option(_Taker.ASYNCPG, _NUMBER),
    "user": _Option(_Taker.LIBPQ, _TEXT),
    "password": _Option(_Taker.LIBPQ, _TEXT),
    "passfile": _Option(_Taker.LIBPQ, _FILE),
    "ssl": _Option(_Taker.LIBPQ, _SSL, "sslmode"),
    "sslmode": _Option(_Taker.LIBPQ, _SSL),
    "sslrootcert": _Option(_Taker.LIBPQ, _FILE),
    "sslcert": _Option(_Taker.LIBPQ, _FILE),
    "sslkey": _Option(_Taker.LIBPQ, _FILE),
    "sslcrl": _Option(_Taker.LIBPQ, _FILE),
    "sslpassword": _Option(_Taker.LIBPQ, _TEXT),
    "sslnegotiation": _Option(_Taker.LIBPQ, _one_of("postgres", "direct")),
    "ssl_min_protocol_version": _Option(_Taker.LIBPQ, _TLS),
    "ssl_max_protocol_version": _Option(_Taker.LIBPQ, _TLS),
    "target_session_attrs": _Option(_Taker.LIBPQ, _one_of("any", "primary", "read-write")),
    "krbsrvname": _Option(_Taker.LIBPQ, _TEXT),
    "gsslib": _Option(_Taker.LIBPQ, _one_of("gssapi", "sspi")),
    "application_name": _Option(_Taker.SERVER, _TEXT),
    "options": _Option(_Taker.SERVER, _TEXT),
    "search_path": _Option(_Taker.SERVER, _TEXT),
}
