"""The tables: what is kept of a job and its images, favorites, what was spent or is to be erased.

Queries and the way to the nouns of `bot.model` are elsewhere. A change here needs a migration; a
test compares the two.
"""

from datetime import datetime
from decimal import Decimal
from enum import Enum, StrEnum
from typing import Annotated, Any, ClassVar, cast

from sqlalchemy import (
    JSON,
    BigInteger,
    CheckConstraint,
    ColumnElement,
    ForeignKey,
    Index,
    MetaData,
    Table,
    Text,
    func,
    literal_column,
    true,
)
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import (
    DeclarativeBase,
    InstrumentedAttribute,
    Mapped,
    mapped_column,
    relationship,
)
from sqlalchemy.schema import CreateIndex
from sqlalchemy.sql.compiler import DDLCompiler

from bot.actions import MediaKind, OptionValue
from bot.model import JobState
from bot.preferences import Choice
from bot.store.column_types import UsdAmount, UtcDateTime


class Erased(StrEnum):
    """What is erased: everything of a person, of a server, or one job."""

    AUTHOR = "author"
    GUILD = "guild"
    JOB = "job"


BIGGEST_ID = 2**63 - 1
"""The largest number that a column for Discord ids holds."""

Snowflake = Annotated[int, mapped_column(BigInteger)]
"""A Discord id: 64 bits, of which Discord uses 63."""


class Base(DeclarativeBase):
    """Every constraint has a name, so that a migration can address it on any database."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map: ClassVar = {str: Text, datetime: UtcDateTime, Decimal: UsdAmount}


def _one_of(column: str, words: type[Enum], name: str) -> CheckConstraint:
    listed = ", ".join(repr(word.value) for word in words)
    return CheckConstraint(f"{column} IN ({listed})", name=name)


def plainly(column: ColumnElement[Any] | InstrumentedAttribute[Any]) -> ColumnElement[str]:
    """An id as `bot.job_ids.plain_id` has it; written out, or no index of it would be used."""
    return func.lower(func.replace(column, literal_column("'-'"), literal_column("''")))


def _partial_index(name: str, where: str, *columns: str, on_sqlite: str = "") -> Index:
    """An index of the rows that meet *where* alone: as small as they are few."""
    return Index(name, *columns, info={"postgresql": where, "sqlite": on_sqlite or where})


@compiles(CreateIndex)
def _create_index(create: CreateIndex, compiler: DDLCompiler, **_: Any) -> str:
    """Of a partial one. If its `Index` had the option, SQLAlchemy would load every dialect, used or
    not: that takes as long as a twentieth of a start.
    """
    where = create.element.info.get(compiler.dialect.name)
    index = compiler.visit_create_index(create)  # pyright: ignore[reportUnknownMemberType]  # no types
    return f"{index} WHERE {where}" if where else index


class JobRow(Base):
    """One job, from the moment it was accepted, or a draft of one."""

    __tablename__ = "jobs"
    __table_args__ = (
        _one_of("state", JobState, "state"),
        CheckConstraint("source_image_no IS NULL OR source_job_id IS NOT NULL", name="source"),
        Index(None, "created_at"),
        Index(None, "guild_id", "id"),
        Index(None, "source_job_id", "id"),
        Index(None, "action", "finished_at"),
        # With the server: a page of somebody's list is found in the index alone.
        Index(None, "author_id", "id", "guild_id"),
        Index(None, "channel_id", "id"),
        _partial_index("ix_jobs_priced", "cost_usd IS NOT NULL", "action", "finished_at"),
        _partial_index(
            "ix_jobs_servers",
            "reachable",
            *("application_id", "guild_id", "id"),
            on_sqlite="reachable = 1",
        ),
        _partial_index("ix_jobs_open", "ended_at IS NULL", "id"),
        _partial_index("ix_jobs_drafts", "state = 'draft'", "author_id"),
        _partial_index("ix_jobs_secret", "interaction_token IS NOT NULL", "created_at"),
        # The id of a job that was withdrawn is never given to another one.
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    interaction_id: Mapped[Snowflake] = mapped_column(unique=True)
    state: Mapped[str]
    action: Mapped[str]
    """The key of a row in `bot.actions`."""
    options: Mapped[dict[str, OptionValue]] = mapped_column(JSON, server_default="{}")
    prompt: Mapped[str]
    parameters: Mapped[str] = mapped_column(server_default="")
    """What is sent behind the prompt."""
    callback: Mapped[str | None]
    source_job_id: Mapped[str | None]
    source_image_no: Mapped[int | None]
    origin_guild_id: Mapped[Snowflake | None]
    origin_channel_id: Mapped[Snowflake | None]
    origin_message_id: Mapped[Snowflake | None]
    author_id: Mapped[Snowflake]
    guild_id: Mapped[Snowflake | None]
    channel_id: Mapped[Snowflake]
    private: Mapped[bool]
    file_limit_bytes: Mapped[int] = mapped_column(BigInteger)
    message_id: Mapped[Snowflake | None] = mapped_column(index=True)
    task_id: Mapped[str | None]
    provider_job_id: Mapped[str | None]
    cost_usd: Mapped[Decimal | None]
    failure: Mapped[str | None]
    created_at: Mapped[datetime]
    submitted_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]
    application_id: Mapped[Snowflake | None]
    interaction_token: Mapped[str | None]
    delivery_problem: Mapped[str | None]
    multiplier: Mapped[int] = mapped_column(server_default="1")
    reserved_usd: Mapped[Decimal | None]
    stopped_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    reachable: Mapped[bool] = mapped_column(server_default=true())
    locale: Mapped[str | None]
    depth: Mapped[int | None]
    images: Mapped[list["ImageRow"]] = relationship(
        lazy="selectin", order_by="ImageRow.position", passive_deletes=True
    )


class ImageRow(Base):
    """One image of a finished job, in the order that the API gave."""

    __tablename__ = "pictures"
    __table_args__ = (_one_of("kind", MediaKind, "kind"),)

    job_id: Mapped[int] = mapped_column(ForeignKey("jobs.id", ondelete="CASCADE"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)
    image_no: Mapped[int]
    provider_job_id: Mapped[str]
    url: Mapped[str]
    kind: Mapped[str]
    available: Mapped[list[str] | None] = mapped_column(JSON(none_as_null=True))
    """What the API says that can be made from it; NULL: it says nothing."""
    posted_guild_id: Mapped[Snowflake | None]
    posted_channel_id: Mapped[Snowflake | None]
    posted_message_id: Mapped[Snowflake | None] = mapped_column(index=True)


class UsageRow(Base):
    """What limits count of one job. It stays for 30 days, whatever becomes of the job's row."""

    __tablename__ = "usage"
    __table_args__ = (
        # With what is summed up: the sum is found in the index alone.
        Index(None, "author_id", "at", "usd", "action", "day"),
        Index(None, "guild_id", "at", "usd"),
        # Grouped in the order of the index; a number is compared faster than a moment.
        Index(None, "guild_id", "action", "day", "usd"),
        Index(None, "guild_id", "author_id", "day", "usd"),
        Index(None, "at", "usd"),
    )

    job_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    author_id: Mapped[Snowflake]
    guild_id: Mapped[Snowflake | None]
    at: Mapped[datetime]
    """When the job was asked for."""
    usd: Mapped[Decimal]
    """What it cost; until that is known, what it is taken to cost."""
    action: Mapped[str | None]
    """As in the job's row; ``None`` where that was erased before this column came."""
    day: Mapped[int]
    """The date of ``at``, in UTC, as `datetime.date.toordinal` counts."""


