"""What people type is read as they mean it, or refused before anything is spent."""

import pytest

from bot.errors import PromptTooLong, Rejected
from bot.inputs import read_callback, read_prompt
from bot.job_ids import (
    JobId,
    MessageId,
    could_be_an_id,
    messages_linked,
    read_job,
    read_upload,
    same_id,
    uploads_linked,
)

UUID = "b4a0f9f3-1a9e-4d0e-9a52-0c3f2b1d7e66"
DENSE = UUID.replace("-", "")
HTTP_LESS = "cdn.discordapp.com/attachments/1122334455667788990/1122334455667788991"
MEDIA = "https://media.discordapp.net/attachments/1122334455667788990/1122334455667788991"
CDN = "https://cdn.discordapp.com/attachments/1122334455667788990/1122334455667788991"


@pytest.mark.parametrize(
    ("text", "job_id"),
    [
        (UUID, UUID),
        (f"  {UUID}\n", UUID),
        ("1234567890123456789", "1234567890123456789"),
        ("d758n65e878c73cmdg20", "d758n65e878c73cmdg20"),
        (f"https://cdn.example/{UUID}/0_1.png?sig=1", UUID),
        (f"{CDN}/{UUID}_2.png?ex=65&is=64&hm=abc", UUID),
        (f"{CDN}/1234567890123456789_2.png?ex=65", "1234567890123456789"),
        (f"<{CDN}/1234567890123456789_2.png>", "1234567890123456789"),
        ("d758n65e878c73cmdg20_3.webp", "d758n65e878c73cmdg20"),
        (f"{UUID}_0.png", UUID),
        (f"`{UUID}`", UUID),
        (f"Job ID: {UUID.upper()}, please", UUID.upper()),
        (DENSE, DENSE),
        (f"**{DENSE}**", DENSE),
        ("job_id:d758n65e878c73cmdg20", "d758n65e878c73cmdg20"),
        ("the one with 1234567890123456789 is it", "1234567890123456789"),
        (f"SPOILER_{UUID}_2.png", UUID),
        (f"{UUID}_2_1.png", UUID),
        (f"{UUID}_2 (1).png", UUID),
        (f"{UUID}_2", UUID),
        ("d758n65e878c73cmdg20_3_2.webp", "d758n65e878c73cmdg20"),
        (f"look: <{CDN}/SPOILER_{UUID}_2.png?ex=65&is=64> !", UUID),
        (f"{MEDIA}/d758n65e878c73cmdg20_3.webp?format=webp&width=9", "d758n65e878c73cmdg20"),
        ("https://api.example/v1/task/d758n65e878c73cmdg20?x=1", "d758n65e878c73cmdg20"),
        (f"cat_1.png and {UUID}_1.png", UUID),
        (UUID.replace("-", "\u2011"), UUID),
        (f"\u200b{UUID}\ufeff", UUID),
        (f"{UUID} {'and much more ' * 500}", UUID),
        (UUID.replace("-", " "), UUID),
        (UUID.replace("-4", "-\n4"), UUID),
        (f"<@1122334455667788990> wants {DENSE}", DENSE),
        ("<@!1122334455667788990> d758n65e878c73cmdg20", "d758n65e878c73cmdg20"),
        (f"{HTTP_LESS}/{UUID}_2.png?ex=65", UUID),
        (f"{HTTP_LESS}/1234567890123456789_2.png?ex=65", "1234567890123456789"),
        ("`odd-id_x`", "odd-id_x"),
        ('"odd-id".', "odd-id"),
        ("\uff11\uff12\uff13\uff14\uff15\uff16\uff17\uff18" * 2 + "901", "1234567812345678901"),
    ],
)
def test_a_job_id_is_found_in_whatever_people_paste(text: str, job_id: str) -> None:
    assert read_job(text) == JobId(job_id)


