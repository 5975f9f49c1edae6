"""What to say about every failure: one sentence for each leaf of `bot.errors`.

A sentence says what happened and what to do. Plain text with Discord's Markdown.
"""

from collections.abc import Callable
from typing import Any

from bot import errors
from bot.actions import SOURCE_IMAGES
from bot.errors import AddressProblem
from bot.limits import DAY, LimitScope
from bot.model import PROMPT_MAX
from bot.texts import (
    ASK_LATER,
    MAYBE_CHARGED,
    NOTHING_CHARGED,
    OPERATOR_TOLD,
    OPTIONS,
    RETRY,
    SHOW_KEPT,
    days,
    jobs_counted,
    listed,
    relative,
    seconds,
    usd,
)

CODES: dict[str, str] = {
    "4011001": "The API needs to know which job to remix. Give a job ID or press an ✏️ button.",
    "4011002": "The API needs to know which image to remix. Choose one from 1 to 4.",
    "4011003": "That job has no image with this number. Choose another one from 1 to 4.",
    "4011004": "The API doesn't know this mode. Choose Strong or Subtle.",
    "4011005": "The API needs a prompt. Describe the new image.",
    "4011006": f"The API accepts prompts of 1 to {PROMPT_MAX:,} characters. Please shorten yours.",
    "4011007": "The API didn't accept this callback. Use a URL that starts with http:// or https://.",
    "4011098": "The API couldn't make this one. The source may be more than three days old, or "
    "moderation stepped in. Try another prompt or a newer image.",
    "4011099": f"The API is out of service right now. {ASK_LATER}",
    "4001001": "The API needs a prompt. Describe the images.",
    "4001002": f"The API accepts prompts of 1 to {PROMPT_MAX:,} characters. Please shorten yours.",
}
"""A sentence for every documented code of the API, by its last seven digits."""

_UNREACHABLE = f"I can't reach the API right now: it didn't answer. {ASK_LATER}"
_FAILED = "The API started this job, then gave up. Try again, or try another prompt."


def _unavailable(error: errors.ApiUnavailable) -> str:
    if error.code in CODES:
        return CODES[error.code]
    if error.status is None:
        return _UNREACHABLE
    return f"{_trouble(error.status, 'is having')}. {ASK_LATER}"


def _trouble(status: int, has: str) -> str:
    """What an answer with this HTTP status says that is neither a task nor a known refusal."""
    if status >= 500:
        return f"The API {has} trouble (HTTP {status})"
    return f"The API gave an answer that I can't read (HTTP {status})"


def _submit_unknown(error: errors.SubmitUnknown) -> str:
    if error.interrupted:
        happened = "I restarted while this job was being sent to the API"
    elif error.status is None:
        happened = "The API didn't answer when I sent this job"
    else:
        happened = f"{_trouble(error.status, 'had')} when I sent this job"
    return (
        f"{happened}, so I can't tell if it's running. {MAYBE_CHARGED} I won't send it again on my "
        "own."
    )


def _overdue(error: errors.JobOverdue) -> str:
    waited = seconds(error.waited_s)
    if error.trouble is None:
        return (
            f"The API hasn't finished this job after {waited}, so I've stopped checking. "
            f"{MAYBE_CHARGED}"
        )
    refused = isinstance(error.trouble, errors.OperatorError)
    why = "is rejecting my status checks" if refused else "isn't telling me how this job is doing"
    return f"The API {why}, so I've stopped checking after {waited}. {MAYBE_CHARGED}"


def _unreadable(error: errors.OutputUnreadable) -> str:
    charged = "" if error.cost_usd is None else f" {usd(error.cost_usd)}"
    task_id = error.task_id.replace("`", "'")
    return (
        f"The API finished this job and charged{charged or ' for it'}, but I can't read where the "
        f"images are. `/show` tries again with the task ID `{task_id}`, and whoever runs me can "
        "look it up by that ID."
    )


def _permissions(error: errors.PermissionsMissing) -> str:
    names = listed(f"**{name}**" for name in error.permissions)
    return (
        f"I can't post images here: I'm missing {names}. Ask a moderator to allow that in the "
        "channel's settings."
    )


