"""What people type is read as they mean it, or refused before anything is spent."""

import pytest

from bot.errors import CallbackInvalid, ImageInvalid, JobIdInvalid, PromptMissing, PromptTooLong
from bot.inputs import JobId, MessageId, read_callback, read_image, read_job, read_prompt

UUID = "b4a0f9f3-1a9e-4d0e-9a52-0c3f2b1d7e66"
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
    ],
)
def test_a_message_link_stands_for_the_message_and_never_for_its_digits(text: str) -> None:
    assert read_job(text) == MessageId(3344556677889900112)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "   ",
        "two words",
        "a" * 57,
        "https://discord.com/channels/11/22",
        "https://example.com/picture.png",
        "https://cdn.discordapp.com/attachments/1122334455667788990/1122334455667788991/cat.png",
        "id:with:colons",
    ],
)
def test_what_holds_no_job_id_is_refused(text: str) -> None:
    with pytest.raises(JobIdInvalid):
        read_job(text)


def test_a_prompt_is_trimmed_and_may_have_8192_characters() -> None:
    assert read_prompt("  a cat \n") == "a cat"
    assert len(read_prompt(f" {'ä' * 8192} ")) == 8192


def test_what_no_database_keeps_is_left_out_of_a_prompt() -> None:
    assert read_prompt("a\0 cat \ud83e") == "a cat"


def test_an_empty_or_too_long_prompt_is_refused_with_its_length() -> None:
    with pytest.raises(PromptMissing):
        read_prompt(" \n\t ")
    with pytest.raises(PromptTooLong) as refused:
        read_prompt("x" * 8193)
    assert refused.value.length == 8193


@pytest.mark.parametrize(
    "text",
    [
        "\u200b",
        "\u3164",
        "\uffa0\u115f\u1160",
        "\u2800 \u2800",
        "\U000e0061\U000e007f",
        "\ufe0f\u200d\U000e0100",
        "\x01\x07\x7f\x9f",
        "\u0301\u20dd",
        "\xad\u034f\u180e\ufeff\u2063",
        "\u2028\u3000",
        "--turbo",
        "—ar 16:9 --v 7",
        "{--ar 1:1, --ar 2:3}",
    ],
)
def test_a_prompt_of_nothing_that_can_be_seen_is_an_empty_one(text: str) -> None:
    with pytest.raises(PromptMissing):
        read_prompt(text)


@pytest.mark.parametrize(
    "text", ["!", "\u3164x", "狐", "🦊", "\U0001fae8", "1\ufe0f\u20e3", "\ue000", "fox --v 7"]
)
def test_whatever_can_be_seen_is_a_prompt(text: str) -> None:
    assert read_prompt(text) == text


def test_only_the_pictures_0_to_3_can_be_remixed() -> None:
    assert [read_image(number) for number in range(4)] == [0, 1, 2, 3]
    for number in (-1, 4):
        with pytest.raises(ImageInvalid):
            read_image(number)


@pytest.mark.parametrize("url", ["http://a.example", "https://a.example:8443/done?x=1#y"])
def test_an_http_address_is_a_callback(url: str) -> None:
    assert read_callback(f" {url} ") == url


def test_no_callback_is_none() -> None:
    assert read_callback(None) is None
    assert read_callback("  ") is None


@pytest.mark.parametrize(
    "url",
    [
        "a.example",
        "ftp://a.example",
        "https://",
        "https://user:secret@a.example",
        "https://user@a.example",
        "https://a.example/with space",
        "https://a.example:port",
        "https://[::1",
        "javascript:alert(1)",
        f"https://a.example/{'x' * 2048}",
    ],
)
def test_anything_else_is_no_callback(url: str) -> None:
    with pytest.raises(CallbackInvalid):
        read_callback(url)
