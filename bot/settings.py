"""The settings of the bot, read once from the environment and ``.env``.

Nobody else reads the environment. Secrets hide in `repr`; all problems are reported at once, by
name and never by value.
"""

import os
import re
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    HttpUrl,
    PrivateAttr,
    SecretStr,
    ValidationError,
    field_validator,
)

from bot.actions import ANIMATE, EXTEND, REROLL
from bot.env_file import Remark, SettingsInvalid, read_env_file, remarks_on
from bot.limits import KNOWN_PRICE_USD
from bot.refused_words import can_be_found

_QUOTES = "\"'“”‘’„«»"  # noqa: RUF001  # word processors make them


def _written_as(pattern: str) -> BeforeValidator:
    """Text that can only mean one number: ``1.000`` is a thousand to some and one to others."""

    def check(value: object) -> object:
        if isinstance(value, str) and not re.fullmatch(pattern, value):
            raise ValueError
        return value

    return BeforeValidator(check)


Whole = Annotated[int, _written_as(r"[+-]?\d[\d_]*")]
Ids = frozenset[Annotated[Whole, Field(gt=0, lt=2**63)]]
Count = Annotated[
    Whole,
    Field(ge=0, le=1_000_000, description="a whole number from 0 (= no limit) to 1000000"),
]
Model = Annotated[
    str,
    Field(
        pattern=r"^[A-Za-z0-9_.:/-]{1,100}$",
        description="what the API calls the model, such as midjourney_reroll",
    ),
]
Usd = Annotated[
    Decimal,
    _written_as(r"(?![1-9]\d{0,2}(\.\d{3})+\Z).*"),
    Field(
        ge=0,
        le=1_000_000,
        allow_inf_nan=False,
        description="an amount in USD such as 4 or 2.50, 0 or more (0 = no limit)",
    ),
]


