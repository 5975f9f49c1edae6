"""The words that script what happens, one by one."""

import asyncio
from itertools import pairwise

import pytest
from aiohttp import ClientConnectionError, ClientPayloadError, ClientSession

from sandbox.api.script import Key, Word, help_text, read_script
from tests.sandbox.api_caller import KEY, Answer, Caller, open_api


async def test_a_hanging_submit_is_accepted_and_dropped_when_the_server_ends() -> None:
    async with ClientSession() as session:
        async with open_api() as api:
            caller = Caller(api.server, session, api.clock)
            submit = asyncio.create_task(caller.imagine("a fox sandbox:hang"))
            await api.server.until(lambda: bool(api.server.submits))
            assert not submit.done()
        with pytest.raises(ClientConnectionError):
            await submit


async def test_seconds_is_exact_whatever_the_speed() -> None:
    async with open_api(speed=10.0) as api:
        await api.imagine("sandbox:seconds=2.5")
        await api.imagine("sandbox:slow")
        durations = [job.ends_at - job.starts_at for job in api.server.submits]
        assert durations == [2.5, 12.0]


async def test_a_job_of_no_seconds_is_completed_in_the_answer_to_its_submit(api: Caller) -> None:
    submitted = await api.imagine("a fox sandbox:seconds=0")
    assert submitted.at("status") == "completed"
    assert len(submitted.images) == 4


def numbers(done: Answer) -> list[int]:
    return [int(url.rpartition("_")[2].removesuffix(".png")) for url in done.image_urls]


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("sandbox:images=2", [0, 1]),
        ("sandbox:images=0", []),
        ("sandbox:images=6", [0, 1, 2, 3, 4, 5]),
        ("sandbox:images=999", list(range(16))),
        ("sandbox:missing=1", [0, 2, 3]),
        ("sandbox:missing=0 sandbox:missing=3", [1, 2]),
    ],
)
async def test_scripted_images_keep_their_own_numbers(
    api: Caller, words: str, expected: list[int]
) -> None:
    assert numbers(await api.imagine_and_finish(f"a fox {words}")) == expected


async def test_permutations_are_billed_for_every_four_images(api: Caller) -> None:
    done = await api.imagine_and_finish("a fox sandbox:images=5 sandbox:missing=0")
    assert done.at("usage", "cost") == "0.160000"


@pytest.mark.parametrize(
    ("prompt", "cost"),
    [
        ("a {red, green} fox", "0.160000"),
        ("a fox --repeat 3", "0.240000"),
        ("a {red, green} fox —r 2 --turbo", "0.640000"),
        ("a fox --oref https://a.example/x.png", "0.160000"),
        ("a fox --q 4", "0.320000"),
        ("a fox --raw --sref 4", "0.080000"),
    ],
)
async def test_what_multiplies_a_bill_is_billed(api: Caller, prompt: str, cost: str) -> None:
    assert (await api.imagine_and_finish(prompt)).at("usage", "cost") == cost


async def test_noprogress_leaves_progress_out(api: Caller) -> None:
    submitted = await api.imagine("a fox sandbox:noprogress")
    api.clock.advance(2)
    running = await api.read(submitted.task_id)
    assert running.at("status") == "in_progress"
    assert not running.has("progress")


async def test_backwards_goes_back_once(api: Caller) -> None:
    submitted = await api.imagine("a fox sandbox:backwards sandbox:seconds=10")
    seen: list[float] = []
    for _ in range(9):
        api.clock.advance(1)
        seen.append(float(str((await api.read(submitted.task_id)).at("progress"))))
    assert sum(later < earlier for earlier, later in pairwise(seen)) == 1
    assert seen[-1] > 0.8


async def test_flaky_fails_every_second_read(api: Caller) -> None:
    task_id = (await api.imagine("a fox sandbox:flaky")).task_id
    assert [(await api.read(task_id)).status for _ in range(4)] == [200, 500, 200, 500]


async def test_drip_sends_single_bytes_that_make_the_whole_answer() -> None:
    async with open_api(speed=10_000.0) as api:
        submitted = await api.imagine("a fox sandbox:drip sandbox:seconds=60")
        answer = await api.read(submitted.task_id)
        assert answer.at("status") == "in_progress"


async def test_a_server_ends_in_the_middle_of_a_drip() -> None:
    async with ClientSession() as session:
        async with open_api(speed=0.001) as api:
            task_id = (await api.imagine("a fox sandbox:drip")).task_id
            url = f"{api.server.url}/generation/task/{task_id}"
            response = await session.get(url, headers={"Authorization": f"Bearer {KEY}"})
            assert await response.content.readexactly(1) == b"{"
        with pytest.raises(ClientPayloadError):
            await response.read()


async def test_silence_never_answers_a_read() -> None:
    async with ClientSession() as session:
        async with open_api() as api:
            caller = Caller(api.server, session, api.clock)
            task_id = (await caller.imagine("a fox sandbox:silence")).task_id
            read = asyncio.create_task(caller.read(task_id))
            await api.server.until(lambda: api.server.reads[task_id] == 1)
            assert not read.done()
        with pytest.raises(ClientConnectionError):
            await read


async def test_big_images_are_over_ten_mebibytes(api: Caller) -> None:
    done = await api.imagine_and_finish("a fox sandbox:big")
    status, png = await api.image(done.image_urls[0])
    assert status == 200
    assert len(png) > 10 * 1024 * 1024


async def test_words_of_no_meaning_are_ignored(api: Caller) -> None:
    prompt = "sandbox:unheard sandbox:failure sandbox:images sandbox:images=x sandbox:fail=1"
    done = await api.imagine_and_finish(prompt)
    assert done.at("status") == "completed"
    assert len(done.images) == 4


def test_words_are_read_in_any_case_and_beside_punctuation() -> None:
    script = read_script("a fox (SANDBOX:Fail), sandbox:seconds=3.5.")
    assert Word.FAIL in script
    assert script.number(Word.SECONDS) == 3.5
    assert Word.SLOW not in script


def test_every_word_and_key_stands_in_the_help() -> None:
    text = help_text()
    assert all(f"sandbox:{word.form} " in text and word.meaning[:40] in text for word in Word)
    assert all(f"  {key.form} " in text for key in Key)
