"""What limits count says of each job what was made, and on which day; unknown of erased jobs."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"

DAY_S = 24 * 60 * 60
FIRST_DAY = 719_163
"""1970-01-01, counted from 0001-01-01."""


def upgrade() -> None:
    for name in ("author_id_at_usd", "guild_id_author_id_at_usd"):
        op.drop_index(f"ix_usage_{name}", "usage")
    op.add_column("usage", sa.Column("action", sa.Text()))
    op.add_column("usage", sa.Column("day", sa.Integer()))
    if op.get_bind().dialect.name == "sqlite":
        day = f"strftime('%s', at) / {DAY_S} + {FIRST_DAY}"
    else:
        day = f"floor(extract(epoch FROM at) / {DAY_S}) + {FIRST_DAY}"
    op.execute(
        f"UPDATE usage SET day = {day},"  # noqa: S608  # our own words
        " action = (SELECT action FROM jobs WHERE jobs.id = usage.job_id)"
    )
    with op.batch_alter_table("usage") as usage:
        usage.alter_column("day", existing_type=sa.Integer(), nullable=False)
    for columns in (
        ["author_id", "at", "usd", "action", "day"],
        ["guild_id", "action", "day", "usd"],
        ["guild_id", "author_id", "day", "usd"],
    ):
        op.create_index(f"ix_usage_{'_'.join(columns)}", "usage", columns)
