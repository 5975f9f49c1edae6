"""``python -m sandbox`` as a program. What its page can do is in the other tests."""

import signal

import pytest
from aiohttp import ClientSession

from sandbox.__main__ import main
from tests.browser.program import program, sandbox


@pytest.mark.parametrize("end", [signal.SIGTERM, signal.SIGINT])
async def test_it_prints_an_address_serves_it_and_ends_cleanly(end: signal.Signals) -> None:
    async with sandbox() as running:
        async with ClientSession() as session, session.get(running.url) as response:
            assert response.status == 200
        assert await running.end(end) == (0, "")


async def test_a_port_that_is_taken_is_told_in_one_sentence() -> None:
    async with sandbox() as first:
        port = first.url.split(":")[2].partition("/")[0]
        async with program("--port", port) as second:
            _, errors = await second.communicate()
            assert second.returncode == 1
            assert errors.decode().count("\n") == 1
            assert port in errors.decode()


def test_help_tells_the_words_that_script_a_job(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["--help"])
    assert ended.value.code == 0
    assert "sandbox:seconds=N" in capsys.readouterr().out


@pytest.mark.parametrize("arguments", [["--port", "70000"], ["--speed", "0"], ["--speed", "nan"]])
def test_impossible_options_are_refused(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    assert ended.value.code == 2
    assert "error" in capsys.readouterr().err
