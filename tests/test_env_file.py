"""``.env`` is read as people write it, and what cannot be read is named."""

import os
from collections.abc import Generator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pytest

from bot.settings import Settings, SettingsInvalid, load_settings

GOOD = "DISCORD_TOKEN=abc.def-ghi\nVTRIX_API_KEY=key-0123456789\n"


@pytest.fixture(autouse=True)
def bare_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in os.environ:
        if name not in {"PATH", "PYTEST_CURRENT_TEST"}:
            monkeypatch.delenv(name)


@pytest.fixture
def env(tmp_path: Path) -> Path:
    return tmp_path / ".env"


def written(env: Path, text: str, *, encoding: str = "utf-8") -> Settings:
    env.write_bytes(text.encode(encoding))
    env.chmod(0o600)
    return load_settings(env)


def problems(env: Path) -> str:
    with pytest.raises(SettingsInvalid) as refused:
        load_settings(env)
    return "\n".join(refused.value.problems)


def remarks(settings: Settings | SettingsInvalid) -> list[str]:
    return [remark.sentence for remark in settings.remarks]


# ------------------------------------------------------------------ how it is written


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
def test_a_byte_order_mark_makes_no_difference(env: Path, encoding: str) -> None:
    settings = written(env, GOOD + "REFUSED_WORDS=größe\n", encoding=encoding)
    assert settings.discord_token.get_secret_value() == "abc.def-ghi"
    assert settings.refused_words == ("größe",)


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-be"])
def test_another_encoding_is_named(env: Path, encoding: str) -> None:
    env.write_bytes(GOOD.encode(encoding))
    said = problems(env)
    assert said.startswith(".env")
    assert "UTF-16" in said
    assert "save it as UTF-8" in said.lower().replace("utf-8", "UTF-8")
    assert "abc" not in said


def test_one_foreign_letter_is_named_by_its_line(env: Path) -> None:
    env.write_bytes(GOOD.encode() + b"# caf\xe9\n")
    said = problems(env)
    assert said == ".env, line 3: contains a character that isn't UTF-8. Save the file as UTF-8."


def test_a_nul_is_named_by_its_line(env: Path) -> None:
    env.write_bytes(GOOD.encode() + b"MAX_RUNNING=1\0\n")
    assert problems(env).startswith(".env, line 3: contains a NUL")


def test_every_line_that_sets_nothing_is_named_and_not_shown(env: Path) -> None:
    env.write_text(f"{GOOD}\n\nMTA.hidden.token\n# a comment\nMAX_RUNNING='6\nhidden words here\n")
    said = problems(env)
    assert [line.partition(":")[0] for line in said.splitlines()] == [
        *(".env, line 5", ".env, line 7", ".env, line 8"),
    ]
    assert "hidden" not in said


def test_a_folder_a_dangling_link_and_a_loop_are_named(env: Path) -> None:
    env.mkdir()
    assert problems(env).startswith(".env is a folder")
    env.rmdir()
    env.symlink_to("nowhere")
    assert problems(env) == ".env is a link to a file that doesn't exist."
    env.unlink()
    env.symlink_to(".env")
    assert problems(env).startswith(".env can't be read (OSError)")


@contextmanager
def nobody() -> Generator[None]:
    """As a user who is not root, whom permissions do not hold up."""
    mine = os.geteuid()
    if mine == 0:
        os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(mine)


def test_a_file_of_somebody_else_is_named(env: Path) -> None:
    env.write_text(GOOD)
    env.chmod(0)
    with nobody():
        assert problems(env).startswith(".env can't be read (PermissionError)")


def test_no_file_at_all_is_no_problem_of_the_file(env: Path) -> None:
    assert "DISCORD_TOKEN is missing" in problems(env)
    assert ".env" not in problems(env)


def test_a_pipe_is_read_once(env: Path) -> None:
    os.mkfifo(env)
    with ThreadPoolExecutor() as beside:
        beside.submit(env.write_text, GOOD)  # which waits for somebody to read
        settings = load_settings(env)
    assert settings.vtrix_api_key.get_secret_value() == "key-0123456789"
    assert remarks(settings) == []


