"""`/jobs` and the choices under `job_id`: what people find again."""

import sqlite3
from dataclasses import replace
from pathlib import Path
from typing import Any

from simcord.results import ResponseMessage

from bot.store import transitions
from tests.flow.sim import Sim, buttons, parts, rewrite, shown, simulated, text
from tests.store.samples import completed, new_job


async def listed(sim: Sim, who: Any) -> ResponseMessage:
    return shown(await who.slash(sim.channel, "jobs"))


def entries(message: ResponseMessage) -> list[str]:
    """The entries of a list, without its heading."""
    return [one["content"] for one in parts(message) if one["type"] == 10][1:]


def number(entry: str) -> str:
    """The last word of its prompt."""
    return entry.partition("\n")[0].rpartition(" ")[2]


async def test_a_list_has_my_jobs_newest_first_and_only_i_see_it(sim: Sim) -> None:
    await sim.imagine(sim.ann, "a red fox")
    await sim.imagine(sim.ben, "a bear")
    await sim.imagine(sim.ann, "an *owl* for <@1>\n\non a branch", private=True)
    link = await sim.job()
    assert link.message is not None
    message = await listed(sim, sim.ann)
    assert message.ephemeral
    newest, oldest = entries(message)
    assert "-# Imagine · 4 images · " in oldest
    assert f"[open]({link.message.url})" in oldest
    assert oldest.startswith("a red fox\n")
    assert "private" in newest
    assert "[open]" not in newest
    assert newest.startswith("an \\*owl\\* for \\<@1> on a branch\n")
    assert "bear" not in text(message)
    assert buttons(message) == {}


async def test_who_has_asked_for_nothing_is_told_how_to_begin(sim: Sim) -> None:
    assert "`/imagine`" in text(await listed(sim, sim.ann))


async def test_a_long_list_has_pages(sim: Sim) -> None:
    for count in range(8):
        await sim.imagine(sim.ann, f"fox {count}")
    first = await listed(sim, sim.ann)
    assert [number(entry) for entry in entries(first)] == ["7", "6", "5", "4", "3", "2"]
    assert list(buttons(first)) == ["Older"]
    second = shown(await sim.ann.click(first, label="Older"))
    assert [number(entry) for entry in entries(second)] == ["1", "0"]
    assert list(buttons(second)) == ["Newer"]
    assert second.id == first.id
    again = shown(await sim.ann.click(second, label="Newer"))
    assert entries(again) == entries(first)


async def test_the_pages_of_a_list_turn_after_a_restart(sim: Sim) -> None:
    for count in range(7):
        await sim.imagine(sim.ann, f"fox {count}")
    first = await listed(sim, sim.ann)
    await sim.restart()
    second = shown(await sim.ann.click(first, label="Older"))
    assert [number(entry) for entry in entries(second)] == ["0"]


async def test_a_list_is_looked_through_by_words_action_and_favorites(sim: Sim) -> None:
    fox = await sim.imagine(sim.ann, "a red fox")
    await sim.imagine(sim.ann, "a *red* hare")
    await sim.imagine(sim.ben, "their red fox")
    form = await sim.ann.click(fox, label="✏️ 1")
    await sim.ann.submit_modal(form, {"prompt-1": "a blue fox", "mode": "0"})
    await sim.finish()
    await sim.ann.context_menu(sim.channel, "Keep", fox.message)
    for search, said, last in (
        ({"search": "RED *hare*"}, "with **RED hare** in the prompt", ["hare"]),
        ({"search": "red"}, "with **red** in the prompt", ["hare", "fox"]),
        ({"action": "remix"}, "only Remix", ["fox"]),
        ({"search": "red", "action": "imagine"}, "in the prompt, only Imagine", ["hare", "fox"]),
        ({"favorites": True}, "only favorites", ["fox"]),
        ({"search": "hare", "favorites": True}, "in the prompt, only favorites", []),
        ({"search": "red " * 1500}, "the rest is too long", ["hare", "fox"]),
    ):
        message = shown(await sim.ann.slash(sim.channel, "jobs", **search))
        assert message.ephemeral
        assert said in text(message), search
        found = [number(one) for one in entries(message) if not one.startswith("-#")]
        assert [one.strip("\\*") for one in found if one in {"hare", "fox"}] == last, search
        assert ("None of your jobs fits." in text(message)) is (not last)


async def test_a_search_of_signs_alone_is_told_that_it_needs_words(sim: Sim) -> None:
    for search in ('"', "🦊", "?!", "\0"):
        told = shown(await sim.ann.slash(sim.channel, "jobs", search=search))
        assert told.ephemeral
        assert "I can look for words and numbers only" in text(told)


