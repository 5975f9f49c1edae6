"""Every row of the table of actions has what it takes everywhere else."""

import re
from collections.abc import Iterator
from itertools import product

import pytest

from bot.actions import (
    ACTIONS,
    SOURCE_IMAGES,
    Action,
    Option,
    PromptRule,
    SourceKind,
    find_action,
)
from bot.api.wire import submit_body
from bot.errors import OptionInvalid
from bot.inputs import read_options
from bot.model import PROMPT_MAX, Request, Source
from bot.prompt_cost import prompt_cost
from bot.texts import ENGLISH
from sandbox.api.validate import read_order

MASKS = ("1000x1000 areas 1,5", "4096x500 points 0,0 4096,0 4096,500;9,9 99,9 99,99 9,99")
SCALE = Option(name="scale", default=2.0, least=1.1, most=2.0)
KIND = Option(name="type", default=1, choices=(1,))
WIDEN = Action(
    key="widen",
    model="midjourney_outpaint",
    source=SourceKind.IMAGE,
    prompt=PromptRule.OPTIONAL,
    options=(SCALE, KIND),
)


def request_for(action: Action) -> Request:
    """A request with everything that *action* may have."""
    return Request(
        action=action,
        source=None if action.source is SourceKind.NONE else Source("job", 2),
        prompt="" if action.prompt is PromptRule.NONE else "a fox",
        options=action.complete({action.mask.name: MASKS[0]} if action.mask else {}),
        callback="https://a.example/done",
    )


@pytest.mark.parametrize("action", ACTIONS.values(), ids=list(ACTIONS))
def test_each_action_can_be_named_shown_and_made_in_the_sandbox(action: Action) -> None:
    assert re.fullmatch("[a-z_]{1,13}", action.key)
    assert ACTIONS[action.key] is find_action(action.key) is action
    words = ENGLISH.words_for(action)
    assert words != ENGLISH.words_for(find_action("of_tomorrow"))
    assert ("{image}" in words.result) is (action.source is SourceKind.IMAGE)
    for option in action.options:
        assert option.read(None) == option.default
        if len(option.choices) > 1:
            named = ENGLISH.option_words(action.key, option.name)
            assert named is not None
            assert set(named.choices) == set(option.choices)
        if option.is_mask:
            assert action.asks_first, "with a preview"
            assert action.source is SourceKind.IMAGE
        elif not option.choices:
            named = ENGLISH.option_words(action.key, option.name)
            assert named is not None
            assert named.number
    assert set(words.presets) == set(action.presets)
    for key, options in action.presets.items():
        assert re.fullmatch("[a-z0-9]{1,8}", key)
        assert read_options(action, options) == action.complete(options)
    assert read_order(submit_body(request_for(action))).model.name == action.model


def variants(action: Action) -> Iterator[Request]:
    """Requests for *action* with every value that each option takes, to its bounds; with and
    without what may be left out; for each image that can be a source."""
    values = [
        MASKS if one.is_mask else one.choices or (one.least, one.default, one.most)
        for one in action.options
    ]
    prompts = {
        PromptRule.NONE: ("",),
        PromptRule.OPTIONAL: ("", "x", "y" * (PROMPT_MAX - 100)),
        PromptRule.REQUIRED: ("x", "y" * (PROMPT_MAX - 100)),
    }
    sources = {
        SourceKind.NONE: (None,),
        SourceKind.JOB: (Source("job"),),
        SourceKind.IMAGE: tuple(Source("job", image_no) for image_no in SOURCE_IMAGES),
    }
    names = [one.name for one in action.options]
    for chosen in product(*values):
        for prompt, source, callback in product(
            prompts[action.prompt], sources[action.source], (None, "https://a.example/done")
        ):
            yield Request(
                action=action,
                source=source,
                prompt=prompt,
                options=dict(zip(names, chosen, strict=True)),
                callback=callback,
            )


@pytest.mark.parametrize("action", ACTIONS.values(), ids=list(ACTIONS))
def test_whatever_people_can_choose_is_what_the_api_takes(action: Action) -> None:
    for request in variants(action):
        order = read_order(submit_body(request))
        assert order.model.name == action.model
        named = order.source and (order.source.job_id, order.source.image_no)
        assert named == (request.source and (request.source.job_id, request.source.image_no))
        assert read_options(action, request.options) == request.options
        assert request.makes * prompt_cost(request.sent_prompt).prompts == order.model.count(order)


def test_an_action_with_a_range_a_fixed_option_and_no_prompt_needs_no_code_of_its_own() -> None:
    body = submit_body(Request(action=WIDEN, source=Source("job", 3)))
    params = {"jobId": "job", "imageNo": 3, "scale": 2.0, "type": 1}
    assert body == {"model": "midjourney_outpaint", "input": [{"params": params}]}
    assert read_options(WIDEN, {"scale": "1.5", "type": None}) == {"scale": 1.5, "type": 1}


@pytest.mark.parametrize("scale", ["1", "2.1", "wide", "nan"])
def test_a_number_outside_the_range_of_an_option_is_refused(scale: str) -> None:
    with pytest.raises(OptionInvalid):
        read_options(WIDEN, {"scale": scale})


def test_an_action_made_from_a_whole_job_names_no_image() -> None:
    reroll = Action(
        key="reroll", model="midjourney_reroll", source=SourceKind.JOB, prompt=PromptRule.NONE
    )
    body = submit_body(Request(action=reroll, source=Source("job")))
    assert body == {"model": "midjourney_reroll", "input": [{"params": {"jobId": "job"}}]}


def test_what_a_newer_version_asked_for_can_still_be_shown() -> None:
    request = Request(action=find_action("of_tomorrow"), source=Source("job", 1), prompt="a fox")
    assert ENGLISH.progress_heading(request) == "### Working on it"
    assert ENGLISH.result_heading(request) == "### Done"