@pytest.mark.parametrize(
    "text",
    [
        "https://discord.com/channels/11/22/3344556677889900112",
        "https://ptb.discord.com/channels/11/22/3344556677889900112/",
        "https://discord.com/channels/@me/22/3344556677889900112",
        "<https://canary.discord.com/channels/11/22/3344556677889900112>",
        "discord.com/channels/11/22/3344556677889900112",
        "HTTPS://Discordapp.com/channels/11/22/3344556677889900112?x=1#y",
        "discord://-/channels/11/22/3344556677889900112",
        "look [here](https://discord.com/channels/11/22/3344556677889900112) please",
        f"https://discord.com/channels/11/22/3344556677889900112 {UUID}",
        "1122334455667788990-3344556677889900112",
        "<1122334455667788990-3344556677889900112>",
        "see `1122334455667788990-3344556677889900112`.",
        "https://discord.com/channels/%40me/22/3344556677889900112",
        "https%3A%2F%2Fdiscord.com%2Fchannels%2F11%2F22%2F3344556677889900112",
        "https://discord.com:443/channels/11/22/3344556677889900112",
    ],
)
def test_a_message_link_stands_for_the_message_and_never_for_its_digits(text: str) -> None:
    assert read_job(text) == MessageId(3344556677889900112)


@pytest.mark.parametrize(
    "text",
    [
        *("", "   ", "two words"),
        "a" * 57,
        *("https://discord.com/channels/11/22", "https://example.com/image.png"),
        "https://cdn.discordapp.com/attachments/1122334455667788990/1122334455667788991/cat.png",
        *("id:with:colons", "https://discord.com/channels/11/22/"),
        *(f"{CDN}/1122334455667788992.png", f"{UUID[:-1]} {UUID}0", "<@1122334455667788990>"),
        "<@!1122334455667788990> and @1122334455667788990",
        *("<@&1122334455667788990>", "in <#1122334455667788990>"),
        "<:fox:1122334455667788990><a:fox:1122334455667788990>",
        "</remix:1122334455667788990>",
        "discord.com/channels/1122334455667788990/1122334455667788991",
        "discord://-/channels/1122334455667788990/1122334455667788991",
        *(f"{HTTP_LESS}/cat.png?hm={DENSE}", f"see {HTTP_LESS}/cat.png"),
    ],
)
def test_what_holds_no_job_id_is_refused(text: str) -> None:
    with pytest.raises(Rejected, match="JOB_ID_INVALID"):
        read_job(text)


@pytest.mark.parametrize(
    ("name", "image"),
    [
        (f"{UUID}_2.png", (UUID, 2)),
        (f"SPOILER_{UUID}_2.png", (UUID, 2)),
        (f"SPOILER_{UUID}_2_1.png", (UUID, 2)),
        (f"{UUID.upper()}_0-1.PNG", (UUID.upper(), 0)),
        (f"{DENSE}_3 (2).webp", (DENSE, 3)),
        (f"{CDN}/{UUID}_1.png?ex=1_2.png", (UUID, 1)),
        (f"https://cdn.example/{UUID}/0_3.png", (UUID, 3)),
        ("odd-id_1.png", ("odd-id", 1)),
        (f"{UUID}_12.png", (UUID, 12)),
        (f"Copy_of_{UUID}_2.png", (UUID, 2)),
        (f"IMG-{DENSE}_0~2.jpg", (DENSE, 0)),
        (f"{UUID}_1_-_Copy.png", (UUID, 1)),
        (f"my {UUID}_3.png.jpg", (UUID, 3)),
        ("20261127_SPOILER_d758n65e878c73cmdg20_3.png", ("d758n65e878c73cmdg20", 3)),
    ],
)
def test_a_file_of_ours_is_known_however_it_was_renamed(name: str, image: tuple[str, int]) -> None:
    assert read_upload(name) == image


@pytest.mark.parametrize("name", [UUID, f"{UUID}.png", "cat.png", "_1.png", f"{UUID}_x.png", ""])
def test_other_files_are_none_of_ours(name: str) -> None:
    assert read_upload(name) is None


def test_links_in_a_text_are_found_in_their_order() -> None:
    first, second = (f"https://discord.com/channels/1/2/{number}" for number in (33, 44))
    text = f"see {first}, [that]({second}) and <{CDN}/{UUID}_2.png?ex=1> or {MEDIA}/cat.png"
    assert list(messages_linked(text)) == [MessageId(33), MessageId(44)]
    assert list(uploads_linked(text)) == [(UUID, 2)]


