"""The rules of the house: who is let in where, and which words are not taken."""

from typing import Any

import pytest

from bot.errors import (
    ChannelNotAllowed,
    NotYours,
    OnlyInServers,
    RoleMissing,
    ServerNotAllowed,
    UserError,
    WordRefused,
)
from bot.studio import House, Visitor

INSIDE = Visitor(user_id=7, guild_id=1, channel_ids=frozenset({2, 20}), role_ids=frozenset({3, 4}))
DIRECT = Visitor(user_id=7, channel_ids=frozenset({5}))
ABROAD = Visitor(user_id=7, guild_id=9, channel_ids=frozenset({6}), foreign=True)
GROUP = Visitor(user_id=7, channel_ids=frozenset({8}), foreign=True)


@pytest.mark.parametrize(
    ("rules", "visitor", "refusal"),
    [
        ({}, INSIDE, None),
        ({}, DIRECT, OnlyInServers),
        ({}, ABROAD, ServerNotAllowed),
        ({}, GROUP, OnlyInServers),
        ({"direct_messages": True}, DIRECT, None),
        ({"direct_messages": True}, GROUP, OnlyInServers),
        ({"user_install": True}, DIRECT, None),
        ({"user_install": True}, ABROAD, None),
        ({"user_install": True}, GROUP, None),
        ({"user_install": True, "allowed_guilds": frozenset({1})}, ABROAD, ServerNotAllowed),
        ({"allowed_guilds": frozenset({1})}, INSIDE, None),
        ({"allowed_guilds": frozenset({2})}, INSIDE, ServerNotAllowed),
        ({"allowed_roles": frozenset({4})}, INSIDE, None),
        ({"allowed_roles": frozenset({5})}, INSIDE, RoleMissing),
        ({"allowed_roles": frozenset({4}), "direct_messages": True}, DIRECT, RoleMissing),
        ({"allowed_channels": frozenset({20})}, INSIDE, None),
        ({"allowed_channels": frozenset({21})}, INSIDE, ChannelNotAllowed),
        ({"allowed_channels": frozenset({20}), "direct_messages": True}, DIRECT, None),
    ],
)
def test_a_visitor_is_let_in_by_every_rule_or_told_which_one(
    rules: dict[str, Any], visitor: Visitor, refusal: type[UserError] | None
) -> None:
    house = House(**rules)
    if refusal is None:
        house.admit(visitor)
        return
    with pytest.raises(refusal):
        house.admit(visitor)


def test_results_are_for_anyone_or_for_their_author_and_moderators() -> None:
    House().admit_to_result(INSIDE, author_id=8)
    strict = House(results_are_the_authors=True)
    strict.admit_to_result(INSIDE, author_id=7)
    strict.admit_to_result(Visitor(user_id=9, guild_id=1, moderates=True), author_id=8)
    for author_id in (8, None):
        with pytest.raises(NotYours):
            strict.admit_to_result(INSIDE, author_id)


def test_the_house_refuses_words_and_says_which() -> None:
    house = House(refused_words=("gore", "very bad"))
    house.check_words("a fox")
    with pytest.raises(WordRefused) as refused:
        house.check_words("a very\nbad fox")
    assert refused.value.word == "very bad"
