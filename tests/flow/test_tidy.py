"""**More** under a result: details and **Delete**, and the links between parents and children."""

import re
from typing import Any

from simcord.results import ResponseMessage

from tests.flow.sim import Sim, ask_to_delete, buttons, details, images, shown, text

CALLBACK = "https://example.org/secret-path"


async def more(who: Any, message: ResponseMessage) -> ResponseMessage:
    return shown(await who.click(message, label="More"))


async def remix(sim: Sim, parent: ResponseMessage, prompt: str, who: Any = None) -> ResponseMessage:
    form = await (who or sim.ann).click(parent, label="✏️ 2")
    result = await (who or sim.ann).submit_modal(form, {"prompt-1": prompt, "mode": "1"})
    await sim.finish()
    return shown(result)


def link(sim: Sim, message: ResponseMessage) -> str:
    return f"https://discord.com/channels/{sim.guild.id}/{sim.channel.id}/{message.id}"


async def test_details_tell_one_person_everything_about_a_job(sim: Sim) -> None:
    long = "a very long prompt " * 100
    message = await sim.imagine(sim.ann, long, callback=CALLBACK)
    told = await details(sim.ann, message)
    assert told.ephemeral
    job = sim.api.submits[0]
    for piece in (job.job_id, job.task_id, "**Cost** $0.08", f"<@{sim.ann.id}>", CALLBACK):
        assert piece in text(told)
    assert "**Requested** <t:" in text(told)
    assert re.search("· started at once · finished [0-9]+ s later · posted at once", text(told))
    assert text(told).count("<t:") == 1
    known = await sim.job()
    assert all(image.url in text(told) for image in known.images)
    [file] = [one for one in told.attachments if one.filename == "prompt.txt"]
    assert file.size == len(long.strip())
    assert "Source job" not in text(told)


async def test_others_see_the_details_of_a_public_job_but_not_its_callback(sim: Sim) -> None:
    message = await sim.imagine(sim.ann, "a fox", callback=CALLBACK)
    told = await details(sim.ben, message)
    assert told.ephemeral
    assert sim.api.submits[0].job_id in text(told)
    assert CALLBACK not in text(told)


async def test_parents_and_children_lead_to_each_other(sim: Sim) -> None:
    parent = await sim.imagine(sim.ann, "the parent")
    child = await remix(sim, parent, "in *winter*", sim.ben)
    assert link(sim, parent) in text(child)
    up = text(await details(sim.ann, child))
    assert f"**Source** [image 2]({link(sim, parent)})" in up
    assert "**Mode** Subtle" in up
    down = text(await details(sim.ann, parent))
    assert f"- [Remix of image 2]({link(sim, child)}): in \\*winter\\*" in down
    grandchild = await remix(sim, child, "at night")
    assert link(sim, grandchild) in text(await details(sim.ann, child))
    assert link(sim, grandchild) not in text(await details(sim.ann, parent))


async def test_details_of_a_job_that_is_not_known_any_more_say_so(sim: Sim) -> None:
    message = await sim.imagine(sim.ann, "a fox")
    sim.forget_everything()
    assert "I can't find that job" in text(await details(sim.ben, message))
    own = await details(sim.ann, message)
    assert text(own) == "I no longer have a record of this job."
    assert list(buttons(own)) == ["Delete"]


async def test_its_author_deletes_a_result_after_a_question(sim: Sim) -> None:
    message = await sim.imagine(sim.ann, "a fox")
    question = await ask_to_delete(sim.ann, message)
    assert question.ephemeral
    assert "Delete this message and its images?" in text(question)
    assert sim.last.id == message.id
    assert list(buttons(question)) == ["Delete", "Cancel"]
    await sim.ann.click(question, label="Cancel")
    assert text(question) == "OK, nothing changes."
    assert not buttons(question)
    assert sim.last.id == message.id
    question = await ask_to_delete(sim.ann, message)
    answer = await sim.ann.click(question, label="Delete")
    assert "Deleted." in text(shown(answer))
    assert not buttons(shown(answer))
    assert sim.channel.last_message is None
    listed = text(shown(await sim.ann.slash(sim.channel, "jobs")))
    assert "a fox" in listed
    assert "[open]" not in listed, "no link leads to what is gone"
    again = await sim.ann.slash(sim.channel, "show", job_id=sim.api.submits[0].task_id)
    assert len(images(shown(again))) == 4


async def test_a_moderator_may_delete_a_result_and_nobody_else(sim: Sim) -> None:
    message = await sim.imagine(sim.ann, "a fox")
    assert "Delete" in buttons(await more(sim.ann, message))
    assert "Delete" not in buttons(await more(sim.ben, message))
    cat = sim.moderator("cat")
    question = await ask_to_delete(cat, message)
    await cat.click(question, label="Delete")
    assert sim.channel.last_message is None


async def test_the_delete_button_of_earlier_results_asks_as_well(sim: Sim) -> None:
    message = await sim.imagine(sim.ann, "a fox")
    sim.put_button(message, "remix:delete:1")
    refused = await sim.ben.click(message, label="put there")
    assert "Only the person who requested this or a moderator" in text(shown(refused))
    question = shown(await sim.ann.click(message, label="put there"))
    await sim.ann.click(question, label="Delete")
    assert sim.channel.last_message is None


async def test_a_message_that_is_gone_already_is_deleted(sim: Sim) -> None:
    message = await sim.imagine(sim.ann, "a fox")
    question = await ask_to_delete(sim.ann, message)
    sim.env.backend.delete_message(sim.channel.id, message.id)
    answer = await sim.ann.click(question, label="Delete")
    assert "Deleted." in text(shown(answer))


async def test_where_the_bot_may_not_delete_it_says_who_can(sim: Sim) -> None:
    message = await sim.imagine(sim.ann, "a fox")
    question = await ask_to_delete(sim.ann, message)
    sim.env.inject_error("DELETE", "/channels/*", status=403, code=50013)
    answer = await sim.ann.click(question, label="Delete")
    assert "A moderator can" in text(shown(answer))
    assert sim.last.id == message.id


async def test_an_author_is_known_by_the_message_where_the_store_knows_nothing(sim: Sim) -> None:
    message = await sim.imagine(sim.ann, "a fox")
    sim.forget_everything()
    assert "I can't find that job" in text(await details(sim.ben, message))
    question = await ask_to_delete(sim.ann, message)
    await sim.ann.click(question, label="Delete")
    assert sim.channel.last_message is None


async def test_what_only_its_author_sees_has_no_delete_button(sim: Sim) -> None:
    message = await sim.imagine(sim.ann, "a fox", private=True)
    assert [*buttons(message)][-2:] == ["Reroll", "More"]
    assert "Delete" not in buttons(await more(sim.ann, message))
    public = await sim.imagine(sim.ann, "a hare")
    shown_to_me = shown(
        await sim.ann.slash(sim.channel, "show", job_id=sim.api.submits[1].task_id, private=True)
    )
    assert "Delete" in buttons(await more(sim.ann, public))
    assert "Delete" not in buttons(await more(sim.ann, shown_to_me))
