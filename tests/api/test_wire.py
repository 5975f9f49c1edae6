"""Task objects, as recorded and as odd as the API may send them."""

import logging
from decimal import Decimal

import pytest

from bot.actions import ANIMATE, IMAGINE, PAN, REMIX, UPSCALE, MediaKind, Mode
from bot.api import wire
from bot.api.wire import parse_task, submit_body
from bot.errors import ApiUnavailable, GenerationFailed, OutputUnreadable
from bot.model import Completed, Failed, FailureCause, Image, Request, Running, Source
from bot.texts import ENGLISH

TASK = "d758n65e878c73cmdg20"
JOB = "0f9a6f1e-6a39-4b4c-9d4e-0c8a6e3b7d11"


def done(*content: object, **more: object) -> Completed:
    """The completed task with *content*."""
    body = {"id": TASK, "status": "completed", "output": [{"content": list(content)}], **more}
    state = parse_task(body)
    assert isinstance(state, Completed)
    return state


def image(url: object = "https://cdn.example/a.png", **more: object) -> dict[str, object]:
    return {"type": "image", "url": url, "jobId": JOB, **more}


def numbers(state: Completed) -> list[int]:
    return [image.image_no for image in state.images]


def test_a_remix_is_asked_for_in_the_words_of_the_api() -> None:
    request = Request(
        action=REMIX,
        source=Source(job_id=JOB, image_no=2),
        prompt="a red fox",
        options={"mode": Mode.SUBTLE},
        callback="https://example.org/done",
    )
    assert submit_body(request) == {
        "model": "midjourney_remix",
        "input": [
            {
                "params": {
                    "jobId": JOB,
                    "imageNo": 2,
                    "remixPrompt": "a red fox",
                    "mode": 1,
                    "callback": "https://example.org/done",
                }
            }
        ],
    }


def test_an_absent_callback_is_not_sent() -> None:
    assert submit_body(Request(action=IMAGINE, prompt="a fox")) == {
        "model": "midjourney_diffusion",
        "input": [{"params": {"text": "a fox"}}],
    }


def test_a_finished_task_is_read_whole() -> None:
    state = done(
        image("https://cdn.example/x_0.png"),
        image("https://cdn.example/x_1.png"),
        usage={"cost": "0.08", "discount": 1},
        metadata={"jobId": "another"},
        created_at=1760000000,
        something_new={"a": [1]},
    )
    assert state == Completed(
        task_id=TASK,
        job_id=JOB,
        images=(
            Image(job_id=JOB, image_no=0, url="https://cdn.example/x_0.png"),
            Image(job_id=JOB, image_no=1, url="https://cdn.example/x_1.png"),
        ),
        cost_usd=Decimal("0.08"),
    )


@pytest.mark.parametrize(
    "status", ["in_progress", "pending", "staged", "processing", "queued_in_orbit", ""]
)
def test_every_other_status_means_that_it_still_runs(status: str) -> None:
    assert parse_task({"id": TASK, "status": status}) == Running(task_id=TASK)


@pytest.mark.parametrize(
    "body",
    [
        None,
        [],
        "text",
        {},
        {"id": TASK},
        {"status": "completed"},
        {"id": "", "status": "completed"},
        {"id": " \n", "status": "completed"},
        {"id": None, "status": "completed"},
        {"id": True, "status": "completed"},
        {"id": "broken \ud800", "status": "completed"},
        {"id": TASK, "status": 3},
        {"id": TASK, "status": {"code": 1}},
    ],
)
def test_an_answer_without_id_or_status_is_no_task(body: object) -> None:
    with pytest.raises(ApiUnavailable):
        parse_task(body)


def test_a_numeric_id_is_taken_as_text() -> None:
    assert parse_task({"id": 1234567890123456789, "status": "x"}).task_id == "1234567890123456789"


