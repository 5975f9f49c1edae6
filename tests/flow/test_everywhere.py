"""Where the bot works: in servers and threads; elsewhere only where the operator allows it."""

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tests.flow.sim import Sim, ask_to_delete, buttons, fields, images, shown, simulated, text


def offered(sim: Sim) -> list[tuple[str, Any, Any]]:
    """Each command with where it is offered, and whom it can be installed for."""
    told: Any = [one.json for one in sim.env.http_requests if one.path.endswith("/commands")][-1]
    return [(one["name"], one.get("contexts"), one.get("integration_types")) for one in told]


@pytest.mark.parametrize(
    ("settings", "contexts", "installs"),
    [
        ({}, [0], [0]),
        ({"allow_dms": True}, [0, 1], [0]),
        ({"allow_user_install": True}, [0, 1, 2], [0, 1]),
    ],
)
async def test_commands_are_offered_where_they_work(
    tmp_path: Path, settings: dict[str, bool], contexts: list[int], installs: list[int]
) -> None:
    async with simulated(tmp_path / "x.db", **settings) as sim:
        commands = offered(sim)
        assert {name for name, _, _ in commands} >= {"imagine", "remix", "Remix this", "forget"}
        for name, where, whom in commands:
            assert (where, whom) == (contexts, installs), name


@pytest.mark.settings(allow_dms=True)
async def test_in_direct_messages_everything_works_where_that_is_allowed(sim: Sim) -> None:
    ann = sim.env.create_user("dora")
    sim.guild.add_member(ann)
    result = await ann.slash("imagine", prompt="a fox")
    await sim.finish()
    assert len(images(shown(result))) == 4
    form = await ann.click(shown(result), label="✏️ 2")
    assert fields(form)["prompt-1"] == "a fox"
    remixed = await ann.submit_modal(form, {"prompt-1": "in winter", "mode": "0"})
    await sim.finish()
    assert len(images(shown(remixed))) == 4
    question = await ask_to_delete(ann, shown(result))
    await ann.click(question, label="Delete")
    listed = text(shown(await ann.slash("jobs")))
    assert "in winter" in listed
    used = text(shown(await ann.slash("usage")))
    assert "2 jobs" in used
    assert "server" not in used


@pytest.mark.settings(allow_dms=True, max_usd_per_day_per_user=Decimal("0.10"))
async def test_the_budget_of_a_person_holds_in_direct_messages_too(sim: Sim) -> None:
    user = sim.env.create_user("dora")
    sim.guild.add_member(user)
    await user.slash("imagine", prompt="a fox")
    await sim.finish()
    refused = await user.slash("imagine", prompt="a hare")
    assert "exceed your budget" in text(shown(refused))
    assert list(buttons(shown(refused))) == ["Retry", "Edit prompt"]


@pytest.mark.settings(allow_dms=True)
async def test_where_direct_messages_are_not_allowed_old_buttons_say_so(sim: Sim) -> None:
    user = sim.env.create_user("dora")
    sim.guild.add_member(user)
    result = await user.slash("imagine", prompt="a fox")
    await sim.finish()
    await sim.change(allow_dms=False)
    told = await user.click(shown(result), label="Reroll")
    assert "I only work in servers" in text(shown(told))
    assert sim.api.submit_calls == 1
