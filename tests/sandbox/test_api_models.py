"""The sister models: every code that each can answer with, what it makes, and what that costs."""

from typing import cast

import pytest

from sandbox.api.painting.scene import Scene
from sandbox.api.painting.view import SIDE
from sandbox.api.table import MODELS
from tests.sandbox.api_caller import Answer, Caller

SQUARE = {"width": 1024, "height": 1024, "points": [0, 0, 341, 0, 341, 341, 0, 341]}
IMAGE: dict[str, object] = {"jobId": "source", "imageNo": 0}
GOOD: dict[str, dict[str, object]] = {
    "midjourney_diffusion": {"text": "a fox"},
    "midjourney_variation": {**IMAGE, "type": 0},
    "midjourney_upscale": {**IMAGE, "type": 0},
    "midjourney_reroll": {"jobId": "source"},
    "midjourney_pan": {**IMAGE, "direction": 1, "scale": 1.5},
    "midjourney_outpaint": {**IMAGE, "scale": 2},
    "midjourney_inpaint": {**IMAGE, "mask": {"areas": [SQUARE]}},
    "midjourney_remix": {**IMAGE, "remixPrompt": "now in winter"},
    "midjourney_video_diffusion": IMAGE,
    "midjourney_extend_video": {"jobId": "source", "videoNo": 0},
}
"""What each takes without anything that it can do without."""
NOT_JOBS: list[object] = [None, " ", 7]
NOT_IMAGES: list[object] = [4, -1, "1", True, 1.0]
NOT_PROMPTS: list[object] = ["", "x" * 8193, 7]
NOT_URLS: list[object] = ["ftp://example.com", "https://", "nowhere", "http://a b", "https://[", 7]
NOT_MASKS: list[object] = [
    *("all", {}, {"areas": []}, {"areas": SQUARE}, {"url": "ftp://example.com"}, {"areas": ["x"]}),
    *({"areas": [SQUARE | wrong]} for wrong in ({"width": 499}, {"height": 4097}, {"width": "9"})),
    *({"areas": [SQUARE | {"points": points}]} for points in ([0, 0, 9, 9], [0] * 7, ["x"] * 6)),
    {"areas": [SQUARE, SQUARE | {"points": [0, 0, 9, 9, -1, 9]}]},
]
CODES: dict[str, list[tuple[str, str, list[object]]]] = {
    "midjourney_diffusion": [
        ("8004001001", "text", [None]),
        ("8004001002", "text", NOT_PROMPTS),
        ("8004001003", "callback", NOT_URLS),
    ],
    "midjourney_variation": [
        ("004002001", "jobId", NOT_JOBS),
        ("004002002", "imageNo", [None]),
        ("004002003", "imageNo", NOT_IMAGES),
        ("004002004", "type", [None]),
        ("004002005", "type", [2, -1, "0", True]),
        ("004002006", "remixPrompt", NOT_PROMPTS),
        ("004002007", "callback", NOT_URLS),
    ],
    "midjourney_upscale": [
        ("004003001", "jobId", NOT_JOBS),
        ("004003002", "imageNo", [None]),
        ("004003003", "imageNo", NOT_IMAGES),
        ("004003004", "type", [None]),
        ("004003005", "type", [2, 3, "0"]),
        ("004003006", "callback", NOT_URLS),
    ],
    "midjourney_reroll": [("004004001", "jobId", NOT_JOBS), ("004004002", "callback", NOT_URLS)],
    "midjourney_pan": [
        ("004008001", "jobId", NOT_JOBS),
        ("004008002", "imageNo", [None]),
        ("004008003", "imageNo", NOT_IMAGES),
        ("004008004", "direction", [None]),
        ("004008005", "direction", [4, -1, "left"]),
        ("004008006", "scale", [None]),
        ("004008007", "scale", [1, 3.01, "2", True]),
        ("004008008", "remixPrompt", NOT_PROMPTS),
        ("004008009", "callback", NOT_URLS),
    ],
    "midjourney_outpaint": [
        ("004009001", "jobId", NOT_JOBS),
        ("004009002", "imageNo", [None]),
        ("004009003", "imageNo", NOT_IMAGES),
        ("004009004", "scale", [None]),
        ("004009005", "scale", [1.09, 2.01, "2"]),
        ("004009006", "remixPrompt", NOT_PROMPTS),
        ("004009007", "callback", NOT_URLS),
    ],
    "midjourney_inpaint": [
        ("004010001", "jobId", NOT_JOBS),
        ("004010002", "imageNo", [None]),
        ("004010003", "imageNo", NOT_IMAGES),
        ("004010004", "mask", [None]),
        ("004010005", "mask", NOT_MASKS),
        ("004010006", "remixPrompt", NOT_PROMPTS),
        ("004010007", "callback", NOT_URLS),
    ],
    "midjourney_remix": [
        ("004011001", "jobId", NOT_JOBS),
        ("004011002", "imageNo", [None]),
        ("004011003", "imageNo", NOT_IMAGES),
        ("004011004", "mode", [2, None, "0"]),
        ("004011005", "remixPrompt", [None]),
        ("004011006", "remixPrompt", NOT_PROMPTS),
        ("004011007", "callback", NOT_URLS),
    ],
    "midjourney_video_diffusion": [
        ("004017001", "jobId", NOT_JOBS),
        ("004017002", "imageNo", [None]),
        ("004017003", "imageNo", NOT_IMAGES),
        ("004017004", "videoType", [2, "480", True]),
        ("004017005", "prompt", NOT_PROMPTS),
        ("004017006", "callback", NOT_URLS),
    ],
    "midjourney_extend_video": [
        ("004018001", "jobId", NOT_JOBS),
        ("004018002", "videoNo", [None]),
        ("004018003", "videoNo", NOT_IMAGES),
        ("004018004", "prompt", NOT_PROMPTS),
        ("004018005", "callback", NOT_URLS),
    ],
}