class Settings(BaseModel):
    """Every setting; the field's name in capitals is the variable's name.

    A field's description completes both "set it to …" and "it must be …".
    """

    model_config = ConfigDict(frozen=True, hide_input_in_errors=True)

    discord_token: SecretStr = Field(
        description="the bot's token, from the Bot page of your application in Discord's "
        "developer portal"
    )
    vtrix_api_key: SecretStr = Field(description="your key for the Vtrix API")
    vtrix_api_url: HttpUrl = Field(
        default=HttpUrl("https://cloud.vtrix.ai/model/v1"),
        description="the API's address, starting with http:// or https://, "
        "without a user name, a question mark or a #",
    )
    database_url: SecretStr = Field(
        default=SecretStr("sqlite+aiosqlite:///data/remixbot.db"),
        description="a database address such as sqlite+aiosqlite:///data/remixbot.db or "
        "postgresql+asyncpg://user:password@host/name",
    )
    log_level: Annotated[
        Literal["DEBUG", "INFO", "WARNING", "ERROR"], BeforeValidator(str.upper)
    ] = Field(default="INFO", description="one of DEBUG, INFO, WARNING, ERROR")
    max_running: Count = 6
    max_running_per_user: Count = 3
    max_running_per_server: Count = 6
    max_waiting_per_user: Count = 10
    max_waiting_per_server: Count = 50
    max_jobs_per_day: Count = 200
    max_jobs_per_day_per_user: Count = 50
    max_jobs_per_day_per_server: Count = 200
    max_usd_per_day_per_user: Usd = Decimal(4)
    max_usd_per_day_per_server: Usd = Decimal(16)
    max_usd_per_month_per_user: Usd = Decimal(40)
    max_usd_per_month_per_server: Usd = Decimal(160)
    price_usd: Decimal = Field(
        default=KNOWN_PRICE_USD,
        gt=0,
        le=100,
        allow_inf_nan=False,
        description="an amount in USD such as 0.08, more than 0 and at most 100",
    )
    allowed_guilds: Ids = Field(
        default=frozenset[int](),
        description="server ids separated by commas (empty = every server the bot is in)",
    )
    allowed_roles: Ids = Field(
        default=frozenset[int](),
        description="role ids separated by commas (empty = everyone)",
    )
    allowed_channels: Ids = Field(
        default=frozenset[int](),
        description="channel ids separated by commas (empty = every channel)",
    )
    result_buttons_for: Annotated[Literal["anyone", "author"], BeforeValidator(str.lower)] = Field(
        default="anyone", description="anyone or author"
    )
    refused_words: tuple[str, ...] = Field(
        default=(),
        description="words or phrases separated by commas, each with a visible character other "
        "than a dash or an underscore (empty = none)",
    )
    allow_dms: bool = Field(default=False, description="true or false")
    allow_user_install: bool = Field(default=False, description="true or false")
    retention_days: Whole = Field(
        default=0, ge=0, le=3650, description="a whole number of days, 0 (forever) to 3650"
    )
    submit_within_minutes: float = Field(
        default=15, gt=0, le=1440, description="a number of minutes, more than 0 and at most 1440"
    )
    model_animate: Model = ANIMATE.model
    model_extend: Model = EXTEND.model
    model_reroll: Model = REROLL.model
    remix_within_days: float = Field(
        default=3, ge=0, le=365, description="a number of days, 0 (no limit) to 365"
    )
    watch_hours: float = Field(
        default=24, gt=0, le=72, description="a number of hours, more than 0 and at most 72"
    )
    max_reads_per_second: float = Field(
        default=100, gt=0, le=1000, description="a number, more than 0 and at most 1000"
    )
    api_timeout_seconds: float = Field(
        default=30, gt=0, le=300, description="a number of seconds, more than 0 and at most 300"
    )
    picture_timeout_seconds: float = Field(
        default=60, gt=0, le=600, description="a number of seconds, more than 0 and at most 600"
    )
    discord_timeout_seconds: float = Field(
        default=120, gt=0, le=900, description="a number of seconds, more than 0 and at most 900"
    )

    _remarks: tuple[Remark, ...] = PrivateAttr(())

    @property
    def remarks(self) -> tuple[Remark, ...]:
        """What is odd about what was set, though the bot can run."""
        return self._remarks

    def with_remarks(self, remarks: tuple[Remark, ...]) -> Self:
        self._remarks = remarks
        return self

    @field_validator("discord_token", "vtrix_api_key")
    @classmethod
    def _one_word(cls, value: SecretStr) -> SecretStr:
        """Both go into HTTP headers, where white space is a slip at best and an attack at worst."""
        word = value.get_secret_value().strip()
        if not word or not word.isascii() or not word.isprintable() or " " in word:
            raise ValueError
        return SecretStr(word)

    @field_validator("vtrix_api_url")
    @classmethod
    def _plain_address(cls, value: HttpUrl) -> HttpUrl:
        """Paths are put behind it, and it may be logged."""
        if value.username or value.password or value.query or value.fragment:
            raise ValueError
        return value

    @field_validator("database_url")
    @classmethod
    def _database_address(cls, value: SecretStr) -> SecretStr:
        scheme, _, rest = value.get_secret_value().partition("://")
        server, _, name = rest.partition("/")
        known = scheme == "postgresql+asyncpg" or (scheme == "sqlite+aiosqlite" and not server)
        if not known or not name:
            raise ValueError
        return value

    @field_validator("refused_words", mode="before")
    @classmethod
    def _split_words(cls, value: str) -> object:
        words = tuple(filter(None, (word.strip(f" \t\n{_QUOTES}") for word in value.split(","))))
        if not all(map(can_be_found, words)):
            raise ValueError
        return words

    @field_validator("allowed_guilds", "allowed_roles", "allowed_channels", mode="before")
    @classmethod
    def _split_ids(cls, value: str) -> object:
        return [_unquoted(one) for one in value.replace(",", " ").split()]

    @field_validator("*", mode="before")
    @classmethod  # of several validators of one field the last one runs first
    def _as_meant(cls, value: object) -> object:
        """Without the quotes around it, which shells and Docker leave or take away as they like."""
        if not isinstance(value, str):
            return value
        value.encode()  # half a surrogate pair, of bytes that are no UTF-8, is a ValueError
        return _unquoted(value)


def load_settings(env_file: Path = Path(".env")) -> Settings:
    """Read the environment, and *env_file* for what the environment does not say.

    Raises `SettingsInvalid` with every problem at once.
    """
    file = read_env_file(env_file)
    around = {name.upper(): value for name, value in os.environ.items() if value}
    fields = {field.upper(): field for field in Settings.model_fields}
    remarks = remarks_on(file, environment=os.environ.keys(), names=fields.keys())
    values = file.values | around
    given = {field: values[name] for name, field in fields.items() if values.get(name)}
    try:
        settings = Settings.model_validate(given)
    except ValidationError as error:
        problems: dict[str, str] = {}
        for problem in error.errors():
            field = str(problem["loc"][0])
            missing = problem["type"] == "missing"
            opening = "is missing: set it to" if missing else "is wrong: it must be"
            meaning = Settings.model_fields[field].description
            problems[field] = f"{field.upper()} {opening} {meaning}."
        raise SettingsInvalid(*problems.values(), remarks=remarks) from None
    return settings.with_remarks(remarks)


def _unquoted(value: str) -> str:
    """*value* without white space and one pair of quotes around it."""
    value = value.strip()
    first, inside, last = value[:1], value[1:-1], value[-1:]
    paired = len(value) > 1 and first in _QUOTES and last in _QUOTES
    return inside.strip() if paired and not {first, last} & {*inside} else value
