"""The rules of the house: who is let in where, and which words are not taken."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from bot.actions import IMAGINE
from bot.errors import ChannelNotAllowed, NotYours, Reason, Rejected, UserError, WordRefused
from bot.model import Destination, Job, JobState, MessageLink, Request
from bot.refused_words import RefusedWords
from bot.services.access import AccessPolicy, is_seen_at
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


HERE = Destination(guild_id=1, channel_id=2, private=False, file_limit_bytes=1)
ALONE = replace(HERE, private=True)
IN_DIRECT = replace(HERE, guild_id=None, channel_id=5)
ANN, BEN = 7, 8


def link(of: Destination) -> MessageLink:
    return MessageLink(guild_id=of.guild_id, channel_id=of.channel_id, message_id=9)


@pytest.mark.parametrize(
    ("asked", "posted", "remix", "viewer_id", "seen"),
    [
        (HERE, HERE, HERE, ANN, True),
        (HERE, HERE, ALONE, BEN, True),
        (HERE, None, HERE, ANN, False),  # deleted
        (HERE, None, ALONE, ANN, False),
        (replace(HERE, channel_id=3), replace(HERE, channel_id=3), HERE, ANN, False),
        (replace(HERE, channel_id=3), replace(HERE, channel_id=3), ALONE, ANN, True),
        (replace(HERE, channel_id=3), replace(HERE, channel_id=3), ALONE, BEN, False),
        (replace(HERE, guild_id=3), replace(HERE, guild_id=3), HERE, ANN, False),
        (HERE, replace(HERE, channel_id=3), HERE, ANN, False),  # shown elsewhere since
        (replace(HERE, channel_id=3), HERE, HERE, ANN, True),  # shown here since
        (ALONE, ALONE, HERE, ANN, False),
        (ALONE, ALONE, ALONE, ANN, True),
        (ALONE, ALONE, ALONE, BEN, False),
        (HERE, IN_DIRECT, HERE, ANN, False),
        (IN_DIRECT, IN_DIRECT, IN_DIRECT, ANN, True),
        (IN_DIRECT, IN_DIRECT, HERE, ANN, False),
        (HERE, HERE, IN_DIRECT, ANN, False),  # or a group's
    ],
)
async def test_a_source_is_seen_by_everybody_who_sees_the_remix_or_by_nobody(
    asked: Destination,
    posted: Destination | None,
    remix: Destination,
    viewer_id: int,
    seen: bool,
) -> None:
    source = Job(
        id=1,
        request=Request(action=IMAGINE),
        author_id=ANN,
        destination=asked,
        interaction_id=1,
        state=JobState.DELIVERED,
        created_at=datetime(2026, 1, 1, tzinfo=UTC),
        posted=link(posted) if posted else None,
    )
    assert await is_seen_at(source, remix, viewer_id) is seen