# ------------------------------------------------------------------ values


@pytest.mark.parametrize(
    "value", ["7", " 7 ", "'7'", '"7"', "“7”", "7  # as many as the account has", '" 7 "']
)
def test_quotes_and_comments_are_not_part_of_a_value(env: Path, value: str) -> None:
    assert written(env, f"{GOOD}MAX_RUNNING={value}\n").max_running == 7


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DISCORD_TOKEN", '"abc.def-ghi"'),
        ("DISCORD_TOKEN", "'abc.def-ghi'"),
        ("LOG_LEVEL", "'debug'"),
        ("ALLOWED_GUILDS", '"11, 22"'),
        ("ALLOWED_GUILDS", "'11','22'"),
        ("REFUSED_WORDS", "'one word, two'"),
        ("REFUSED_WORDS", '"one word", "two"'),
        ("ALLOW_DMS", "'true'"),
        ("VTRIX_API_URL", "'http://127.0.0.1:1/'"),
        ("DATABASE_URL", '"sqlite+aiosqlite:///x.db"'),
    ],
)
def test_quotes_in_the_environment_are_not_part_of_a_value(
    env: Path, monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    """Docker's ``--env-file`` and many panels leave them."""
    env.write_text("DISCORD_TOKEN=other\nVTRIX_API_KEY=other\n")
    default = getattr(load_settings(env), name.lower())
    monkeypatch.setenv(name, value.replace("'", "").replace('"', ""))
    bare = getattr(load_settings(env), name.lower())
    monkeypatch.setenv(name, value)
    assert getattr(load_settings(env), name.lower()) == bare != default


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("MAX_JOBS_PER_DAY", ["1.000", "1,000", "1 000", "1.0", "5 jobs", "80%", "nan", "yes"]),
        ("MAX_RUNNING", ["-1", "0x10", "1e3", "²", "inf", "9" * 30, "5;"]),
        ("MAX_USD_PER_DAY_PER_USER", ["1.000", "1.000.000", "4,50", "$4", "4 USD", "nan", "1e400"]),
        ("RETENTION_DAYS", ["1.0", "30 days", "-1"]),
        ("WATCH_HOURS", ["nan", "inf", "24h", "½"]),
        ("ALLOW_DMS", ["ja", "enabled", "2"]),
        ("ALLOWED_ROLES", ["-5", "0", "1.0", "<@&12>", "1;2", "9" * 30]),
        ("VTRIX_API_URL", ["https://me:hidden@h/", "https://h/?a=b", "https://h/#x", "h.example"]),
    ],
)
def test_a_value_that_may_mean_something_else_is_named_and_not_shown(
    env: Path, name: str, values: list[str]
) -> None:
    for value in values:
        env.write_text(f"{GOOD}{name}={value}\n")
        said = problems(env)
        assert said.startswith(f"{name} is wrong: it must be "), value
        assert "hidden" not in said


def test_numbers_as_people_write_them_are_taken(env: Path) -> None:
    text = "MAX_RUNNING=+5\nMAX_JOBS_PER_DAY=1_000\nPRICE_USD=0.080\nMAX_USD_PER_DAY_PER_USER=2.5\n"
    settings = written(env, GOOD + text)
    assert (settings.max_running, settings.max_jobs_per_day) == (5, 1000)
    assert (str(settings.price_usd), str(settings.max_usd_per_day_per_user)) == ("0.080", "2.5")


def test_quotes_inside_a_value_stay(env: Path) -> None:
    settings = written(env, f"""{GOOD}REFUSED_WORDS=rock 'n' roll, a "so-called" art, it's\n""")
    assert settings.refused_words == ("rock 'n' roll", 'a "so-called" art', "it's")