_ADDRESSES = {
    AddressProblem.UNREADABLE: "it isn't a database address. One looks like "
    "sqlite+aiosqlite:///data/remixbot.db or postgresql+asyncpg://user:password@host/name, with "
    "%40 for an @ in the password.",
    AddressProblem.NO_FILE: "an SQLite database must be a file, as in "
    "sqlite+aiosqlite:///data/remixbot.db.",
    AddressProblem.NO_OPTIONS: "an SQLite address takes no options. Remove everything from the "
    "question mark on.",
    AddressProblem.PLACE: "its hosts and ports don't match up. A port is a number from 1 to 65535.",
    AddressProblem.UNKNOWN: "I don't know {option}. Remove it; PostgreSQL's own settings go into "
    "options=-c%20name%3Dvalue.",
    AddressProblem.NOT_ONCE: "{option} needs exactly one value.",
    AddressProblem.NUMBER: "{option} must be a whole number.",
    AddressProblem.SECONDS: "{option} must be a number of seconds, more than 0 and at most 3600.",
    AddressProblem.FILE: "{option} must be the path of an existing file.",
    AddressProblem.WORD: "{option} must be one of {words}.",
}


def _address_wrong(error: errors.AddressWrong) -> str:
    option = f"the option {error.option}" if error.option else "one of its options"
    problem = _ADDRESSES[error.problem].format(option=option, words=", ".join(error.words))
    return f"DATABASE_URL can't be used: {problem}"


_WHO_HAS = {
    LimitScope.PERSON: "You've",
    LimitScope.SERVER: "This server has",
    LimitScope.EVERYBODY: "This bot has",
}
_WHOSE = {
    LimitScope.PERSON: "your",
    LimitScope.SERVER: "this server's",
    LimitScope.EVERYBODY: "this bot's",
}


def _daily_limit(error: errors.DailyLimitReached) -> str:
    return (
        f"{_WHO_HAS[error.whose]} reached the limit of {jobs_counted(error.limit)} in 24 hours. "
        f"You can start the next one {relative(error.free_at)}."
    )


def _waiting_limit(error: errors.WaitingLimitReached) -> str:
    return (
        f"{_WHO_HAS[error.whose]} reached the limit of {jobs_counted(error.limit)} waiting in the "
        "queue. Try again once one of them has started."
    )


def _budget(error: errors.BudgetUsedUp) -> str:
    span = "24 hours" if error.span == DAY else "30 days"
    if error.free_at is None:
        return (
            f"This would cost about {usd(error.cost_usd)}, more than {_WHOSE[error.whose]} whole "
            f"budget of {usd(error.limit_usd)} per {span}. Try something that costs less."
        )
    return (
        f"This would cost about {usd(error.cost_usd)} and exceed {_WHOSE[error.whose]} budget of "
        f"{usd(error.limit_usd)} per {span}. You can start it {relative(error.free_at)}."
    )


def _consent(error: errors.ConsentMissing) -> str:
    bill = error.bill
    reasons: list[str] = []
    if bill.permutations > 1:
        reasons.append(f"its braces make **{bill.permutations:,}** billed prompts")
    if bill.repeats > 1:
        each = "each" if bill.permutations > 1 else "it"
        reasons.append(f"`--repeat` runs {each} **{bill.repeats:,}** times")
    if bill.turbo or bill.oref:
        reasons.append(f"`{'--turbo' if bill.turbo else '--oref'}` costs double")
    if bill.quality > 1:
        reasons.append(f"`--q` costs **{bill.quality}** times as much")
    comes = f"You'd get **{bill.images:,}** images"
    if bill.images > len(SOURCE_IMAGES):
        comes += "; only the first four can be remixed"
    return (
        f"This prompt costs extra: {listed(reasons)}. {comes}. That's about "
        f"**{usd(error.usd)}** in total. Nothing has been charged so far. Go ahead?"
    )


def _option(error: errors.OptionInvalid) -> str:
    words = OPTIONS.get((error.action, error.parameter))
    if words is None:
        return f"The API doesn't accept this value for `{error.parameter}`. Choose another one."
    names = [name for name, _ in words.choices.values()]
    return f"Choose {' or '.join(names)} as the {words.name.lower()}."


def _channels(error: errors.ChannelNotAllowed) -> str:
    named = listed(f"<#{channel}>" for channel in error.channels[:10])
    return f"I can't be used in this channel. You can use me in {named}."