async def made(api: Caller, model: str, job_id: str, **changed: object) -> Answer:
    """The finished task of a good order for something made from a job."""
    params = {**GOOD[model], "jobId": job_id, **changed}
    return await api.finish(await api.submit(model, params))


def test_every_model_is_in_the_tables_of_these_tests() -> None:
    assert set(GOOD) == set(CODES) == set(MODELS)


@pytest.mark.parametrize("model", CODES)
async def test_each_wrong_parameter_is_named_by_its_code(api: Caller, model: str) -> None:
    for code, name, values in CODES[model]:
        for value in values:
            answer = await api.submit(model, GOOD[model] | {name: value})
            assert answer.status == 400, (name, value)
            assert answer.at("status", "error_code") == code, (name, value)
            assert answer.at("data") is None
        if None in values and name != "mode":
            without = {key: given for key, given in GOOD[model].items() if key != name}
            assert (await api.submit(model, without)).at("status", "error_code") == code
    assert api.server.submits == []


async def source_for(api: Caller, model: str, words: str = "") -> str:
    """The job id of what *model* can be made from; *words* are in its prompt."""
    prompt = f"a fox {words}"
    image = api.server.add_finished_job(prompt=prompt).job_id
    if model != "midjourney_extend_video":
        return image
    return (await made(api, "midjourney_video_diffusion", image, prompt=prompt)).images[0]["jobId"]


@pytest.mark.parametrize("model", GOOD)
async def test_each_model_says_in_its_own_code_that_it_failed_or_is_down(
    api: Caller, model: str
) -> None:
    prefix, own = CODES[model][0][0][:-3], MODELS[model].prompt
    failing, down = ({own: f"sandbox:{word}"} if own else {} for word in ("fail", "down"))
    failed = await made(api, model, await source_for(api, model, "sandbox:next:fail"), **failing)
    assert failed.at("status") == "failed"
    assert str(failed.at("error", "code")).zfill(9) == f"{prefix}098"
    source = await source_for(api, model, "sandbox:next:down")
    answer = await api.submit(model, {**GOOD[model], "jobId": source} | down)
    assert (answer.status, answer.at("status", "error_code")) == (503, f"{prefix}099")


