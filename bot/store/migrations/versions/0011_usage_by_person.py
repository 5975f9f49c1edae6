"""What a server has used is summed up by person in the order of an index, without sorting."""

from alembic import op

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    op.drop_index("ix_usage_guild_id_at_usd_author_id", "usage")
    for columns in (["guild_id", "at", "usd"], ["guild_id", "author_id", "at", "usd"]):
        op.create_index(f"ix_usage_{'_'.join(columns)}", "usage", columns)
