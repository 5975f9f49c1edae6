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
    days,
    listed,
    relative,
    seconds,
    usd,
)

CODES: dict[str, str] = {
    "4011001": "The API needs to know which job to remix: give a job id, or press a Remix button.",
    "4011002": "The API needs to know which image to remix: choose one from 1 to 4.",
    "4011003": "That job has no image with this number: choose another one from 1 to 4.",
    "4011004": "The API does not know this mode: choose Strong or Subtle.",
    "4011005": "The API needs a prompt: say what the new image shows.",
    "4011006": f"The API takes prompts of 1 to {PROMPT_MAX} characters: please shorten yours.",
    "4011007": "The API does not accept this callback: give an http:// or https:// address.",
    "4011098": "The API could not make this one. The source may be older than three days, or its "
    "moderation stepped in: try another prompt or a newer image.",
    "4011099": f"The API is out of service at the moment. {ASK_LATER}",
    "4001001": "The API needs a prompt: say what the images show.",
    "4001002": f"The API takes prompts of 1 to {PROMPT_MAX} characters: please shorten yours.",
}
"""A sentence for every documented code of the API, by its last seven digits."""

_UNREACHABLE = f"The API cannot be reached at the moment: it did not answer. {ASK_LATER}"
_FAILED = "The API started on it and then gave up. Another prompt, or another try, may work."


def _unavailable(error: errors.ApiUnavailable) -> str:
    if error.code in CODES:
        return CODES[error.code]
    return _UNREACHABLE if error.status is None else f"{_trouble(error.status)}. {ASK_LATER}"


def _trouble(status: int) -> str:
    """What an answer with this HTTP status says that is neither a task nor a known refusal."""
    if status >= 500:
        return f"The API is having trouble (HTTP {status})"
    return f"The API gave an answer that I cannot read (HTTP {status})"


def _submit_unknown(error: errors.SubmitUnknown) -> str:
    if error.interrupted:
        happened = "I was restarted while this job was on its way to the API"
    elif error.status is None:
        happened = "The API did not answer when it got this job"
    else:
        happened = f"{_trouble(error.status)} when it got this job".replace(" is having", " had")
    return (
        f"{happened}, so I cannot tell whether it runs. {MAYBE_CHARGED} I do not send it twice by "
        "myself."
    )


def _overdue(error: errors.JobOverdue) -> str:
    waited = seconds(error.waited_s)
    if error.trouble is None:
        return (
            f"The API has not finished this job after {waited}, so I stopped watching. "
            f"{MAYBE_CHARGED}"
        )
    refused = isinstance(error.trouble, errors.OperatorError)
    why = "is rejecting my status checks" if refused else "does not tell me how this job stands"
    return f"The API {why}, so I stopped watching after {waited}. {MAYBE_CHARGED}"


def _unreadable(error: errors.OutputUnreadable) -> str:
    charged = "" if error.cost_usd is None else f" {usd(error.cost_usd)}"
    task_id = error.task_id.replace("`", "'")
    return (
        f"The API made this one and charged{charged or ' for it'}, but I cannot read where the "
        f"images are. `/show` tries again with the task id `{task_id}`, and whoever runs me can "
        "look it up by that id."
    )


def _permissions(error: errors.PermissionsMissing) -> str:
    names = listed(f"**{name}**" for name in error.permissions)
    return (
        f"I may not post images here: I lack {names}. Ask a moderator to allow it in the "
        "channel's settings."
    )


_ADDRESSES = {
    AddressProblem.UNREADABLE: "it is no address of a database: it looks like "
    "sqlite+aiosqlite:///data/remixbot.db or postgresql+asyncpg://user:password@host/name, with "
    "%40 for an @ in the password.",
    AddressProblem.NO_FILE: "an SQLite database must be a file, as in "
    "sqlite+aiosqlite:///data/remixbot.db.",
    AddressProblem.NO_OPTIONS: "an SQLite address takes no options: leave out what follows the "
    "question mark.",
    AddressProblem.PLACE: "its hosts and ports do not fit together. A port is a number from 1 to "
    "65535.",
    AddressProblem.UNKNOWN: "I do not know {option}: leave it out. PostgreSQL's own settings go "
    "into options=-c%20name%3Dvalue.",
    AddressProblem.NOT_ONCE: "{option} needs one value.",
    AddressProblem.NUMBER: "{option} must be a whole number.",
    AddressProblem.SECONDS: "{option} must be a number of seconds, more than 0 and at most 3600.",
    AddressProblem.FILE: "{option} must be the path of a file that is there.",
    AddressProblem.WORD: "{option} must be one of {words}.",
}