@pytest.mark.parametrize("model", [model for model in GOOD if model != "midjourney_diffusion"])
async def test_each_model_makes_its_images_of_a_source_and_of_no_other(
    api: Caller, model: str
) -> None:
    source = await source_for(api, model)
    done = await made(api, model, source)
    assert done.at("status") == "completed"
    assert len(done.images) == (1 if model == "midjourney_upscale" else 4)
    is_video = "video" in model
    assert done.at("usage", "cost") == ("0.640000" if is_video else "0.080000")
    assert {image["type"] for image in done.images} == {"video" if is_video else "image"}
    assert len({image["jobId"] for image in done.images} | {source}) == 2
    unknown = await made(api, model, "nobody-knows")
    assert unknown.at("status") == "failed"
    assert "job not found" in str(unknown.at("error", "error_message"))
    api.clock.advance(3 * 24 * 3600)
    old = await made(api, model, source)
    assert "too old" in str(old.at("error", "error_message"))


@pytest.mark.parametrize(
    ("model", "params"),
    [
        ("midjourney_variation", {"type": 1, "remixPrompt": "x" * 8192}),
        ("midjourney_pan", {"direction": 3, "scale": 3.0, "remixPrompt": "a castle"}),
        ("midjourney_pan", {"direction": 0, "scale": 1.1}),
        ("midjourney_outpaint", {"scale": 1.1, "remixPrompt": "a castle"}),
        ("midjourney_video_diffusion", {"videoType": 1, "prompt": "x" * 8192}),
        ("midjourney_inpaint", {"mask": {"url": "https://example.com/mask.png"}}),
        ("midjourney_inpaint", {"mask": {"areas": [SQUARE | {"points": [0, 0, 9.5, 9, 5, 9]}]}}),
        ("midjourney_inpaint", {"mask": {"areas": [SQUARE | {"width": 500, "height": 4096}] * 3}}),
    ],
)
async def test_the_bounds_of_every_parameter_are_good(
    api: Caller, model: str, params: dict[str, object]
) -> None:
    source = api.server.add_finished_job(prompt="a fox").job_id
    assert (await made(api, model, source, **params)).at("status") == "completed"


async def test_each_value_of_an_option_means_what_the_api_means_by_it(api: Caller) -> None:
    source = api.server.add_finished_job(prompt="hills")

    async def scene(model: str, **options: object) -> Scene:
        await made(api, model, source.job_id, **options)
        return api.server.submits[-1].scenes[0]

    down, right, up, left = [
        (await scene("midjourney_pan", direction=number, scale=2)).view for number in range(4)
    ]
    assert (down.bottom, right.right, up.top, left.left) == (2 * SIDE, 2 * SIDE, -SIDE, -SIDE)
    assert (await scene("midjourney_outpaint", scale=1.5)).view.width == 1.5 * SIDE
    kept = source.scenes[0].seed
    subtle, strong = [await scene("midjourney_variation", type=number) for number in (0, 1)]
    assert (subtle.seed == kept, strong.seed == kept) == (True, False)
    strong, subtle = [await scene("midjourney_remix", mode=number) for number in (0, 1)]
    assert (subtle.seed == kept, strong.seed == kept) == (True, False)
    standard, creative = [await scene("midjourney_upscale", type=number) for number in (0, 1)]
    assert (standard.detailed, creative.detailed) == (False, True)
    takes = [(await scene("midjourney_video_diffusion", videoType=kind)).take for kind in (0, 1)]
    assert [take.large for take in takes if take] == [False, True]


