"""Reads what people typed: prompts, job ids, callbacks, picture numbers.

Pure functions: a value in, the value as the API takes it out, or a `UserError`. Whether a job
exists is not known here.
"""

import re
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

from bot.errors import CallbackInvalid, ImageInvalid, JobIdInvalid, PromptMissing, PromptTooLong
from bot.letters import is_blank
from bot.model import PROMPT_MAX, REMIXABLE_IMAGES

CALLBACK_MAX = 2048
_BARE_ID = re.compile(r"[A-Za-z0-9_-]{1,56}")
_UUID = re.compile(r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}", re.IGNORECASE)
_UPLOAD = re.compile(r"([A-Za-z0-9_-]{1,56})_(\d{1,2})\.[A-Za-z0-9]{2,5}")
_MESSAGE = re.compile(
    r"https?://(?:(?:www|ptb|canary)\.)?discord(?:app)?\.com/channels/(?:@me|\d+)/\d+/(\d{1,20})/?",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class JobId:
    """An id: the provider's job id, or one of our task ids."""

    value: str


@dataclass(frozen=True, slots=True)
class MessageId:
    """A Discord message that may show a job of ours."""

    value: int


def read_prompt(text: str) -> str:
    """The prompt without white space around it, 1 to 8192 characters.

    What is no text (zero characters, halves of surrogate pairs) is left out: databases refuse it.

    Raises `PromptMissing` where nothing of it can be seen, or `PromptTooLong`.
    """
    prompt = text.encode(errors="ignore").decode().replace("\0", "").strip()
    if len(prompt) > PROMPT_MAX:
        raise PromptTooLong(length=len(prompt))
    if is_blank(prompt):
        raise PromptMissing
    return prompt


def read_job(text: str) -> JobId | MessageId:
    """What *text* points at: a bare id, a message link, another link, or a file name of ours.

    Raises `JobIdInvalid`.
    """
    text = text.strip().removeprefix("<").removesuffix(">")
    if _BARE_ID.fullmatch(text):
        return JobId(text)
    if link := _MESSAGE.fullmatch(text.partition("?")[0]):
        return MessageId(int(link[1]))
    path = unquote(text)
    if uuid := _UUID.search(path):
        return JobId(uuid[0])
    file_name = path.partition("?")[0].rpartition("/")[2]
    if upload := _UPLOAD.fullmatch(file_name):
        return JobId(upload[1])
    raise JobIdInvalid


def read_upload(name: str) -> tuple[str, int]:
    """The job id and picture number in the name, or the address, of a file that we uploaded.

    Raises `JobIdInvalid`.
    """
    file_name = unquote(name).partition("?")[0].rpartition("/")[2]
    upload = _UPLOAD.fullmatch(file_name)
    if upload is None:
        raise JobIdInvalid
    return upload[1], int(upload[2])


def is_uuid(job_id: str) -> bool:
    """Whether *job_id* looks like most of the provider's: nobody calls a file so by accident."""
    return _UUID.fullmatch(job_id) is not None


def read_image(image_no: int) -> int:
    """A picture number that the API remixes, 0 to 3. Raises `ImageInvalid`."""
    if image_no not in REMIXABLE_IMAGES:
        raise ImageInvalid
    return image_no


def read_callback(text: str | None) -> str | None:
    """An http or https URL of at most 2048 characters, without credentials; ``None`` for nothing.

    Raises `CallbackInvalid`.
    """
    url = (text or "").strip()
    if not url:
        return None
    if len(url) > CALLBACK_MAX or not url.isprintable() or " " in url:
        raise CallbackInvalid
    try:
        parts = urlsplit(url)
        usable = parts.scheme in {"http", "https"} and parts.hostname and "@" not in parts.netloc
        _ = parts.port  # raises ValueError where it is no number
    except ValueError:
        raise CallbackInvalid from None
    if not usable:
        raise CallbackInvalid
    return url
