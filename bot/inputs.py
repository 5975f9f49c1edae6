"""Reads what people typed: prompts, callbacks, options.

Pure functions: a value in, the value as the API takes it out, or a `UserError`. What names a job is
read by `bot.job_ids`.
"""

import re
from collections.abc import Mapping
from urllib.parse import SplitResult, urlsplit

from bot.actions import Action, OptionValue, PromptRule
from bot.characters import is_blank
from bot.errors import OptionInvalid, PreferencesInvalid, PromptTooLong, Reason, Rejected
from bot.model import PROMPT_MAX
from bot.preferences import Choice, Preferences
from bot.prompt_cost import has_words
from bot.prompt_doubts import Doubt, DoubtKind, doubts_about
from bot.prompt_parameters import BY_NAME, Parameter, ValueKind, put_right

CALLBACK_MAX = 2048
REFERENCES_MAX = 1000
"""Characters of all references of one kind that somebody wants behind each prompt."""
_CODE = re.compile(r"[A-Za-z0-9.:]+")
_ADDRESS = re.compile(r"https?://(?:(?!--)[^\s{}<>\"'`\\|,])+")


def read_prompt(text: str, rule: PromptRule = PromptRule.REQUIRED) -> str:
    """The prompt without white space around it, 1 to 8192 characters; none where *rule* allows it.

    What is no text (zero characters, halves of surrogate pairs) is left out: databases refuse it.
    Dashes and quotes of phones are put right.

    Raises `Rejected` if nothing of it can be seen, or nothing but flags with numbers, and
    `PromptTooLong`.
    """
    prompt = put_right(text.encode(errors="ignore").decode().replace("\0", "").strip())
    if len(prompt) > PROMPT_MAX:
        raise PromptTooLong(length=len(prompt))
    if rule is not PromptRule.REQUIRED and is_blank(prompt):
        return ""
    if not has_words(prompt):
        raise Rejected(Reason.PROMPT_MISSING)
    return prompt


def read_options(action: Action, given: Mapping[str, OptionValue | None]) -> dict[str, OptionValue]:
    """A value for each option of *action*, of what is *given* for some. Raises `OptionInvalid`."""
    options: dict[str, OptionValue] = {}
    for option in action.options:
        try:
            options[option.name] = option.read(given.get(option.name))
        except ValueError:
            raise OptionInvalid(action=action.key, parameter=option.name) from None
    return options


def read_callback(text: str | None) -> str | None:
    """An http or https URL of at most 2048 characters, without credentials; ``None`` for nothing.

    Raises `Rejected`.
    """
    url = (text or "").strip()
    if not url:
        return None
    parts = split_web_address(url)
    if parts is None or len(url) > CALLBACK_MAX or " " in url or "@" in parts.netloc:
        raise Rejected(Reason.CALLBACK_INVALID)
    return url


def read_preferences(given: Mapping[str, Choice]) -> dict[str, Choice]:
    """What somebody wants of all jobs, as it can stand behind any prompt.

    Raises `PreferencesInvalid`: what is kept is sent with each job, so nothing in doubt is.
    """
    chosen = {
        name: " ".join(value.split()) if isinstance(value, str) else value
        for name, value in given.items()
    }
    wrong: list[Doubt] = []
    for name, choice in chosen.items():
        for flag, value in Preferences.of({name: choice}).parameters[:1]:
            parameter = BY_NAME[flag]
            if value and not _can_be_kept(parameter, value):
                doubt = Doubt(kind=DoubtKind.VALUE, name=flag, value=value, parameter=parameter)
                wrong.append(doubt)
    if wrong:
        raise PreferencesInvalid(doubts=tuple(wrong))
    return chosen


def _can_be_kept(parameter: Parameter, value: str) -> bool:
    if parameter.kind is not ValueKind.TEXT:
        return _CODE.fullmatch(value) is not None and not doubts_about(
            f"x --{parameter.name} {value}"
        )
    codes, addresses = parameter.name != "oref", parameter.name != "p"
    return len(value) <= REFERENCES_MAX and all(
        (codes and _CODE.fullmatch(word)) or (addresses and is_reference(word))
        for word in value.split()
    )


def is_reference(address: str) -> bool:
    """Whether *address* can stand behind a parameter: no sign in it means anything in a prompt."""
    return _ADDRESS.fullmatch(address) is not None and split_web_address(address) is not None


def split_web_address(text: str) -> SplitResult | None:
    """The parts of *text* if it is an http or https address; ``None`` for anything else."""
    try:
        parts = urlsplit(text)
        _ = parts.port  # raises ValueError if it is no number
    except ValueError:
        return None
    is_one = text.isprintable() and parts.scheme in {"http", "https"} and parts.hostname
    return parts if is_one else None