@pytest.mark.parametrize(
    ("model", "prompt", "cost"),
    [
        ("midjourney_variation", "a {red, green} fox --turbo", "0.320000"),
        ("midjourney_pan", "a fox --q 4", "0.320000"),
        ("midjourney_inpaint", "a fox --repeat 3", "0.240000"),
    ],
)
async def test_what_multiplies_a_bill_multiplies_that_of_each_model(
    api: Caller, model: str, prompt: str, cost: str
) -> None:
    source = api.server.add_finished_job(prompt="a fox --turbo").job_id
    assert (await made(api, model, source)).at("usage", "cost") == "0.080000"
    assert (await made(api, model, source, remixPrompt=prompt)).at("usage", "cost") == cost


async def test_a_reroll_does_once_more_what_its_source_did_at_the_same_price(api: Caller) -> None:
    source = await api.imagine_and_finish("a red fox in the desert --turbo")
    remix = await api.finish(await api.remix(source.images[0]["jobId"], 2, "a blue whale"))
    again = await made(api, "midjourney_reroll", source.images[0]["jobId"])
    once_more = await made(api, "midjourney_reroll", again.images[0]["jobId"])
    of_remix = await made(api, "midjourney_reroll", remix.images[0]["jobId"])
    first, remixed, second, third, other = (job.scenes for job in api.server.submits)
    assert len({*first.values(), *second.values(), *third.values()}) == 12
    assert {scene.figures for scene in (*second.values(), *third.values())} == {first[0].figures}
    assert {scene.figures for scene in other.values()} == {remixed[0].figures}
    assert not {*remixed.values()} & {*other.values()}
    costs = [task.at("usage", "cost") for task in (again, once_more, of_remix)]
    assert costs == ["0.160000", "0.160000", "0.080000"]


@pytest.mark.parametrize(
    ("model", "reason"),
    [("midjourney_upscale", "Job_ReUpscale_Not_Support"), ("midjourney_reroll", "Not_Support")],
)
async def test_an_upscaled_image_is_not_upscaled_or_rerolled(
    api: Caller, model: str, reason: str
) -> None:
    source = api.server.add_finished_job(prompt="a fox").job_id
    upscaled = await made(api, "midjourney_upscale", source)
    answer = await api.submit(model, {**GOOD[model], "jobId": upscaled.images[0]["jobId"]})
    assert answer.status == 400
    assert answer.at("error", "message") == reason
    missing = {**GOOD["midjourney_pan"], "jobId": upscaled.images[0]["jobId"], "imageNo": 1}
    nowhere = await api.submit("midjourney_pan", missing)
    assert nowhere.at("status", "error_code") == "004008003"
    varied = await made(api, "midjourney_variation", upscaled.images[0]["jobId"])
    assert (await made(api, model, varied.images[0]["jobId"])).at("status") == "completed"


@pytest.mark.parametrize(
    ("params", "videos", "cost", "longer"),
    [
        ({}, 4, "0.640000", "0.640000"),
        ({"prompt": "waves --bs 2 --motion high"}, 2, "0.320000", "0.640000"),
        ({"videoType": 1, "prompt": "waves —bs 1 --loop"}, 1, "0.520000", "2.080000"),
    ],
)
async def test_a_video_costs_many_images_and_by_how_many_there_are(
    api: Caller, params: dict[str, object], videos: int, cost: str, longer: str
) -> None:
    source = api.server.add_finished_job(prompt="a fox").job_id
    done = await made(api, "midjourney_video_diffusion", source, **params)
    assert (len(done.images), done.at("usage", "cost")) == (videos, cost)
    names = [url.rpartition("/")[2] for url in done.image_urls]
    assert names == [f"{done.images[0]['jobId']}_{number}.mp4" for number in range(videos)]
    extended = await made(api, "midjourney_extend_video", done.images[0]["jobId"])
    assert extended.at("usage", "cost") == longer


