"""The API key shows nowhere: not in a repr, an error, a cause or a log line.

Nor does what people wrote, where the API quotes it.
"""

import logging
import traceback

import pytest

from bot.actions import IMAGINE
from bot.api import GenerationApi
from bot.errors import ContentRefused, RemixbotError
from bot.model import Failed, Request
from tests.api.conftest import KEY, ApiAt
from tests.api.servers import Answer, Reply, Then, free_port, raw_server, scripted

REQUEST = Request(action=IMAGINE, prompt="a fox")
ECHO = f"{'x' * 180} Bearer {KEY} is wrong"
"""The API quotes the key, at the very place where long words are cut."""


async def raised_by(api: GenerationApi) -> list[RemixbotError]:
    errors: list[RemixbotError] = []
    for call in (api.submit(REQUEST), api.fetch("t")):
        try:
            state = await call
        except RemixbotError as error:
            errors.append(error)
        else:
            assert isinstance(state, Failed)
            assert KEY[:6] not in repr(state)
    return errors


def shown(error: RemixbotError) -> str:
    """Everything of *error* that a log can show."""
    frames = "".join(traceback.format_exception(error))
    return f"{error!s} {error!r} {vars(error)} {frames} {error.__cause__!r}"


@pytest.mark.parametrize("status", [200, 302, 400, 401, 403, 404, 422, 429, 500])
@pytest.mark.parametrize(
    "body",
    [
        {"error": ECHO},
        {"error": {"code": 4011098, "message": ECHO}},
        {"status": {"message": ECHO}},
        {"id": "t", "status": "failed", "error": ECHO},
    ],
)
async def test_a_key_that_the_api_quotes_shows_nowhere(
    api_at: ApiAt, caplog: pytest.LogCaptureFixture, status: int, body: object
) -> None:
    with caplog.at_level(logging.DEBUG):
        async with scripted(Answer.of(body, status=status)) as server:
            errors = await raised_by(api_at(server.url))
    assert errors or status == 200
    for error in errors:
        assert KEY[:6] not in shown(error)
    assert KEY[:6] not in caplog.text


ASKED = Request(
    action=IMAGINE,
    prompt="A Secret heron, 一只秘密的苍鹭 --no moats",
    callback="https://hooks.example/t0ken",
)
WRITTEN = ("secret", "heron", "moats", "苍鹭", "hooks", "t0ken")


@pytest.mark.parametrize("status", [200, 400, 403, 404, 422])
@pytest.mark.parametrize(
    "quote",
    [
        "Banned prompt detected: a SECRET heron",
        "'A Secret heron, 一只秘密的苍鹭 --no moats' is not allowed",
        "提示词秘密的苍鹭被禁止",
        "cannot call https://hooks.example/t0ken",
        f"{'x' * 190} secret heron",
    ],
)
async def test_what_people_wrote_and_the_api_quotes_is_in_no_log(
    api_at: ApiAt, status: int, quote: str
) -> None:
    failed = {"id": "t", "status": "failed", "error": {"code": 4011098, "message": quote}}
    async with scripted(
        Answer.of(failed if status == 200 else {"error": quote}, status=status)
    ) as server:
        api, told = api_at(server.url), list[str]()
        for call in (api.submit(ASKED), api.fetch("t", ASKED)):
            try:
                told.append(repr(await call))
            except RemixbotError as error:
                told.append(f"{error!r} {vars(error)}")
    assert len(told) == 2
    assert [word for word in WRITTEN if word in "".join(told).casefold()] == []


async def test_the_apis_other_words_are_kept_for_the_log(api_at: ApiAt) -> None:
    quote = {"error": "insufficient rights for model x-2 (heron)"}
    async with scripted(Answer.of(quote, status=400)) as server:
        with pytest.raises(RemixbotError, match="insufficient rights for model x-2 \\(…\\)"):
            await api_at(server.url).submit(ASKED)


async def test_moderation_is_understood_whatever_is_left_out_of_the_log(api_at: ApiAt) -> None:
    asked = Request(action=IMAGINE, prompt="sensitive content")
    async with scripted(Answer.of({"error": "sensitive content detected"}, status=403)) as server:
        with pytest.raises(ContentRefused):
            await api_at(server.url).submit(asked)


@pytest.mark.parametrize("then", [Then.RESET, Then.CLOSE, Then.STAY_SILENT])
async def test_a_key_never_shows_in_a_lost_connection(
    api_at: ApiAt, caplog: pytest.LogCaptureFixture, then: Then
) -> None:
    with caplog.at_level(logging.DEBUG):
        async with raw_server(Reply(b"HTTP/1.1 what?\r\n\r\n", then)) as server:
            errors = await raised_by(api_at(server.url, timeout_s=0.2))
            errors += await raised_by(api_at(f"http://127.0.0.1:{free_port()}"))
    assert len(errors) == 4
    for error in errors:
        assert KEY not in shown(error)
    assert KEY not in caplog.text


async def test_a_key_never_shows_in_a_repr(api_at: ApiAt) -> None:
    assert KEY not in repr(api_at("http://localhost"))
    assert KEY not in str(api_at("http://localhost"))