def _address_wrong(error: errors.AddressWrong) -> str:
    option = f"the option {error.option}" if error.option else "one of its options"
    problem = _ADDRESSES[error.problem].format(option=option, words=", ".join(error.words))
    return f"DATABASE_URL cannot be used: {problem}"


_THEIRS = {
    LimitScope.PERSON: "You have",
    LimitScope.SERVER: "This server has",
    LimitScope.EVERYBODY: "The bot has",
}


def _daily_limit(error: errors.DailyLimitReached) -> str:
    return (
        f"{_THEIRS[error.whose]} used up {error.limit} jobs in these 24 hours, which is the limit. "
        f"The next one is possible {relative(error.free_at)}."
    )


def _waiting_limit(error: errors.WaitingLimitReached) -> str:
    jobs = "job" if error.limit == 1 else "jobs"
    return (
        f"{_THEIRS[error.whose]} {error.limit} {jobs} waiting already, which is the limit here. "
        "Let one of them start, then ask again."
    )


def _budget(error: errors.BudgetUsedUp) -> str:
    span = "24 hours" if error.span == DAY else "30 days"
    if error.free_at is None:
        return (
            f"This would cost about {usd(error.cost_usd)}, and no more than "
            f"{usd(error.limit_usd)} may be spent in {span}. Ask for less at once."
        )
    return (
        f"{_THEIRS[error.whose]} too little left of the {usd(error.limit_usd)} for {span}: this "
        f"would cost about {usd(error.cost_usd)}. It is possible {relative(error.free_at)}."
    )


def _consent(error: errors.ConsentMissing) -> str:
    bill = error.bill
    reasons: list[str] = []
    if bill.permutations > 1:
        reasons.append(f"its braces stand for **{bill.permutations}** prompts, each billed")
    if bill.repeats > 1:
        each = "each" if bill.permutations > 1 else "it"
        reasons.append(f"`--repeat` makes {each} **{bill.repeats}** times")
    if bill.turbo or bill.oref:
        reasons.append(f"`{'--turbo' if bill.turbo else '--oref'}` costs double")
    if bill.quality > 1:
        reasons.append(f"`--q` costs **{bill.quality}** times as much")
    comes = f"**{bill.images}** images come"
    if bill.images > len(SOURCE_IMAGES):
        comes += "; the first four can be remixed"
    return (
        f"This prompt costs extra: {listed(reasons)}. {comes}. It would cost "
        f"about **{usd(error.usd)}**. {NOTHING_CHARGED[:-1]} so far. Shall I go ahead?"
    )


def _option(error: errors.OptionInvalid) -> str:
    words = OPTIONS.get((error.action, error.parameter))
    if words is None:
        return f"The API does not take this value for `{error.parameter}`. Choose another one."
    names = [name for name, _ in words.choices.values()]
    return f"Choose {' or '.join(names)} as the {words.name.lower()}."


def _channels(error: errors.ChannelNotAllowed) -> str:
    named = listed(f"<#{channel}>" for channel in error.channels[:10])
    return f"I may not be used in this channel. Ask me in {named}."