async def test_a_video_is_extended_four_times_and_images_never(api: Caller) -> None:
    source = api.server.add_finished_job(prompt="a fox").job_id
    image = await api.submit("midjourney_extend_video", {"jobId": source, "videoNo": 0})
    assert (image.status, image.at("error", "message")) == (400, "Not_Support")
    done = await made(api, "midjourney_video_diffusion", source)
    for _ in range(4):
        done = await made(api, "midjourney_extend_video", done.images[0]["jobId"], videoNo=3)
        assert done.at("status") == "completed"
    params = {"jobId": done.images[0]["jobId"], "videoNo": 3}
    fifth = await api.submit("midjourney_extend_video", params)
    assert (fifth.status, fifth.at("error", "message")) == (400, "Not_Support")


@pytest.mark.parametrize("model", list(GOOD)[1:-1])
async def test_of_a_video_nothing_is_made_but_a_longer_one(api: Caller, model: str) -> None:
    source = api.server.add_finished_job(prompt="a fox sandbox:next:actions").job_id
    done = await made(api, "midjourney_video_diffusion", source)
    answer = await api.submit(model, {**GOOD[model], "jobId": done.images[0]["jobId"]})
    assert (answer.status, answer.at("error", "message")) == (400, "Not_Support")
    actions = cast("dict[str, object]", done.at("available_actions"))
    assert not any(actions.values())


@pytest.mark.parametrize(
    ("word", "path"),
    [
        ("sandbox:actions", ()),
        ("sandbox:actions=1", ()),
        ("sandbox:actions=2", ("output", 0)),
        ("sandbox:actions=3", ("metadata",)),
    ],
)
async def test_a_task_says_what_can_be_made_of_it(
    api: Caller, word: str, path: tuple[str | int, ...]
) -> None:
    done = await api.imagine_and_finish(f"a fox {word} sandbox:missing=1 sandbox:next:{word[8:]}")
    numbers = [0, 2, 3]
    listed = dict.fromkeys(("variation", "upscale", "pan", "outpaint", "inpaint", "remix"), numbers)
    rest: dict[str, object] = {"edit": [], "reroll": True}
    assert done.at(*path, "available_actions") == listed | rest
    assert done.text.count("available_actions") == 1
    upscaled = await made(api, "midjourney_upscale", done.images[0]["jobId"])
    once = {name: [] if name == "upscale" else [0] for name in listed}
    assert upscaled.at(*path, "available_actions") == once | {"edit": [], "reroll": False}
    assert "available_actions" not in (await api.imagine_and_finish("a fox")).text


async def test_a_word_makes_a_model_unknown(api: Caller) -> None:
    source = api.server.add_finished_job(prompt="a fox sandbox:next:nomodel").job_id
    for model in ("midjourney_upscale", "midjourney_pan"):
        answer = await api.submit(model, {**GOOD[model], "jobId": source})
        assert (answer.status, answer.at("error")) == (400, f"model not found: {model}")
    params = {**GOOD["midjourney_pan"], "jobId": source, "remixPrompt": "a fox"}
    assert (await api.submit("midjourney_pan", params)).status == 200
    assert (await api.imagine("a fox sandbox:nomodel")).status == 400


async def test_the_words_for_the_next_are_those_of_the_last_prompt_in_a_chain(api: Caller) -> None:
    source = await api.imagine_and_finish("a fox sandbox:next:images=2 sandbox:next:missing=1")
    zoomed = await made(api, "midjourney_outpaint", source.images[0]["jobId"])
    panned = await made(api, "midjourney_pan", zoomed.images[0]["jobId"])
    assert [len(task.images) for task in (source, zoomed, panned)] == [4, 1, 1]
    params: dict[str, object] = {"remixPrompt": "a cat"}
    varied = await made(api, "midjourney_variation", panned.images[0]["jobId"], **params)
    rest = await made(api, "midjourney_pan", varied.images[0]["jobId"])
    assert [len(task.images) for task in (varied, rest)] == [4, 4]
