"""``python -m sandbox.api`` as people run it."""

import asyncio
import json
import signal
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress

import pytest
from aiohttp import ClientConnectionError, ClientSession

from sandbox.api.__main__ import main


@asynccontextmanager
async def program(*arguments: str) -> AsyncGenerator[Process]:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-W", "error", "-m", "sandbox.api", *arguments, stdout=PIPE, stderr=PIPE
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


async def setting(process: Process, name: str) -> str:
    """The value that the program prints for a line of .env."""
    assert process.stdout is not None
    while line := await process.stdout.readline():
        found, _, value = line.decode().strip().partition("=")
        if found == name:
            return value
    raise AssertionError(f"{name} was not printed")


@pytest.mark.parametrize("end", [signal.SIGTERM, signal.SIGINT])
async def test_it_prints_the_settings_serves_them_and_ends_cleanly(end: signal.Signals) -> None:
    async with program("--port", "0", "--speed", "1000") as process:
        url = await setting(process, "VTRIX_API_URL")
        key = await setting(process, "VTRIX_API_KEY")
        body = {"model": "midjourney_diffusion", "input": [{"params": {"text": "a fox"}}]}
        async with (
            ClientSession(headers={"Authorization": f"Bearer {key}"}) as session,
            session.post(f"{url}/generation", json=body) as response,
        ):
            assert response.status == 200
        process.send_signal(end)
        _, errors = await process.communicate()
        assert (process.returncode, errors) == (0, b"")


async def test_a_port_that_is_taken_is_told_in_one_sentence() -> None:
    async with program("--port", "0") as first:
        port = (await setting(first, "VTRIX_API_URL")).split(":")[2].partition("/")[0]
        async with program("--port", port) as second:
            _, errors = await second.communicate()
            assert second.returncode == 1
            assert errors.decode().startswith(f"Cannot listen on 127.0.0.1 port {port}")
            assert b"Traceback" not in errors


def test_help_tells_every_scripted_word(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["--help"])
    assert ended.value.code == 0
    assert "sandbox:images=N" in capsys.readouterr().out


@pytest.mark.parametrize("arguments", [["--port", "70000"], ["--speed", "0"], ["--speed", "nan"]])
def test_impossible_options_are_refused(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    assert ended.value.code == 2
    assert "error" in capsys.readouterr().err


async def test_faults_by_chance_are_a_share_from_0_to_1() -> None:
    async with program("--port", "0", "--faults", "1") as process:
        url = await setting(process, "VTRIX_API_URL")
        async with ClientSession() as session:
            for _ in range(10):
                with suppress(ClientConnectionError, json.JSONDecodeError):
                    async with session.get(f"{url}/generation/task/x") as response:
                        whole = json.loads(await response.text())  # half an answer is a fault, too
                        assert response.status >= 429, whole
    async with program("--faults", "1.5") as process:
        _, errors = await process.communicate()
        assert process.returncode == 2
        assert b"a share is 0 to 1" in errors