async def test_the_pages_of_a_search_turn_after_a_restart_and_say_what_it_was(sim: Sim) -> None:
    for count in range(9):
        await sim.imagine(sim.ann, f"a {'red' if count % 3 else 'blue'} fox {count} 狐")
    first = shown(await sim.ann.slash(sim.channel, "jobs", search="fox, 狐"))
    assert [number(entry) for entry in entries(first)[1:]] == ["狐"] * 6
    await sim.restart()
    second = shown(await sim.ann.click(first, label="Older"))
    assert second.id == first.id
    assert "with **fox 狐** in the prompt" in text(second)
    assert [entry.split()[3] for entry in entries(second)[1:]] == ["2", "1", "0"]
    again = shown(await sim.ann.click(second, label="Newer"))
    assert entries(again) == entries(first)


async def test_a_list_says_how_each_job_stands(sim: Sim) -> None:
    await sim.imagine(sim.ann, "a red fox")
    for values, words in (
        ("state = 'accepted'", "not sent yet"),
        ("state = 'submitting'", "being sent"),
        ("state = 'running'", "running"),
        ("state = 'finished'", "finished, about to be posted"),
        ("state = 'failed'", "failed"),
        ("state = 'unknown'", "may have been charged"),
        (
            "state = 'undeliverable', delivery_problem = 'HTTP 403, code 50013'",
            "I couldn't post them (HTTP 403, code 50013)",
        ),
    ):
        rewrite(sim, values)
        [entry] = entries(await listed(sim, sim.ann))
        assert words in entry


async def test_the_longest_list_fits_in_a_message(sim: Sim) -> None:
    prompt = "*_~`|>" * 500
    for _ in range(6):
        await sim.imagine(sim.ann, prompt)
    assert len(entries(await listed(sim, sim.ann))) == 6


async def test_a_half_typed_job_id_is_completed(sim: Sim) -> None:
    await sim.imagine(sim.ann, "a red fox " + "and a long tail " * 20)
    await sim.imagine(sim.ben, "a bear")
    await sim.imagine(sim.ben, "a secret", private=True)
    fox = await sim.job()
    offered = await sim.ann.autocomplete(sim.channel, "remix", "job_id", "")
    assert [one["name"].partition(" ·")[0] for one in offered][1:] == ["a bear"]
    assert offered[0]["value"] == fox.provider_job_id
    assert offered[0]["name"].startswith("a red fox and a long tail")
    assert "… · " in offered[0]["name"]
    assert len(offered[0]["name"]) <= 100
    assert await sim.ann.autocomplete(sim.channel, "remix", "job_id", "secret") == []
    [own] = await sim.ben.autocomplete(sim.channel, "remix", "job_id", "SECRET")
    assert own["name"].startswith("a secret")


async def test_what_is_chosen_is_remixed(sim: Sim) -> None:
    await sim.imagine(sim.ann, "a red fox")
    [offered] = await sim.ben.autocomplete(sim.channel, "remix", "job_id", "fox")
    result = await sim.ben.slash(
        sim.channel, "remix", job_id=offered["value"], image=1, prompt="in winter"
    )
    await sim.finish()
    assert "Remix of image 2" in text(shown(result))


async def test_nothing_is_offered_in_a_server_that_may_not_use_the_bot(tmp_path: Path) -> None:
    for allowed, offered in ((frozenset[int](), 1), (frozenset({1}), 0)):
        database = tmp_path / f"{len(allowed)}.db"
        async with simulated(database, allowed_guilds=allowed) as sim:
            job = await sim.store.attempt(
                transitions.accept, replace(new_job(), author_id=sim.ann.id)
            )
            assert job is not None
            await sim.store.attempt(transitions.begin_submit, job.id, None)
            await sim.store.record(transitions.finish, job.id, completed())
            found = await sim.ann.autocomplete(sim.channel, "remix", "job_id", "")
            assert len(found) == offered


async def test_while_the_database_is_broken_nothing_is_offered_and_the_list_says_so(
    sim: Sim,
) -> None:
    await sim.imagine(sim.ann, "a red fox")
    database = sqlite3.connect(sim.database, isolation_level=None)
    database.execute("ALTER TABLE jobs RENAME TO away")
    assert await sim.ann.autocomplete(sim.channel, "remix", "job_id", "") == []
    message = await listed(sim, sim.ann)
    assert message.ephemeral
    assert message.content.startswith("I can't look that up right now.")
    database.execute("ALTER TABLE away RENAME TO jobs")
    database.close()
    assert len(await sim.ann.autocomplete(sim.channel, "remix", "job_id", "")) == 1
    assert len(entries(await listed(sim, sim.ann))) == 1
