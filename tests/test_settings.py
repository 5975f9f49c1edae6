"""Settings are read once, named when they are wrong, and never shown."""

import re
from pathlib import Path

import pytest
from dotenv import dotenv_values

from bot.settings import Settings, SettingsInvalid, load_settings

EXAMPLE = Path(__file__).parent.parent / ".env.example"
DOCUMENT = Path(__file__).parent.parent / "docs" / "settings.md"
GOOD = {"DISCORD_TOKEN": "abc.def-ghi", "VTRIX_API_KEY": "key-0123456789"}


@pytest.fixture(autouse=True)
def bare_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)


def env_file(folder: Path, **values: str) -> Path:
    file = folder / ".env"
    file.write_text("".join(f"{name}={value}\n" for name, value in values.items()))
    return file


def test_two_settings_are_enough(tmp_path: Path) -> None:
    settings = load_settings(env_file(tmp_path, **GOOD))
    assert settings.discord_token.get_secret_value() == "abc.def-ghi"
    assert str(settings.vtrix_api_url) == "https://cloud.vtrix.ai/model/v1"
    assert settings.database_url.get_secret_value() == "sqlite+aiosqlite:///data/remixbot.db"
    assert (settings.max_running_per_user, settings.max_jobs_per_day) == (3, 200)
    assert settings.allowed_guilds == frozenset()


def test_the_environment_wins_over_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MAX_RUNNING_PER_USER", "7")
    settings = load_settings(env_file(tmp_path, **GOOD, MAX_RUNNING_PER_USER="1"))
    assert settings.max_running_per_user == 7


def test_an_empty_value_means_the_default(tmp_path: Path) -> None:
    settings = load_settings(env_file(tmp_path, **GOOD, LOG_LEVEL="", ALLOWED_GUILDS=""))
    assert settings.log_level == "INFO"


def test_guilds_come_as_a_list(tmp_path: Path) -> None:
    settings = load_settings(env_file(tmp_path, **GOOD, ALLOWED_GUILDS="11, 22 33,"))
    assert settings.allowed_guilds == {11, 22, 33}


@pytest.mark.parametrize(
    "value", ["gore, very bad", '"gore, very bad"', "'gore','very bad',", "“gore, very bad”"]
)
def test_quotes_around_refused_words_are_no_part_of_them(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, value: str
) -> None:
    monkeypatch.setenv("REFUSED_WORDS", value)  # as a container's environment has it
    assert load_settings(env_file(tmp_path, **GOOD)).refused_words == ("gore", "very bad")


@pytest.mark.parametrize("word", ["\u200b", "--", "__"])
def test_a_word_that_could_never_be_found_is_no_setting(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, word: str
) -> None:
    monkeypatch.setenv("REFUSED_WORDS", f"gore,{word}")
    with pytest.raises(SettingsInvalid, match="REFUSED_WORDS is wrong"):
        load_settings(env_file(tmp_path, **GOOD))


def test_all_problems_are_named_at_once_and_no_value_is_shown(tmp_path: Path) -> None:
    wrong = {
        "DISCORD_TOKEN": "'a token with spaces'",
        "VTRIX_API_URL": "ftp://hidden.example",
        "DATABASE_URL": "mysql://me:hidden@host/db",
        "LOG_LEVEL": "hidden",
        "MAX_RUNNING_PER_USER": "-1",
        "MAX_JOBS_PER_DAY": "hidden",
        "ALLOWED_GUILDS": "1,hidden",
        "WATCH_HOURS": "0",
        "MAX_READS_PER_SECOND": "0",
        "API_TIMEOUT_SECONDS": "1000",
    }
    with pytest.raises(SettingsInvalid) as refused:
        load_settings(env_file(tmp_path, **wrong))
    named = {problem.split()[0] for problem in refused.value.problems}
    assert named == {*wrong, "VTRIX_API_KEY"}
    said = f"{refused.value} {refused.value.__cause__} {refused.value.__context__}"
    assert "hidden" not in said
    assert "spaces" not in said


def test_secrets_hide_in_repr(tmp_path: Path) -> None:
    settings = load_settings(
        env_file(tmp_path, **GOOD, DATABASE_URL="sqlite+aiosqlite:///secret-folder/x.db")
    )
    for secret in (*GOOD.values(), "secret-folder"):
        assert secret not in repr(settings)
        assert secret not in str(settings)


def test_the_example_names_every_setting_with_its_default(tmp_path: Path) -> None:
    assert list(dotenv_values(EXAMPLE)) == [name.upper() for name in Settings.model_fields]
    copy = tmp_path / ".env"
    copy.write_text(re.sub(r"(TOKEN|KEY)=$", r"\1=x", EXAMPLE.read_text(), flags=re.MULTILINE))
    settings = load_settings(copy)
    for name, field in Settings.model_fields.items():
        if not field.is_required():
            assert getattr(settings, name) == field.default, name


def test_the_documents_name_every_setting_with_its_default_and_its_bounds(tmp_path: Path) -> None:
    row = r"^\| `([A-Z_]+)` \| (.+?) \| (.*?) \|"
    rows = re.findall(row, DOCUMENT.read_text(encoding="utf-8"), re.MULTILINE)
    assert sorted(name for name, _, _ in rows) == sorted(map(str.upper, Settings.model_fields))
    defaults = {name: cell.strip("`") for name, cell, _ in rows if cell.startswith("`")}
    settings = load_settings(env_file(tmp_path, **GOOD, **defaults))
    for name, cell, bounds in rows:
        field = Settings.model_fields[name.lower()]
        if field.is_required():
            assert cell == "(required)", name
            continue
        assert getattr(settings, name.lower()) == field.default, name
        assert (cell == "(empty)") is (name not in defaults), name
        limits = [
            limit
            for bound in field.metadata
            for limit in (getattr(bound, name, None) for name in ("ge", "gt", "le"))
            if limit is not None
        ]
        numbers = [f"{limit:,}" for limit in limits]
        assert re.findall(r"\d[\d,]*\b", bounds) == numbers, name