SENTENCES: dict[type[errors.RemixbotError], str | Callable[[Any], str]] = {
    errors.PromptMissing: "The prompt is empty, or has no words: write what the image should show.",
    errors.PromptTooLong: lambda error: (
        f"The prompt has {error.length} characters; {PROMPT_MAX} is the most. Please shorten it."
    ),
    errors.PromptTwice: "Give either `prompt` or `prompt_file`, not both.",
    errors.PromptFileTooLarge: lambda error: (
        f"The prompt file has {error.size_bytes // 1024} KiB; a prompt of {PROMPT_MAX} characters "
        "fits in 33 KiB. Please attach a shorter text file."
    ),
    errors.PromptFileUnreadable: "I could not read the prompt file. Attach a plain text file "
    "(UTF-8), or paste the text into `prompt`.",
    errors.JobIdInvalid: "I cannot find a job id in that. Give the id itself, a link to one of my "
    "messages, or an image's link or file name.",
    errors.MessageUnknown: "I know no job in that message, or none that you can see. Link to one "
    "of my results, or give the job id itself.",
    errors.ImageInvalid: "Images have the numbers 1 to 4: choose one of those.",
    errors.OptionInvalid: _option,
    errors.CallbackInvalid: "The callback must be an address that starts with http:// or "
    "https://, without a user name, and with at most 2048 characters.",
    errors.WaitingLimitReached: _waiting_limit,
    errors.DailyLimitReached: _daily_limit,
    errors.BudgetUsedUp: _budget,
    errors.ConsentMissing: _consent,
    errors.TooManyPrompts: lambda error: (
        f"This prompt may stand for more than {error.limit} prompts, and I send no more at once. "
        "Use fewer options in braces, or a plain number after `--repeat`. "
        f"{NOTHING_CHARGED}"
    ),
    errors.ServerNotAllowed: "This bot is not open to this server. Ask whoever runs it to allow "
    "the server.",
    errors.OnlyInServers: "I only work in servers. Ask me in a channel there.",
    errors.RoleMissing: "Only members with certain roles may use me here. Ask a moderator which.",
    errors.ChannelNotAllowed: _channels,
    errors.WordRefused: lambda error: (
        f"Prompts with **{error.word}** are not taken here. Nobody else sees this, and your "
        "prompt is kept: edit it and try again."
    ),
    errors.WordsNotShown: "Discord does not let me show this prompt here: its filter, or this "
    f"server's AutoMod, refuses something in it. {NOTHING_CHARGED} Your prompt is kept: edit it, "
    "then try again.",
    errors.NotYours: "Only who asked for it, and moderators, may do that.",
    errors.DraftGone: "I have started on this one already, or it was cancelled, or it is more than "
    "a day old. Ask anew if you want more of it.",
    errors.JobStopped: f"It was not sent to the API yet. {NOTHING_CHARGED}",
    errors.NothingToStop: "There is nothing to stop any more: this one has ended, or was stopped.",
    errors.JobKept: lambda error: (
        "The API made the images all the same"
        + (f" and charged {usd(error.cost_usd)}" if error.cost_usd is not None else "")
        + ". They are kept: **Show the images** posts them for nothing. Retry is paid again."
    ),
    errors.PermissionsMissing: _permissions,
    errors.SourceUnknown: "I no longer know the prompt of this result: use its Remix buttons.",
    errors.SourceTooOld: lambda error: (
        f"This image was made more than {days(error.days)} ago, and the API no longer remixes "
        "it. You can start anew from its prompt with `/imagine`."
    ),
    errors.NoImageInMessage: "I see no image of mine in that message that I could remix. Choose "
    "one of my results, or give the job id with `/remix`.",
    errors.JobUnknown: "I know no such job, or none that you can see. Paste a link to one of my "
    "results, an image's link or file name, or the job id that Details shows.",
    errors.ImagesMissing: "That job has no images, or none yet. `/jobs` says how yours stand.",
    errors.UnsupportedComponent: "This button is from an older version of me. Use `/remix` with "
    "the job id from the image's file name.",
    errors.CommandChanged: "That command has changed, and your Discord still shows the old one. "
    "Reload Discord (Ctrl+R, or close and reopen the app), then try again.",
    errors.RequestRefused: lambda error: CODES.get(
        error.code, "The API did not accept this request. Change the prompt and try again."
    ),
    errors.ContentRefused: "The API's moderation refused this prompt: please put it differently.",
    errors.ApiUnavailable: _unavailable,
    errors.ApiBusy: f"The API is busy at the moment. {ASK_LATER}",
    errors.TaskNotFound: "The API no longer knows this job. It may have been charged all the same.",
    errors.SubmitUnknown: _submit_unknown,
    errors.GenerationFailed: lambda error: CODES.get(error.code or "", _FAILED),
    errors.NothingMade: "The API finished without a single image. Often that means that its "
    f"moderation removed them all. {MAYBE_CHARGED}",
    errors.OutputUnreadable: _unreadable,
    errors.JobOverdue: _overdue,
    errors.JobTooOld: "I was away for too long to start on this one by myself. Press Retry if "
    "you still want it.",
    errors.EndedUnseen: "This one did not work out, and I was restarted before I could say so.",
    errors.AnswerUnseen: "I was restarted while this one waited, and can't read any more what I "
    "told you about it, so I did not start on it. Press Retry if you still want it.",
    errors.ImageUnavailable: "An image could not be fetched from the API.",
    errors.ImageTooLarge: "An image is too large to post.",
    errors.StoreUnavailable: "I cannot write anything down at the moment, so I did not accept "
    f"this. {NOTHING_CHARGED} {ASK_LATER}",
    errors.StoreAway: "I could write nothing down for so long that I let this one go. Press Retry "
    "if you still want it.",
    errors.StopNotRecorded: "I can't write anything down at the moment, so this one isn't stopped. "
    f"{ASK_LATER}",
    errors.ListUnavailable: f"I cannot look that up at the moment. {ASK_LATER}",
    errors.StoreTooNew: "A newer version of this bot has used the database, and this one cannot "
    "read it: update the bot, then start it again.",
    errors.StoreInUse: "Another bot process is using this database: stop that one first, or give "
    "this one a DATABASE_URL of its own.",
    errors.StoreLost: "Another bot process has taken over this database, or a backup was restored "
    "into it, so this process has ended: it writes, edits and submits nothing more.",
    errors.StoreGone: lambda error: (
        f"The file {error.path} was deleted, moved or replaced while the bot was running. The bot "
        "takes no more jobs and ends. Put the file back before you start it again, or the next "
        "start makes a new one."
    ),
    errors.PoolerUnfit: "DATABASE_URL leads to a connection pooler in transaction mode (PgBouncer, "
    "for example), which cannot hold the lock that keeps a second bot out. Connect to PostgreSQL "
    "directly, or set pool_mode = session for this database.",
    errors.AddressWrong: _address_wrong,
    errors.DeliveryFailed: "Discord did not take the images. They are kept: `/show` posts them.",
    errors.DiscordAway: f"Discord was out of order just now. {NOTHING_CHARGED} {ASK_LATER}",
    errors.AnswerFailed: f"Discord didn't take my answer. {NOTHING_CHARGED} {ASK_LATER}",
    errors.ApiKeyRefused: f"The API does not accept this bot's key. {OPERATOR_TOLD}",
    errors.ApiCreditUsedUp: f"This bot's credit with the API is used up. {OPERATOR_TOLD}",
    errors.ApiPermissionMissing: "The API does not let this bot's key make such images. "
    f"{OPERATOR_TOLD}",
    errors.ApiMisused: f"The API did not understand me, which is a bug of mine. {OPERATOR_TOLD}",
    errors.Incident: lambda error: (
        "Something broke on my side, sorry. If you report it, mention incident "
        f"`{error.number}`: the log has the rest."
    ),
}


def describe(error: errors.RemixbotError) -> str:
    """What to say about *error*; every leaf of `bot.errors` has its sentence."""
    sentence = SENTENCES[type(error)]
    return sentence if isinstance(sentence, str) else sentence(error)


FOR_THE_OPERATOR: dict[type[errors.OperatorError], str] = {
    errors.ApiKeyRefused: "The API refused the key: check VTRIX_API_KEY.",
    errors.ApiCreditUsedUp: "The API says that the credit is used up: top up the Vtrix account.",
    errors.ApiPermissionMissing: "The API denies this key the model: check the account's rights.",
    errors.ApiMisused: "The API rejects our request: its contract may have changed.",
}
"""What the log says, beside the data of the error."""
