"""The rules of the house: who is let in where, and which words are not taken."""

from typing import Any

import pytest

from bot.errors import ChannelNotAllowed, NotYours, Reason, Rejected, UserError, WordRefused
from bot.refused_words import RefusedWords
from bot.services.access import AccessPolicy
from bot.services.context import Caller

INSIDE = Caller(user_id=7, guild_id=1, channel_ids=frozenset({2, 20}), role_ids=frozenset({3, 4}))
DIRECT = Caller(user_id=7, channel_ids=frozenset({5}))
ABROAD = Caller(user_id=7, guild_id=9, channel_ids=frozenset({6}), via_user_install=True)
GROUP = Caller(user_id=7, channel_ids=frozenset({8}), via_user_install=True)


@pytest.mark.parametrize(
    ("rules", "caller", "refusal"),
    [
        ({}, INSIDE, None),
        ({}, DIRECT, Reason.ONLY_IN_SERVERS),
        ({}, ABROAD, Reason.SERVER_NOT_ALLOWED),
        ({}, GROUP, Reason.ONLY_IN_SERVERS),
        ({"direct_messages": True}, DIRECT, None),
        ({"direct_messages": True}, GROUP, Reason.ONLY_IN_SERVERS),
        ({"user_install": True}, DIRECT, None),
        ({"user_install": True}, ABROAD, None),
        ({"user_install": True}, GROUP, None),
        (
            {"user_install": True, "allowed_guilds": frozenset({1})},
            ABROAD,
            Reason.SERVER_NOT_ALLOWED,
        ),
        ({"allowed_guilds": frozenset({1})}, INSIDE, None),
        ({"allowed_guilds": frozenset({2})}, INSIDE, Reason.SERVER_NOT_ALLOWED),
        ({"allowed_roles": frozenset({4})}, INSIDE, None),
        ({"allowed_roles": frozenset({5})}, INSIDE, Reason.ROLE_MISSING),
        ({"allowed_roles": frozenset({4}), "direct_messages": True}, DIRECT, Reason.ROLE_MISSING),
        ({"allowed_channels": frozenset({20})}, INSIDE, None),
        ({"allowed_channels": frozenset({21})}, INSIDE, ChannelNotAllowed),
        ({"allowed_channels": frozenset({20}), "direct_messages": True}, DIRECT, None),
    ],
)
def test_a_visitor_is_let_in_by_every_rule_or_told_which_one(
    rules: dict[str, Any], caller: Caller, refusal: Reason | type[UserError] | None
) -> None:
    access = AccessPolicy(**rules)
    if refusal is None:
        access.check_access(caller)
        return
    with pytest.raises(UserError) as raised:
        access.check_access(caller)
    told = raised.value
    assert refusal is (told.reason if isinstance(told, Rejected) else type(told))


def test_results_are_for_anyone_or_for_their_author_and_moderators() -> None:
    AccessPolicy().check_result_access(INSIDE, author_id=8)
    strict = AccessPolicy(results_author_only=True)
    strict.check_result_access(INSIDE, author_id=7)
    strict.check_result_access(Caller(user_id=9, guild_id=1, can_manage_messages=True), author_id=8)
    for author_id in (8, None):
        with pytest.raises(NotYours):
            strict.check_result_access(INSIDE, author_id)


def test_the_house_refuses_words_and_says_which() -> None:
    access = AccessPolicy(refused_words=RefusedWords(("gore", "very bad")))
    access.check_words("a fox")
    with pytest.raises(WordRefused) as refused:
        access.check_words("a very\nbad fox")
    assert refused.value.word == "very bad"