SENTENCES: dict[type[errors.RemixbotError], str | Callable[[Any], str]] = {
    errors.PromptMissing: "The prompt is empty or has no words. Describe what you want to see.",
    errors.PromptTooLong: lambda error: (
        f"Your prompt is {error.length:,} characters long. The maximum is {PROMPT_MAX:,}: please "
        "shorten it."
    ),
    errors.PromptTwice: "Use either `prompt` or `prompt_file`, not both.",
    errors.PromptFileTooLarge: lambda error: (
        f"Your prompt file is {error.size_bytes // 1024:,} KiB. A prompt of {PROMPT_MAX:,} "
        "characters fits in 33 KiB: please attach a shorter text file."
    ),
    errors.PromptFileUnreadable: "I couldn't read the prompt file. Attach a plain text file "
    "(UTF-8), or paste the text into `prompt`.",
    errors.JobIdInvalid: "I can't find a job ID in that. Give me the ID itself, a link to one of "
    "my messages, or an image's link or file name.",
    errors.MessageUnknown: "I can't find a job in that message, or you don't have access to it. "
    "Link to one of my results, or give me the job ID itself.",
    errors.ImageInvalid: "Images are numbered 1 to 4. Choose one of those.",
    errors.OptionInvalid: _option,
    errors.CallbackInvalid: "The callback must be a URL that starts with http:// or https://, "
    "without a user name, and at most 2,048 characters long.",
    errors.WaitingLimitReached: _waiting_limit,
    errors.DailyLimitReached: _daily_limit,
    errors.BudgetUsedUp: _budget,
    errors.ConsentMissing: _consent,
    errors.TooManyPrompts: lambda error: (
        f"This prompt could mean more than {error.limit:,} prompts, the most I send at once. "
        "Use fewer options in braces, or a plain number after `--repeat`. "
        f"{NOTHING_CHARGED}"
    ),
    errors.ServerNotAllowed: "This bot isn't enabled for this server. Ask whoever runs it to allow "
    "the server.",
    errors.OnlyInServers: "I only work in servers. Use me in a channel there.",
    errors.RoleMissing: "Only members with certain roles can use me here. Ask a moderator "
    "which ones.",
    errors.ChannelNotAllowed: _channels,
    errors.WordRefused: lambda error: (
        f"Prompts containing **{error.word}** aren't allowed here. Only you can see this, and "
        "your prompt is kept: edit it and try again."
    ),
    errors.WordsNotShown: "Discord won't let me show this prompt here: its filter or this server's "
    f"AutoMod rejected something in it. {NOTHING_CHARGED} Your prompt is kept: edit it and try "
    "again.",
    errors.NotYours: "Only the person who requested this or a moderator can do that.",
    errors.DraftGone: "This request was already used or canceled, or it's more than a day old. "
    "Please send it again.",
    errors.JobStopped: f"It hadn't been sent to the API yet. {NOTHING_CHARGED}",
    errors.NothingToStop: "There's nothing to stop: this job has already ended or been stopped.",
    errors.JobKept: lambda error: (
        "The API still made the images"
        + (f" and charged {usd(error.cost_usd)}" if error.cost_usd is not None else "")
        + f". They're kept: **{SHOW_KEPT}** posts them for free. Retrying is paid again."
    ),
    errors.PermissionsMissing: _permissions,
    errors.SourceUnknown: "I no longer know this result's prompt. Use its ✏️ buttons instead.",
    errors.SourceTooOld: lambda error: (
        f"This image is more than {days(error.days)} old, and the API no longer remixes it. You "
        "can start over from its prompt with `/imagine`."
    ),
    errors.NoImageInMessage: "I can't find an image of mine to remix in that message. Choose one "
    "of my results, or give me the job ID with `/remix`.",
    errors.JobUnknown: "I can't find that job, or you don't have access to it. Paste a link to "
    "one of my results, an image's link or file name, or the job ID from Details.",
    errors.ImagesMissing: "That job has no images, or none yet. `/jobs` shows how yours are doing.",
    errors.UnsupportedComponent: "This button is from another version of me. Use `/remix` with "
    "the job ID from the image's file name.",
    errors.CommandChanged: "That command has changed, and your Discord still shows the old one. "
    "Reload Discord (Ctrl+R, or close and reopen the app), then try again.",
    errors.RequestRefused: lambda error: CODES.get(
        error.code, "The API didn't accept this request. Change the prompt and try again."
    ),
    errors.ContentRefused: "The API's moderation rejected this prompt. Please rephrase it.",
    errors.ApiUnavailable: _unavailable,
    errors.ApiBusy: f"The API is busy right now. {ASK_LATER}",
    errors.TaskNotFound: f"The API no longer knows this job. {MAYBE_CHARGED}",
    errors.SubmitUnknown: _submit_unknown,
    errors.GenerationFailed: lambda error: CODES.get(error.code or "", _FAILED),
    errors.NothingMade: "The API finished without any images. Often that means its moderation "
    f"removed them all. {MAYBE_CHARGED}",
    errors.OutputUnreadable: _unreadable,
    errors.JobOverdue: _overdue,
    errors.JobTooOld: "I was offline for too long to start this job on my own. Press "
    f"**{RETRY}** if you still want it.",
    errors.EndedUnseen: "This job failed, and I restarted before I could tell you.",
    errors.AnswerUnseen: "I restarted while this job was waiting and can no longer read what I "
    f"told you about it, so I didn't start it. Press **{RETRY}** if you still want it.",
    errors.ImageUnavailable: "An image couldn't be downloaded from the API.",
    errors.ImageTooLarge: "An image is too large to post.",
    errors.StoreUnavailable: "I can't save to my database right now, so I didn't accept this. "
    f"{NOTHING_CHARGED} {ASK_LATER}",
    errors.StoreAway: "I couldn't save to my database for so long that I dropped this job. Press "
    f"**{RETRY}** if you still want it.",
    errors.StopNotRecorded: "I can't save to my database right now, so this job isn't stopped. "
    f"{ASK_LATER}",
    errors.ListUnavailable: f"I can't look that up right now. {ASK_LATER}",
    errors.StoreTooNew: "A newer version of this bot has used the database, and this one can't "
    "read it. Update the bot, then start it again.",
    errors.StoreInUse: "Another bot process is using this database. Stop that one first, or give "
    "this one its own DATABASE_URL.",
    errors.StoreLost: "Another bot process has taken over this database, or a backup was restored "
    "into it, so this process has ended. It writes, edits and submits nothing more.",
    errors.StoreGone: lambda error: (
        f"The file {error.path} was deleted, moved or replaced while the bot was running. The bot "
        "accepts no more jobs and is shutting down. Put the file back before you start it again, "
        "or the next start creates a new one."
    ),
    errors.PoolerUnfit: "DATABASE_URL points to a connection pooler in transaction mode (such as "
    "PgBouncer), which can't hold the lock that keeps a second bot out. Connect to PostgreSQL "
    "directly, or set pool_mode = session for this database.",
    errors.AddressWrong: _address_wrong,
    errors.DeliveryFailed: "Discord didn't accept the images. They're kept: `/show` posts them.",
    errors.DiscordAway: f"Discord had a problem just now. {NOTHING_CHARGED} {ASK_LATER}",
    errors.AnswerFailed: f"Discord didn't accept my reply. {NOTHING_CHARGED} {ASK_LATER}",
    errors.ApiKeyRefused: f"The API rejected this bot's key. {OPERATOR_TOLD}",
    errors.ApiCreditUsedUp: f"This bot's API credit is used up. {OPERATOR_TOLD}",
    errors.ApiPermissionMissing: "The API doesn't let this bot's key make images like this. "
    f"{OPERATOR_TOLD}",
    errors.ApiMisused: f"The API didn't understand me, which is a bug on my end. {OPERATOR_TOLD}",
    errors.Incident: lambda error: (
        "Sorry, something broke on my end. If you report it, mention incident "
        f"`{error.number}`: the log has the rest."
    ),
}


SAY_NOTHING_CHARGED: frozenset[type[errors.RemixbotError]] = frozenset(
    {
        errors.TooManyPrompts,
        errors.WordsNotShown,
        errors.JobStopped,
        errors.StoreUnavailable,
        errors.DiscordAway,
        errors.AnswerFailed,
    }
)
"""Those whose sentence says it already."""


def describe(error: errors.RemixbotError) -> str:
    """What to say about *error*; every leaf of `bot.errors` has its sentence."""
    sentence = SENTENCES[type(error)]
    return sentence if isinstance(sentence, str) else sentence(error)


FOR_THE_OPERATOR: dict[type[errors.OperatorError], str] = {
    errors.ApiKeyRefused: "The API rejected the key: check VTRIX_API_KEY.",
    errors.ApiCreditUsedUp: "The API says the credit is used up: top up the Vtrix account.",
    errors.ApiPermissionMissing: "The API denies this key the model: check the account's rights.",
    errors.ApiMisused: "The API rejected the request as invalid: its contract may have changed.",
}
"""What the log says, beside the data of the error."""
