"""Who asks is answered in their language, everybody in the server's, also after a restart."""

from typing import Any

import discord
import pytest

from bot.client import RemixBot
from bot.command_tree import CommandTree
from bot.texts import LANGUAGES
from tests.flow.sim import Sim, buttons, shown, text
from tests.pseudo import LOCALE, Pseudo, escaped, words_in

PROMPT = "a fox"


@pytest.fixture
def speaks(monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """The languages that Discord tells from now on: of who asks, and of the server."""
    monkeypatch.setitem(LANGUAGES, "sv", Pseudo())
    languages = {"locale": LOCALE, "guild_locale": LOCALE}
    read: Any = getattr(discord.Interaction, "_from_data")  # noqa: B009  # private, and typed so

    def read_in_language(self: Any, data: Any) -> None:
        read(self, {**data, **languages})

    monkeypatch.setattr("discord.Interaction._from_data", read_in_language)
    return languages


def sent(sim: Sim) -> list[dict[str, Any]]:
    """All that the bot sent to Discord, but for its commands."""
    requests: list[Any] = [
        one.json for one in sim.env.http_requests if not one.path.endswith("/commands")
    ]
    return [body for body in requests if isinstance(body, dict)]


async def test_no_sentence_of_a_whole_walk_is_in_another_language(
    sim: Sim, speaks: dict[str, str]
) -> None:
    assert speaks
    form = await sim.ann.slash(sim.channel, "imagine")
    first = await sim.ann.submit_modal(form, {"prompt-1": PROMPT})
    await sim.clock.advance(3)
    await sim.finish()
    result = shown(first)
    labels = list(buttons(result))
    for label in labels[:1] + [one for one in labels if "More" in one]:
        await sim.ann.click(result, label=label)
    job_id = sim.api.submits[0].job_id
    await sim.ann.slash(
        sim.channel, "remix", job_id=job_id, image=1, prompt=f"{PROMPT} sandbox:fail"
    )
    await sim.finish()
    for command in ("help", "jobs", "usage", "forget"):
        await sim.ann.slash(sim.channel, command)
    await sim.ann.slash(sim.channel, "show", job_id=job_id)
    await sim.ann.slash(sim.channel, "show", job_id="nobody-knows-this")
    await sim.ann.slash(sim.channel, "imagine", prompt=f"{PROMPT} --turbo")
    await sim.autocomplete(sim.ann)
    stopped = shown(await sim.ann.slash(sim.channel, "imagine", prompt=f"{PROMPT} sandbox:slow"))
    await sim.clock.advance(3)
    question = shown(await sim.ann.click(stopped, label="⟦Stop⟧"))
    await sim.ann.click(question, label="⟦Stop anyway⟧")
    await sim.finish()
    requests = sent(sim)
    assert len([words for one in requests for words in words_in(one)]) > 60
    spoken = ("sandbox:fail", "sandbox:slow", "--turbo", PROMPT)
    assert [one for body in requests for one in escaped(body, *spoken)] == []


async def test_all_see_the_servers_language_and_one_person_their_own(
    sim: Sim, speaks: dict[str, str]
) -> None:
    speaks["locale"] = "en-GB"
    result = await sim.imagine(sim.ann, PROMPT)
    assert "⟦" in text(result)
    assert "⟦" not in text(shown(await sim.ann.click(result, label="⟦More⟧")))
    private = await sim.imagine(sim.ann, PROMPT, private=True)
    assert "### Imagine" in text(private)
    assert "⟦" not in text(private)
    speaks |= {"locale": LOCALE, "guild_locale": "en-US"}
    assert "⟦" not in text(await sim.imagine(sim.ann, PROMPT))
    assert "⟦" in text(shown(await sim.ann.slash(sim.channel, "help")))


async def test_a_result_after_a_restart_speaks_the_language_of_the_first_answer(
    sim: Sim, speaks: dict[str, str]
) -> None:
    begun = shown(
        await sim.ann.slash(sim.channel, "imagine", prompt=f"{PROMPT} sandbox:seconds=12")
    )
    await sim.clock.advance(3)
    speaks |= {"locale": "en-US", "guild_locale": "en-US"}
    await sim.restart()
    await sim.finish()
    assert "⟦Requested by" in text(begun)
    assert escaped({"content": text(begun)}, PROMPT, "sandbox:seconds=12") == []


async def test_the_commands_are_told_in_every_language_and_compared_with_what_discord_has(
    sim: Sim, speaks: dict[str, str]
) -> None:
    assert speaks
    await sim.restart()
    told: Any = [one.json for one in sim.env.http_requests if one.path.endswith("/commands")][-1]
    for command in told:
        parts = [command, *command.get("options", ())]
        choices = [choice for part in parts for choice in part.get("choices", ())]
        for part in parts:
            if part.get("description"):
                said = part["description_localizations"][LOCALE]
                assert said == f"⟦{part['description']}⟧"
        for choice in choices:
            assert choice["name_localizations"][LOCALE] == f"⟦{choice['name']}⟧"
    before = len([one for one in sim.env.http_requests if one.method == "PUT"])
    assert isinstance(sim.env.bot, RemixBot)
    tree = sim.env.bot.tree
    assert isinstance(tree, CommandTree)
    await tree.keep_in_step()
    assert len([one for one in sim.env.http_requests if one.method == "PUT"]) == before
    looked = [one for one in sim.env.http_requests if one.path.endswith("/commands")][-1]
    assert looked.params == {"with_localizations": "true"}, "or Discord tells none of them"