@pytest.mark.parametrize(
    ("progress", "fraction"),
    [
        (0.25, 0.25),
        (0, 0.0),
        (1, 1.0),
        (1.2, 1.0),
        (55, 1.0),
        (-0.5, 0.0),
        (10**400, 1.0),
        ("0.5", 0.5),
        ("50%", None),
        ("nan", None),
        (float("nan"), None),
        (float("inf"), None),
        (True, None),
        (None, None),
        ([], None),
    ],
)
def test_progress_is_a_fraction_or_nothing(progress: object, fraction: float | None) -> None:
    state = parse_task({"id": TASK, "status": "in_progress", "progress": progress})
    assert state == Running(task_id=TASK, fraction=fraction)


@pytest.mark.parametrize(
    ("cost", "dollars"),
    [
        ("0.08", Decimal("0.08")),
        (" 0.08 ", Decimal("0.08")),
        (0.08, Decimal("0.08")),
        (1, Decimal(1)),
        (0, Decimal(0)),
        (0.0, Decimal(0)),
        ("0.000", Decimal("0.000")),
        ("100", Decimal(100)),
        (100.0, Decimal(100)),
        (1e-05, Decimal("0.00001")),
        ("0.08000000000000000166533453693773", Decimal("0.08000000000000000166533453693773")),
        ("100.00000000000000000000000001", None),
        ("100.01", None),
        (100.01, None),
        (1e300, None),
        ("1_000", None),
        ("1_0", None),
        ("1e1", None),
        ("+1", None),
        ("0x1", None),
        ("1,5", None),
        ("$0.08", None),
        (".5", None),
        ("5.", None),
        ("\u0661", None),
        ("0.08\n0.09", None),
        ("", None),
        ("-0", None),
        ("0E+999999999", None),
        ("-1", None),
        (-1, None),
        (float("nan"), None),
        (float("inf"), None),
        (-0.5, None),
        ("NaN", None),
        ("sNaN", None),
        ("Infinity", None),
        ("1e999999", None),
        ("1e-999999", None),
        pytest.param("0." + "1" * 5000, None, id="endless decimals"),
        pytest.param(10**5000, None, id="endless number"),
        ("eight cents", None),
        (True, None),
        (None, None),
        ({}, None),
    ],
)
def test_a_cost_is_believed_when_it_is_an_amount(cost: object, dollars: Decimal | None) -> None:
    found = done(image(), usage={"cost": cost}).cost_usd
    assert found == dollars
    assert str(found) == str(dollars)