def test_bytes_that_are_no_text_are_a_wrong_value(
    env: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    env.write_text(GOOD)
    monkeypatch.setenv("REFUSED_WORDS", os.fsdecode(b"\xff\xfe"))
    assert problems(env).startswith("REFUSED_WORDS is wrong")


# ------------------------------------------------------------------ names


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("MAX_RUNING", "MAX_RUNNING"),
        ("MAX_RUNNIGN", "MAX_RUNNING"),
        ("max_runing", "MAX_RUNNING"),
        ("LOGLEVEL", "LOG_LEVEL"),
        ("ALLOWED_GUILD", "ALLOWED_GUILDS"),
        ("DISCROD_TOKEN", "DISCORD_TOKEN"),
        ("PRYCE_USB", "PRICE_USD"),
        ("RPICE_UDS", "PRICE_USD"),
        ("LOG_EVE", "LOG_LEVEL"),
        ("ALLOW_DMSES", "ALLOW_DMS"),
        ("MAX_JOBS_PER_WEEK", None),
        ("ALLOWED_PEOPLE", None),
    ],
)
@pytest.mark.parametrize("where", ["file", "environment"])
def test_a_misspelt_setting_is_named(
    env: Path, monkeypatch: pytest.MonkeyPatch, where: str, name: str, meant: str | None
) -> None:
    text = GOOD
    if where == "environment":
        monkeypatch.setenv(name, "hidden")
    else:
        text += f"{name}=hidden\n"
    [remark] = written(env, text).remarks
    assert remark.wrong
    assert remark.sentence.startswith(f"{name.upper()} is set, but there's no such setting.")
    assert remark.sentence.endswith(f"Did you mean {meant}?") is (meant is not None)


def test_it_is_named_beside_the_setting_that_is_missing(env: Path) -> None:
    env.write_text(GOOD.replace("DISCORD_TOKEN", "DISCORD_TOKN"))
    env.chmod(0o600)
    with pytest.raises(SettingsInvalid) as refused:
        load_settings(env)
    assert [problem.split()[0] for problem in refused.value.problems] == ["DISCORD_TOKEN"]
    [said] = remarks(refused.value)
    assert said.endswith("Did you mean DISCORD_TOKEN?")


def test_a_name_of_something_else_is_named_in_the_file_alone(
    env: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COMPOSE_FILE", "hidden")
    assert written(env, GOOD).remarks == ()
    [remark] = written(env, GOOD + "COMPOSE_FILE=hidden\n").remarks
    assert remark.sentence == "COMPOSE_FILE is set, but there's no such setting."
    assert not remark.wrong


def test_a_secret_in_the_wrong_place_is_not_shown(env: Path) -> None:
    [remark] = written(env, GOOD + "MTA.hidden-in.base64==\n").remarks
    assert remark.sentence == ".env, line 3: there's no such setting."


def test_a_setting_that_is_set_twice_is_named(env: Path) -> None:
    settings = written(env, GOOD + "MAX_RUNNING=1\nMAX_RUNNING=2\n")
    assert settings.max_running == 2
    assert remarks(settings) == [".env sets MAX_RUNNING more than once. The last one counts."]


def test_a_proxy_that_is_not_used_is_named(env: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("https_proxy", "http://me:hidden@proxy:3128")
    [said] = remarks(written(env, GOOD))
    assert said.startswith("HTTPS_PROXY is set, but this bot doesn't use proxies")
    assert "hidden" not in said


@pytest.mark.parametrize(
    ("mode", "open_"), [(0o600, False), (0o400, False), (0o644, True), (0o640, True)]
)
def test_a_file_that_others_may_read_is_remarked_on(env: Path, mode: int, *, open_: bool) -> None:
    env.write_text(GOOD)
    env.chmod(mode)
    said = remarks(load_settings(env))
    assert [one.endswith("chmod 600 .env") for one in said] == [True] * open_


def test_the_example_as_it_is_gives_no_remark(env: Path) -> None:
    text = (Path(__file__).parents[1] / ".env.example").read_text(encoding="utf-8")
    text = text.replace("DISCORD_TOKEN=", "DISCORD_TOKEN=x").replace("API_KEY=", "API_KEY=x")
    assert written(env, text).remarks == ()
