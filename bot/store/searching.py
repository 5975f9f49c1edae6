"""Somebody's jobs by the words of their prompts, with the full-text search of either database.

The words of each job are in ``job_words``: on SQLite an index of FTS5 without content of its own,
on PostgreSQL a table with a ``tsvector``. Triggers on the jobs keep both in step, whoever writes;
see the migration. Each row also says, where no prompt can, whose job it is and which action: a word
that half of all prompts have costs no more than one that is rare.
"""

from dataclasses import replace
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Select,
    String,
    bindparam,
    cast,
    column,
    func,
    literal,
    literal_column,
    select,
    table,
    union_all,
)
from sqlalchemy.orm import InstrumentedAttribute
from sqlalchemy.types import UserDefinedType

from bot.job_search import JobSearch
from bot.model import Job, JobState
from bot.store.erasing import FORGOTTEN
from bot.store.rows import to_job
from bot.store.steps import StoreSession
from bot.store.tables import FavoriteRow, JobRow

LOOKED_THROUGH = 1000
"""PostgreSQL's index finds all that fits, and sorts it: so it is asked only for what is not found
among so many of the newest jobs, one by one."""

_ON_SQLITE = table("job_words", column("rowid"))
_ON_POSTGRESQL = table("job_words", column("job_id"), column("author_id"), column("words"))


class _TextQuery(UserDefinedType[str]):
    """PostgreSQL's type; SQLAlchemy's own would load all of that database's dialect."""

    cache_ok = True

    def get_col_spec(self, **_: Any) -> str:
        return "tsquery"


def jobs_found(
    session: StoreSession, author_id: int, *, search: JobSearch, offset: int, limit: int
) -> list[Job]:
    """Those of this person's jobs that fit *search*, the newest first: *limit* of them after the
    first *offset*.
    """
    if search.favorites and not search.words:
        found = _kept(author_id, search)
    elif session.get_bind().dialect.name == "sqlite":
        found = _on_sqlite(author_id, search)
    else:
        found = _on_postgresql(author_id, search, offset + limit)
    page = select(JobRow).where(JobRow.id.in_(found.offset(offset).limit(limit)))
    return [to_job(row) for row in session.scalars(page.order_by(JobRow.id.desc()))]


def _fits(
    number: ColumnElement[int] | InstrumentedAttribute[int], author_id: int, search: JobSearch
) -> ColumnElement[bool]:
    """Whether the job with this number is one to be shown, beside its words.

    No join, for which PostgreSQL may read all jobs: they are looked up one by one, until there are
    enough.
    """
    is_theirs = (JobRow.id == number, JobRow.author_id == author_id)
    theirs = select(JobRow.id).where(*is_theirs, JobRow.state != JobState.DRAFT, ~FORGOTTEN)
    if search.action:
        theirs = theirs.where(JobRow.action == search.action)
    fits = theirs.limit(1).scalar_subquery().is_not(None)
    if search.favorites:
        kept = select(FavoriteRow.job_id).where(
            FavoriteRow.person_id == author_id, FavoriteRow.job_id == number
        )
        fits = kept.limit(1).scalar_subquery().is_not(None) & fits
    return fits


def _kept(author_id: int, search: JobSearch) -> Select[int]:
    number = FavoriteRow.job_id
    kept = select(number).where(FavoriteRow.person_id == author_id)
    kept = kept.where(_fits(number, author_id, replace(search, favorites=False)))
    return kept.order_by(number.desc())


def _on_sqlite(author_id: int, search: JobSearch) -> Select[int]:
    """FTS5 goes through what has these words by its number, from the newest on, and stops with the
    page. A word in quotes is never an operator; several side by side must all be there.
    """
    phrases = [f'whose : "{author_id}"']
    if search.action:
        phrases.append(f'whose : "{search.action.replace("_", "")}"')
    phrases += [f'prompt : "{word}"' for word in search.words]
    number = _ON_SQLITE.c.rowid
    has_words = literal_column("job_words").op("MATCH")(bindparam("words", " ".join(phrases)))
    found = select(number).where(has_words, _fits(number, author_id, search))
    return found.order_by(number.desc())


def _on_postgresql(author_id: int, search: JobSearch, needed: int) -> Select[int]:
    whose = f"'@{author_id}'" + (f" & '#{search.action}'" if search.action else "")
    words = cast(literal(whose, String), _TextQuery())
    if search.words:
        simple = literal_column("'pg_catalog.simple'::regconfig", String)
        words = words.op("&&")(func.plainto_tsquery(simple, " ".join(search.words)))
    row = _ON_POSTGRESQL.c
    theirs = select(row.job_id, row.words).where(row.author_id.between(author_id, author_id))
    newest_first = theirs.order_by(row.author_id.desc(), row.job_id.desc())
    newest = newest_first.limit(LOOKED_THROUGH).cte("newest")
    near = select(newest.c.job_id).where(
        newest.c.words.op("@@")(words), _fits(newest.c.job_id, author_id, search)
    )
    near = near.order_by(newest.c.job_id.desc()).limit(needed).cte("near")
    oldest = select(func.min(newest.c.job_id)).scalar_subquery()
    found_near = select(func.count()).select_from(near).scalar_subquery()
    # A sum: or PostgreSQL might go through all jobs by their numbers, and not by their words.
    number = row.job_id + 0
    older = select(row.job_id).where(
        row.words.op("@@")(words), number < oldest, found_near < needed
    )
    older = older.order_by(number.desc()).subquery()
    far = select(older.c.job_id).where(_fits(older.c.job_id, author_id, search)).limit(needed)
    both = union_all(select(near.c.job_id), select(far.subquery())).subquery()
    return select(both.c.job_id).order_by(both.c.job_id.desc())
