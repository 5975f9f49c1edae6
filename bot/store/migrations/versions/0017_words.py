"""The words of all prompts, for the full-text search of either database.

Triggers keep them in step with the jobs. A migration that builds the table of jobs anew, as it must
on SQLite to change a check, loses them there, and has to make them again.
"""

from alembic import op

revision = "0017"
down_revision = "0016"

PUNCTUATION = "!\"#$%&''()*+,-./:;<=>?@[\\]^_`{|}~"
"""Its signs part words on SQLite, but not all of them and not always on PostgreSQL."""

ON_SQLITE = (
    "CREATE VIRTUAL TABLE job_words USING fts5(prompt, whose, content='', tokenize='unicode61')",
    """
    CREATE TRIGGER job_words_added AFTER INSERT ON jobs BEGIN
        INSERT INTO job_words (rowid, prompt, whose)
        VALUES (new.id, new.prompt, new.author_id || ' ' || replace(new.action, '_', ''));
    END
    """,
    """
    CREATE TRIGGER job_words_erased AFTER DELETE ON jobs BEGIN
        INSERT INTO job_words (job_words, rowid, prompt, whose)
        VALUES ('delete', old.id, old.prompt, old.author_id || ' ' || replace(old.action, '_', ''));
    END
    """,
    """
    CREATE TRIGGER job_words_changed AFTER UPDATE OF prompt, author_id, action ON jobs BEGIN
        INSERT INTO job_words (job_words, rowid, prompt, whose)
        VALUES ('delete', old.id, old.prompt, old.author_id || ' ' || replace(old.action, '_', ''));
        INSERT INTO job_words (rowid, prompt, whose)
        VALUES (new.id, new.prompt, new.author_id || ' ' || replace(new.action, '_', ''));
    END
    """,
    """
    INSERT INTO job_words (rowid, prompt, whose)
    SELECT id, prompt, author_id || ' ' || replace(action, '_', '') FROM jobs ORDER BY id
    """,
)


def _words(row: str) -> str:
    """What there is to be found of this row of the jobs."""
    words = f"translate({row}.prompt, '{PUNCTUATION}', '{' ' * 32}')"
    whose = f"ARRAY['@' || {row}.author_id, '#' || {row}.action]"
    return f"to_tsvector('pg_catalog.simple', {words}) || array_to_tsvector({whose})"


ON_POSTGRESQL = (
    """
    CREATE TABLE job_words (
        job_id integer CONSTRAINT pk_job_words PRIMARY KEY,
        author_id bigint NOT NULL,
        words tsvector NOT NULL
    )
    """,
    f"""
    CREATE FUNCTION keep_job_words() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF TG_OP <> 'INSERT' THEN
            DELETE FROM job_words WHERE job_id = old.id;
        END IF;
        IF TG_OP <> 'DELETE' THEN
            INSERT INTO job_words VALUES (new.id, new.author_id, {_words("new")});
        END IF;
        RETURN NULL;
    END $$
    """,  # noqa: S608  # our own words
    f"INSERT INTO job_words SELECT id, author_id, {_words('jobs')} FROM jobs",  # noqa: S608  # as above
    "CREATE INDEX ix_job_words_author_id_job_id ON job_words (author_id, job_id)",
    # No list of what is not in the index yet: it would be read through for each search.
    "CREATE INDEX ix_job_words_words ON job_words USING gin (words) WITH (fastupdate = off)",
    """
    CREATE TRIGGER job_words AFTER INSERT OR DELETE OR UPDATE OF prompt, author_id, action ON jobs
    FOR EACH ROW EXECUTE FUNCTION keep_job_words()
    """,
)


def upgrade() -> None:
    on_sqlite = op.get_context().dialect.name == "sqlite"
    for statement in ON_SQLITE if on_sqlite else ON_POSTGRESQL:
        op.get_bind().exec_driver_sql(statement)