class ErasureRow(Base):
    """Something that somebody wants forgotten, until it is: written down before that begins."""

    __tablename__ = "erasures"
    __table_args__ = (_one_of("whose", Erased, "whose"),)

    whose: Mapped[str] = mapped_column(primary_key=True)
    whose_id: Mapped[Snowflake] = mapped_column(primary_key=True, autoincrement=False)
    last_job_id: Mapped[int]
    """Jobs with a higher number were asked for later, and stay."""


class PreferenceRow(Base):
    """What somebody wants of all their jobs, until they have it forgotten."""

    __tablename__ = "preferences"

    person_id: Mapped[Snowflake] = mapped_column(primary_key=True, autoincrement=False)
    chosen: Mapped[dict[str, Choice]] = mapped_column(JSON)
    """As `bot.preferences.Preferences` calls it, where it is not as it is for everybody."""


class FavoriteRow(Base):
    """A job that somebody has kept to find it again, whoever asked for it."""

    __tablename__ = "favorites"
    __table_args__ = (Index(None, "person_id", "at", "job_id"),)

    person_id: Mapped[Snowflake] = mapped_column(primary_key=True, autoincrement=False)
    job_id: Mapped[int] = mapped_column(
        ForeignKey("jobs.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    at: Mapped[datetime]


class FactRow(Base):
    """Something to be remembered across restarts that belongs to no job."""

    __tablename__ = "facts"

    name: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[str]


JOBS, IMAGES, USAGE = (cast("Table", row.__table__) for row in (JobRow, ImageRow, UsageRow))
"""For what people wait for: objects take SQLAlchemy ten times as long as columns."""

Index("ix_jobs_plain_task_id", plainly(JobRow.task_id))
Index("ix_jobs_plain_provider_job_id", plainly(JobRow.provider_job_id))
Index("ix_pictures_plain_provider_job_id", plainly(ImageRow.provider_job_id))
