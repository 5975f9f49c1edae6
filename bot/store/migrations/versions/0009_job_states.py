"""A state says all about a job; drafts are jobs; what ended a job is kept as a code of our own.

On SQLite the table is built anew, because the words of a check cannot be changed there.
"""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"

_STATES = (
    "draft",
    "accepted",
    "submitting",
    "running",
    "finished",
    "kept",
    "undeliverable",
    "delivered",
    "failed",
    "unknown",
)
_PLAIN_IDS = ("task_id", "provider_job_id")
_OF_DRAFTS = (
    "author_id",
    "guild_id",
    "private",
    "created_at",
    "action",
    "options",
    "prompt",
    "callback",
    "source_job_id",
    "source_image_no",
    "origin_guild_id",
    "origin_channel_id",
    "origin_message_id",
)
_CODES = {
    "JobStopped": "stopped",
    "RequestRefused": "request_refused",
    "ContentRefused": "content_refused",
    "ApiUnavailable": "api_unavailable",
    "ApiBusy": "api_busy",
    "TaskNotFound": "task_not_found",
    "SubmitUnknown": "submit_unknown",
    "GenerationFailed": "generation_failed",
    "NothingMade": "nothing_made",
    "OutputUnreadable": "output_unreadable",
    "JobOverdue": "job_overdue",
    "JobTooOld": "job_too_old",
    "EndedUnseen": "ended_unseen",
    "AnswerUnseen": "answer_unseen",
    "PictureUnavailable": "image_unavailable",
    "ImageUnavailable": "image_unavailable",
    "PictureTooLarge": "image_too_large",
    "ImageTooLarge": "image_too_large",
    "StoreUnavailable": "store_unavailable",
    "StoreAway": "store_away",
    "DeliveryFailed": "delivery_failed",
    "ApiKeyRefused": "api_key_refused",
    "ApiCreditUsedUp": "api_credit_used_up",
    "ApiPermissionMissing": "api_permission_missing",
    "ApiMisused": "api_misused",
    "Incident": "incident",
}
"""Names of classes that any version wrote; what is none of them is left as it is."""


def upgrade() -> None:
    on_sqlite = op.get_context().dialect.name == "sqlite"
    last_id = None
    op.drop_index("ix_jobs_open", "jobs")
    op.add_column("jobs", sa.Column("ended_at", sa.DateTime(timezone=True)))
    op.execute("UPDATE jobs SET ended_at = coalesce(delivered_at, told_at)")
    if on_sqlite:
        last_id = _last_id()
        for column in _PLAIN_IDS:  # such indexes are not carried over
            op.drop_index(f"ix_jobs_plain_{column}", "jobs")
    with op.batch_alter_table("jobs", table_kwargs={"sqlite_autoincrement": True}) as jobs:
        jobs.drop_constraint("ck_jobs_state", type_="check")
        jobs.drop_column("delivered_at")
        jobs.drop_column("told_at")
        listed = ", ".join(map(repr, _STATES))
        jobs.create_check_constraint("ck_jobs_state", f"state IN ({listed})")
    if on_sqlite:
        if last_id is not None:
            _go_on_after(last_id)
        for column in _PLAIN_IDS:
            plain = sa.text(f"lower(replace({column}, '-', ''))")
            op.create_index(f"ix_jobs_plain_{column}", "jobs", [plain])
    _translate()
    _take_drafts_in()
    for name, column, where in (
        ("ix_jobs_open", "id", "ended_at IS NULL"),
        ("ix_jobs_drafts", "author_id", "state = 'draft'"),
    ):
        condition = sa.text(where)
        op.create_index(name, "jobs", [column], sqlite_where=condition, postgresql_where=condition)


def _translate() -> None:
    op.execute(
        "UPDATE jobs SET state ="
        " CASE WHEN stopped_at IS NULL THEN 'undeliverable' ELSE 'kept' END"
        " WHERE state = 'finished' AND (stopped_at IS NOT NULL OR delivery_problem IS NOT NULL)"
    )
    jobs = sa.table("jobs", sa.column("failure"))
    failure = sa.case(_CODES, value=jobs.c.failure)
    op.execute(jobs.update().where(jobs.c.failure.in_(_CODES)).values(failure=failure))


def _take_drafts_in() -> None:
    """Where a draft was asked for is not known; nobody looks before it is asked for once more."""
    drafts = sa.table("drafts", sa.column("id"), *map(sa.column, _OF_DRAFTS))
    jobs = sa.table("jobs", sa.column("interaction_id"))
    of_its_own = {
        "interaction_id": drafts.c.id,
        "state": sa.literal("draft"),
        "ended_at": drafts.c.created_at,
        "channel_id": sa.literal(0),
        "file_limit_bytes": sa.literal(0),
        "multiplier": sa.literal(1),
        "reachable": sa.false(),
    }
    question = sa.select(*of_its_own.values(), *(drafts.c[name] for name in _OF_DRAFTS))
    question = question.where(drafts.c.id.not_in(sa.select(jobs.c.interaction_id)))
    columns = [*of_its_own, *_OF_DRAFTS]
    op.execute(sa.table("jobs", *map(sa.column, columns)).insert().from_select(columns, question))
    op.drop_table("drafts")


def _last_id() -> int | None:
    """The last number that SQLite gave to a job; it is forgotten with the old table."""
    row = op.get_bind().execute(sa.text("SELECT seq FROM sqlite_sequence WHERE name = 'jobs'"))
    return row.scalar_one_or_none()


def _go_on_after(last_id: int) -> None:
    """No number is given twice, even where the newest jobs were withdrawn."""
    op.execute("DELETE FROM sqlite_sequence WHERE name = 'jobs'")
    op.execute(
        sa.text("INSERT INTO sqlite_sequence (name, seq) VALUES ('jobs', :last)").bindparams(
            last=last_id
        )
    )