def test_a_cost_that_is_not_believed_is_logged_once_and_without_its_words(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(wire, "warned", set[str]())
    for cost in ("0.08", None, "a lot", "1e9"):
        done(image(), usage={"cost": cost})
    [line] = [record.getMessage() for record in caplog.records]
    assert TASK in line
    assert "a lot" not in line


@pytest.mark.parametrize(
    ("error", "code", "detail"),
    [
        ({"code": 4011098, "error_message": "generation failed"}, "4011098", "generation failed"),
        ({"code": "004011098", "message": "generation\nfailed"}, "4011098", "generation failed"),
        ({"code": "80040110990"}, "0110990", ""),
        ({"error_message": ["x"], "message": "y"}, None, "y"),
        ("it broke", None, "it broke"),
        (None, None, ""),
        ([1], None, ""),
    ],
)
def test_a_failure_is_read_in_every_shape(error: object, code: str | None, detail: str) -> None:
    state = parse_task({"id": TASK, "status": "failed", "error": error})
    assert state == Failed(task_id=TASK, code=code, detail=detail)


@pytest.mark.parametrize("output", [None, [], {}, "", [{}], [None], [{"content": None}], [[]]])
def test_completed_without_output_has_no_images(output: object) -> None:
    state = parse_task({"id": TASK, "status": "completed", "output": output})
    assert isinstance(state, Completed)
    assert state.images == ()


@pytest.mark.parametrize(
    "output",
    ["x", 5, True, {"content": []}, ["x"], [["x"]], [{"content": "x"}], [{"content": {"x": 1}}]],
)
def test_an_output_that_cannot_be_read_does_not_end_the_task(output: object) -> None:
    with pytest.raises(OutputUnreadable) as caught:
        parse_task({"id": TASK, "status": "completed", "output": output})
    assert caught.value.task_id == TASK


def test_who_asks_for_a_task_needs_no_id_in_the_answer() -> None:
    assert parse_task({"status": "pending"}, TASK) == Running(task_id=TASK)


def test_of_thousands_of_images_the_first_hundred_are_kept() -> None:
    assert numbers(done(*[image(f"https://cdn.example/{n}") for n in range(5000)])) == [*range(100)]


def test_videos_are_kept_and_unknown_types_are_not() -> None:
    state = done(
        image("https://cdn.example/grid.png", type="grid"),
        image("https://cdn.example/a.mp4", type="video"),
        image("https://cdn.example/b.png", type=None),
    )
    assert [(image.kind, image.image_no) for image in state.images] == [
        (MediaKind.VIDEO, 0),
        (MediaKind.IMAGE, 1),
    ]


@pytest.mark.parametrize(
    "url", [None, 5, "", "ftp://a/b.png", "javascript:alert(1)", "http://", "/b.png", "http://[x"]
)
def test_an_image_without_a_web_address_is_left_out_and_leaves_its_number(url: object) -> None:
    state = done(image(), image(url=url), image("https://cdn.example/c.png"))
    assert numbers(state) == [0, 2]


# ------------------------------------------------------------------ the provider's job id


def test_each_image_keeps_its_own_job_id() -> None:
    state = done(image(jobId="one"), image(jobId="two"), metadata={"jobId": "three"})
    assert [image.job_id for image in state.images] == ["one", "two"]
    assert state.job_id == "one"
    assert numbers(state) == [0, 0]


def test_an_image_without_job_id_takes_the_one_beside_it() -> None:
    state = done(image(jobId=None), image(), metadata={"jobId": "from metadata"})
    assert [image.job_id for image in state.images] == [JOB, JOB]


def test_the_job_id_may_stand_in_the_metadata() -> None:
    state = done(image(jobId=None), image(jobId=""), metadata={"jobId": 7123456789012345678})
    assert [image.job_id for image in state.images] == ["7123456789012345678"] * 2
    assert state.job_id == "7123456789012345678"


def test_the_task_id_stands_in_for_a_job_id_and_that_is_logged_once(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(wire, "warned", set[str]())
    with caplog.at_level(logging.WARNING):
        states = [done(image(jobId=None)) for _ in range(3)]
    assert {state.job_id for state in states} == {TASK}
    assert {state.images[0].job_id for state in states} == {TASK}
    assert [record.args for record in caplog.records] == [(TASK,)]


# ------------------------------------------------------------------ the images' numbers


def test_numbers_are_positions_when_nothing_else_is_known() -> None:
    assert numbers(done(image(), image(), image(), image())) == [0, 1, 2, 3]


def test_a_number_told_with_the_image_wins_over_its_name_and_position() -> None:
    state = done(
        image("https://cdn.example/x_0.png", imageNo=3),
        image("https://cdn.example/x_1.png", imageNo="1"),
        image("https://cdn.example/x_2.png", metadata={"imageNo": 2}),
    )
    assert numbers(state) == [3, 1, 2]


def test_names_tell_the_numbers_when_moderation_removed_an_image() -> None:
    state = done(
        image("https://cdn.example/x_0.png?sig=_3.png"),
        image("https://cdn.example/x_2.webp"),
        image("https://cdn.example/x_3.jpeg"),
    )
    assert numbers(state) == [0, 2, 3]


def test_names_count_only_when_all_images_have_them() -> None:
    state = done(image("https://cdn.example/x_3.png"), image("https://cdn.example/other.png"))
    assert numbers(state) == [0, 1]


def test_names_that_repeat_a_number_count_for_nothing() -> None:
    state = done(image("https://cdn.example/x_0.png"), image("https://cdn.example/y_0.png"))
    assert numbers(state) == [0, 1]


def test_the_parents_number_in_the_metadata_is_not_taken_for_the_images() -> None:
    state = done(image(), image(), image(), image(), metadata={"jobId": JOB, "imageNo": 2})
    assert numbers(state) == [0, 1, 2, 3]


def test_the_parents_number_repeated_with_every_image_is_not_believed() -> None:
    state = done(*[image(f"https://cdn.example/x_{n}.png", imageNo=2) for n in (1, 3)])
    assert numbers(state) == [1, 3]


def test_a_list_of_numbers_in_the_metadata_belongs_to_the_images() -> None:
    assert numbers(done(image(), image(), metadata={"imageNo": [1, 3]})) == [1, 3]
    assert numbers(done(image(), image(), metadata={"imageNo": [1, 2, 3]})) == [0, 1]


@pytest.mark.parametrize("told", [-1, 100, 1.5, True, "x", None, [1], 10**400])
def test_an_absurd_number_is_not_believed(told: object) -> None:
    assert numbers(done(image(imageNo=told), image())) == [0, 1]


def test_permutations_are_numbered_within_their_own_job() -> None:
    body = {
        "id": TASK,
        "status": "completed",
        "output": [
            {"content": [image(jobId="red"), image(jobId="red")]},
            {"content": [image(jobId="green"), image(jobId="green")]},
        ],
    }
    state = parse_task(body)
    assert isinstance(state, Completed)
    assert [(image.job_id, image.image_no) for image in state.images] == [
        ("red", 0),
        ("red", 1),
        ("green", 0),
        ("green", 1),
    ]


@pytest.mark.parametrize(
    ("words", "cause"),
    [
        ("generation failed: TextReject", FailureCause.CONTENT),
        ("Msg_Sensitive", FailureCause.CONTENT),
        ("ImagePromptDenied by upstream", FailureCause.CONTENT),
        ("InvalidImagePromptLink", FailureCause.IMAGE_LINK),
        ("Job_ReUpscale_Not_Support", FailureCause.NOT_POSSIBLE),
        ("Upscale_Not_Support", FailureCause.NOT_POSSIBLE),
        ("code=Not_Support", FailureCause.NOT_POSSIBLE),
        ("InvalidParameter", FailureCause.PARAMETER),
        ("Max_Concurrent_Limited", FailureCause.BUSY),
        ("Server_Busy", FailureCause.BUSY),
        ("CreditNotEnough", FailureCause.CREDIT),
        ("Account_Fee_Not_Enough", FailureCause.CREDIT),
        ("a bad prompt about a server, busy as ever", None),
        ("", None),
    ],
)
def test_what_the_upstream_says_is_understood_where_it_comes_through(
    words: str, cause: FailureCause | None
) -> None:
    failed = parse_task({"id": "t", "status": "failed", "error": {"error_message": words}})
    assert isinstance(failed, Failed)
    assert failed.cause is cause
    said = ENGLISH.describe(GenerationFailed(code="4011098", cause=failed.cause))
    assert (said == ENGLISH.describe(GenerationFailed(code="4011098"))) is (cause is None)


@pytest.mark.parametrize(
    "where",
    [
        {"available_actions": {"upscale": [0], "variation": [0, 1], "reroll": True, "odd": [0]}},
        {
            "metadata": {
                "available_actions": {"upscale": [0], "variation": ["0", 1], "reroll": True}
            }
        },
    ],
)
def test_what_the_api_lists_for_an_image_is_kept_with_it(where: dict[str, object]) -> None:
    state = done(image(), image("https://cdn.example/b.png"), **where)
    first, second = state.images
    assert first.available == {"upscale", "variation", "reroll"}
    assert second.available == {"variation", "reroll"}
    assert first.offers(UPSCALE)
    assert not second.offers(UPSCALE)
    assert not first.offers(PAN)
    assert first.offers(ANIMATE), "of which such a list says nothing"


@pytest.mark.parametrize("odd", [None, [], {}, "all", {"upscale": "yes"}, 7])
def test_a_list_that_is_none_takes_nothing_away(odd: object) -> None:
    [only] = done(image(), available_actions=odd).images
    assert only.offers(UPSCALE) is (odd != {"upscale": "yes"})