@pytest.mark.parametrize(
    "spelling", [UUID, UUID.upper(), DENSE, DENSE.upper(), DENSE[:9] + "-" + DENSE[9:]]
)
def test_spellings_of_one_id_are_one_id(spelling: str) -> None:
    assert same_id(spelling, UUID)
    assert not same_id(spelling, UUID.replace("b", "c"))
    assert not same_id(spelling, None)


@pytest.mark.parametrize(
    "job_id",
    [
        UUID,
        DENSE,
        "1234567890123456789",
        "d758n65e878c73cmdg20",
        "dkvbnhsegalcqtcmdgj0",
        "dkvbnhsegalcqtcmdgjg",
    ],
)
def test_the_api_may_know_what_looks_like_an_id(job_id: str) -> None:
    assert could_be_an_id(job_id)


@pytest.mark.parametrize(
    "word",
    [
        *("not-a-job", "heron", "12345678901234567", "12345678901234567890"),
        "a" * 20,
        "my-fox-2026-08-01",
    ],
)
def test_words_and_other_numbers_are_known_to_nobody(word: str) -> None:
    assert not could_be_an_id(word)


def test_a_prompt_is_trimmed_and_may_have_8192_characters() -> None:
    assert read_prompt("  a cat \n") == "a cat"
    assert len(read_prompt(f" {'ä' * 8192} ")) == 8192


def test_what_no_database_keeps_is_left_out_of_a_prompt() -> None:
    assert read_prompt("a\0 cat \ud83e") == "a cat"


def test_an_empty_or_too_long_prompt_is_refused_with_its_length() -> None:
    with pytest.raises(Rejected, match="PROMPT_MISSING"):
        read_prompt(" \n\t ")
    with pytest.raises(PromptTooLong) as refused:
        read_prompt("x" * 8193)
    assert refused.value.length == 8193


@pytest.mark.parametrize(
    "text",
    [
        *("\u200b", "\u3164", "\uffa0\u115f\u1160", "\u3164, {\u1160} --fast", "\u2800 \u2800"),
        *("\U000e0061\U000e007f", "\ufe0f\u200d\U000e0100", "\x01\x07\x7f\x9f", "\u0301\u20dd"),
        *("\xad\u034f\u180e\ufeff\u2063", "\u2028\u3000", "--turbo", "—ar 16:9 --v 7"),
        *("{--ar 1:1, --ar 2:3}", "--ar {1:1, 2:3}", "\u2800{\u2800,\u200b}"),
        "\U0001d159 --v {6,7}",
    ],
)
def test_a_prompt_of_nothing_that_can_be_seen_is_an_empty_one(text: str) -> None:
    with pytest.raises(Rejected, match="PROMPT_MISSING"):
        read_prompt(text)


@pytest.mark.parametrize(
    "text",
    [
        *("!", "\u3164x", "狐", "🦊", "\U0001fae8", "1\ufe0f\u20e3", "\ue000", "fox --v 7"),
        "--no {cats}",
    ],
)
def test_whatever_can_be_seen_is_a_prompt(text: str) -> None:
    assert read_prompt(text) == text


@pytest.mark.parametrize("url", ["http://a.example", "https://a.example:8443/done?x=1#y"])
def test_an_http_address_is_a_callback(url: str) -> None:
    assert read_callback(f" {url} ") == url


def test_no_callback_is_none() -> None:
    assert read_callback(None) is None
    assert read_callback("  ") is None


@pytest.mark.parametrize(
    "url",
    [
        *("a.example", "ftp://a.example", "https://", "https://user:secret@a.example"),
        *("https://user@a.example", "https://a.example/with space", "https://a.example:port"),
        *("https://[::1", "javascript:alert(1)", f"https://a.example/{'x' * 2048}"),
    ],
)
def test_anything_else_is_no_callback(url: str) -> None:
    with pytest.raises(Rejected, match="CALLBACK_INVALID"):
        read_callback(url)
