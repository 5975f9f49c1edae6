"""Every sentence that people read, in one place.

Plain text with Discord's Markdown; whatever comes from people is escaped before it gets here. Names
no class of Discord's library.
"""

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from bot import errors
from bot.model import PROMPT_MAX, JobState, Mode

# ------------------------------------------------------------------ commands and their options

REMIX_DESCRIPTION = "Make a picture anew with another prompt"
IMAGINE_DESCRIPTION = "Make four pictures from a text"
SHOW_DESCRIPTION = "Post the pictures of a finished job again; nothing is charged"
HELP_DESCRIPTION = "What I can do, and how"
JOBS_DESCRIPTION = "List what I have asked for; only I see the list"
OPTION_JOB_ID = "Job id, a link to one of my messages, or a picture's link or file name"
OPTION_SHOW_JOB_ID = "Job id or task id, a link to one of my messages, or a picture's link or name"
OPTION_IMAGE = "Which of the job's pictures"
OPTION_PROMPT = "What the new picture shows; leave it out to write in a larger field"
OPTION_IMAGINE_PROMPT = "What the pictures show; leave it out to write in a larger field"
OPTION_MODE = "Strong may change everything, Subtle stays close (default: Strong)"
OPTION_PROMPT_FILE = f"A text file with the prompt, for up to {PROMPT_MAX} characters"
OPTION_CALLBACK = "A web address that the API calls when it is done"
OPTION_PRIVATE = "Show the pictures only to me"
IMAGE_CHOICES = ("1 · top left", "2 · top right", "3 · bottom left", "4 · bottom right")
MODE_CHOICES = {Mode.STRONG: "Strong", Mode.SUBTLE: "Subtle"}

# ------------------------------------------------------------------ forms and buttons

IMAGINE_TITLE = "Imagine"
PROMPT_LABEL = "Prompt"
MODE_LABEL = "How far may it go?"
MODE_STRONG_HINT = "May change the whole picture"
MODE_SUBTLE_HINT = "Stays close to the picture"
CALLBACK_LABEL = "Callback address"
AGAIN = "Again"
TRY_AGAIN = "Try again"


def remix_button(image_no: int) -> str:
    return f"Remix {image_no + 1}"


def parent_button(image_no: int) -> str:
    return f"Parent {image_no + 1}"


def remix_title(image_no: int) -> str:
    return f"Remix picture {image_no + 1}"


def fresh_start(count: float) -> str:
    return (
        f"This picture was made more than **{days(count)}** ago, and the API no longer remixes it. "
        "Nothing is spent so far. Submit this form to start anew from the words alone."
    )


def prompt_part_label(number: int, parts: int) -> str:
    return PROMPT_LABEL if parts == 1 else f"{PROMPT_LABEL}, part {number} of {parts}"


# ------------------------------------------------------------------ dates, money, lists


def relative(date: datetime) -> str:
    """A date that Discord shows as "2 minutes ago" and keeps current by itself."""
    return f"<t:{int(date.timestamp())}:R>"


def usd(amount: Decimal) -> str:
    """Dollars with at least cents, and more places only where they matter: $0.08, $0.0125."""
    exact = f"{amount:.6f}".rstrip("0")
    whole, _, fraction = exact.partition(".")
    return f"${whole}.{fraction:0<2}"


def megabytes(size_bytes: int) -> str:
    return f"{size_bytes / 1024 / 1024:.0f} MB"


def seconds(duration_s: float) -> str:
    whole = round(duration_s)
    return f"{whole} s" if whole < 120 else f"{whole // 60} min {whole % 60} s"


def days(count: float) -> str:
    return "1 day" if count == 1 else f"{count:g} days"


def _listed(words: Iterable[str]) -> str:
    *first, last = words
    return f"{', '.join(first)} and {last}" if first else last


# ------------------------------------------------------------------ progress

SENDING = "Sending it to the API"
WORKING = "Working on it"
STILL_WATCHING = "-# This takes unusually long. I keep watching and post whatever comes."
REFUSED = "-# The API does not let me look at the moment. I try again every minute."


def progress_heading(image_no: int | None, mode: Mode | None) -> str:
    if image_no is None or mode is None:
        return "### Imagining four pictures"
    return f"### Remixing picture {image_no + 1} · {MODE_CHOICES[mode].lower()}"


def bar(fraction: float) -> str:
    """Ten blocks and a per cent; *fraction* from 0.0 to 1.0."""
    full = int(fraction * 10)
    return f"`{'▰' * full}{'▱' * (10 - full)}` {int(fraction * 100)} %"


def running_since(state: str, started_at: datetime, ends_at: datetime | None) -> str:
    since = f"{state} · started {relative(started_at)}"
    return f"{since} · ready {relative(ends_at)}" if ends_at else since


def origin_line(message_url: str) -> str:
    return f"-# From [this message]({message_url})"


# ------------------------------------------------------------------ result


FOUND_HEADING = "### Found at the API"
FOUND_ALT = "prompt unknown"
FOUND_ABOUT = "-# I did not make this one, so I do not know its prompt."


def result_heading(image_no: int | None) -> str:
    return "### Imagined" if image_no is None else f"### Remix of picture {image_no + 1}"


def asked_by(author_id: int) -> str:
    return f"Asked by <@{author_id}>"


def details(
    *,
    mode: Mode | None,
    parent: str | None,
    duration_s: float,
    cost_usd: Decimal | None,
) -> str:
    """One small line; *parent* is the source picture, already a link where one is known."""
    parts = [MODE_CHOICES[mode]] if mode is not None else []
    if parent is not None:
        parts.append(f"from {parent}")
    parts.append(seconds(duration_s))
    if cost_usd is not None:
        parts.append(usd(cost_usd))
    return f"-# {' · '.join(parts)}"


def parent_picture(image_no: int, message_url: str | None) -> str:
    name = f"picture {image_no + 1}"
    return f"[{name}]({message_url})" if message_url else name


def alt_text(image_no: int) -> str:
    return f"Picture {image_no + 1}: "


def missing_pictures(image_nos: Iterable[int]) -> str:
    numbers = [str(image_no + 1) for image_no in image_nos]
    if len(numbers) == 1:
        return f"-# Picture {numbers[0]} is missing: moderation removed it."
    return f"-# Pictures {_listed(numbers)} are missing: moderation removed them."


def picture_by_link(image_no: int, url: str, reason: str) -> str:
    return f"Picture {image_no + 1} {reason}: [open it]({url})"


def picture_in_file(image_no: int, reason: str) -> str:
    return f"Picture {image_no + 1} {reason}; its link is in the file below."


RESULT_FOLLOWS = (
    "Your pictures are ready. Discord does not take them here, so look at my next message."
)
FAILURE_FOLLOWS = "There are no pictures this time. My next message says why."
TOO_LARGE_TO_POST = "is too large to post here"
NOT_DOWNLOADED = "could not be fetched"


def ready(author_id: int) -> str:
    return f"<@{author_id}> your pictures are ready."


def went_wrong(author_id: int) -> str:
    return f"<@{author_id}> that did not work out, see above."


# ------------------------------------------------------------------ lists of jobs

JOBS_HEADING = "### Your jobs"
NO_JOBS = "There are none yet. Start with `/imagine`."
NEWER = "Newer"
OLDER = "Older"
STATES = {
    JobState.ACCEPTED: "not sent to the API yet",
    JobState.SUBMITTING: "on its way to the API",
    JobState.RUNNING: "in the making",
    JobState.FINISHED: "made, about to be posted",
    JobState.DELIVERED: "posted",
    JobState.FAILED: "no pictures",
    JobState.UNKNOWN: "lost on its way to the API; may have been charged",
}


def picture_count(count: int) -> str:
    return "1 picture" if count == 1 else f"{count} pictures"


def kept(problem: str) -> str:
    return f"made and kept, because Discord did not take it ({problem})"


def job_line(
    *,
    image_no: int | None,
    state: str,
    created_at: datetime,
    message_url: str | None,
    private: bool,
) -> str:
    parts = ["Imagine" if image_no is None else f"Remix of picture {image_no + 1}"]
    parts += [state, relative(created_at)]
    if private:
        parts.append("private")
    if message_url:
        parts.append(f"[open]({message_url})")
    return f"-# {' · '.join(parts)}"


def age(time: timedelta) -> str:
    """How long ago something was, in one unit: where Discord shows no dates."""
    minutes = int(time.total_seconds() // 60)
    if minutes < 1:
        return "just now"
    if minutes < 60:
        return f"{minutes} min ago"
    if minutes < 24 * 60:
        return f"{minutes // 60} h ago"
    days = minutes // (24 * 60)
    return "1 day ago" if days == 1 else f"{days} days ago"


# ------------------------------------------------------------------ help

HELP_HEADING = "### Pictures from words, and on from there"
HELP_BUTTONS = (
    "**Begin** with `/imagine` and say what you want to see: four pictures come back.\n"
    "**Go on** with the button **Remix** of a picture: change the prompt, and choose Strong (may "
    "change everything) or Subtle (stays close). Every result has these buttons, for everybody "
    "who sees it, and they never expire.\n"
    "**Again** makes the same once more; **Parent** takes the same prompt to another picture of "
    "the source."
)
HELP_COMMANDS = (
    "`/remix` does the same for a job id, a link to one of my messages, or a picture's link.\n"
    "`/show` posts finished pictures again; nothing is charged.\n"
    "`/jobs` lists what you have asked for, for your eyes only.\n"
    "`/help` shows this."
)
HELP_GOOD_TO_KNOW = (
    "-# Each job costs whoever runs me a few cents, and the API cannot call one back. With the "
    "option `private` only you see the pictures. The API remixes pictures for three days and "
    "keeps them for about thirty."
)


def help_limits(running_per_user: int, jobs_per_day: int) -> str:
    """What one may ask for; empty where nothing is limited."""
    parts: list[str] = []
    if running_per_user:
        parts.append(f"{running_per_user} of your jobs at once")
    if jobs_per_day:
        parts.append(f"{jobs_per_day} jobs of all people in 24 hours")
    return f"-# The limits here: {_listed(parts)}." if parts else ""


# ------------------------------------------------------------------ failures

FAILURE_HEADING = "### No pictures this time"
YOUR_PROMPT = "Here is what you wrote, so that nothing is lost:"
ASK_LATER = "Please try again in a few minutes."
OPERATOR_TOLD = "Whoever runs this bot has been told."
NOTHING_CHARGED = "Nothing was charged."
MAYBE_CHARGED = "It may have been charged all the same."


CODES: dict[str, str] = {
    "4011001": "The API needs to know which job to remix: give a job id, or press a Remix button.",
    "4011002": "The API needs to know which picture to remix: choose one from 1 to 4.",
    "4011003": "That job has no picture with this number: choose another one from 1 to 4.",
    "4011004": "The API does not know this mode: choose Strong or Subtle.",
    "4011005": "The API needs a prompt: say what the new picture shows.",
    "4011006": f"The API takes prompts of 1 to {PROMPT_MAX} characters: please shorten yours.",
    "4011007": "The API does not accept this callback: give an http:// or https:// address.",
    "4011098": "The API could not make this one. The source may be older than three days, or its "
    "moderation stepped in: try another prompt or a newer picture.",
    "4011099": f"The API is out of service at the moment. {ASK_LATER}",
    "4001001": "The API needs a prompt: say what the pictures show.",
    "4001002": f"The API takes prompts of 1 to {PROMPT_MAX} characters: please shorten yours.",
}
"""A sentence for every documented code of the API, by its last seven digits."""

_UNREACHABLE = f"The API cannot be reached at the moment. {ASK_LATER}"
_FAILED = "The API started on it and then gave up. Another prompt, or another try, may work."


def _permissions(error: errors.PermissionsMissing) -> str:
    names = _listed(f"**{name}**" for name in error.permissions)
    return (
        f"I may not post pictures here: I lack {names}. Ask a moderator to allow it in the "
        "channel's settings."
    )


def _daily_limit(error: errors.DailyLimitReached) -> str:
    return (
        f"The bot has used up its {error.limit} jobs for these 24 hours. "
        f"The next one is possible {relative(error.free_at)}."
    )


def _running_limit(error: errors.RunningLimitReached) -> str:
    jobs = "job" if error.limit == 1 else "jobs"
    return (
        f"You have {error.limit} {jobs} running already, which is the limit here. "
        "Wait for one to finish, then ask again."
    )


SENTENCES: dict[type[errors.RemixbotError], str | Callable[[Any], str]] = {
    errors.PromptMissing: "The prompt is empty: write what the picture should show.",
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
    "messages, or a picture's link or file name.",
    errors.MessageUnknown: "I know no job in that message. Link to one of my results, or give the "
    "job id itself.",
    errors.ImageInvalid: "Pictures have the numbers 1 to 4: choose one of those.",
    errors.ModeInvalid: "Choose Strong or Subtle as the mode.",
    errors.CallbackInvalid: "The callback must be an address that starts with http:// or "
    "https://, without a user name, and with at most 2048 characters.",
    errors.RunningLimitReached: _running_limit,
    errors.DailyLimitReached: _daily_limit,
    errors.ServerNotAllowed: "This bot is not open to this server. Ask whoever runs it to allow "
    "the server.",
    errors.OnlyInServers: "I only work in servers. Ask me in a channel there.",
    errors.PermissionsMissing: _permissions,
    errors.SourceUnknown: "I no longer know the prompt of this result: use its Remix buttons.",
    errors.JobPrivate: "That job is private: only who asked for it can go on with it.",
    errors.SourceTooOld: lambda error: (
        f"This picture was made more than {days(error.days)} ago, and the API no longer remixes "
        "it. You can start anew from its prompt with `/imagine`."
    ),
    errors.JobUnknown: "I know no such job, and neither does the API. Give a link to one of my "
    "messages, a picture's link or file name, or the API's task id.",
    errors.PicturesMissing: "That job has no pictures, or none yet. `/jobs` says how yours stand.",
    errors.OldControl: "This button is from an older version of me. Use `/remix` with the job id "
    "from the picture's file name.",
    errors.RequestRefused: lambda error: CODES.get(
        error.code, "The API did not accept this request. Change the prompt and try again."
    ),
    errors.ContentRefused: "The API's moderation refused this prompt: please put it differently.",
    errors.ApiUnavailable: lambda error: CODES.get(error.code or "", _UNREACHABLE),
    errors.ApiBusy: f"The API is busy at the moment. {ASK_LATER}",
    errors.TaskNotFound: "The API no longer knows this job. It may have been charged all the same.",
    errors.SubmitUnknown: "The API did not answer when it got this job, so I cannot tell whether "
    f"it runs. {MAYBE_CHARGED} I do not send it twice by myself.",
    errors.GenerationFailed: lambda error: CODES.get(error.code or "", _FAILED),
    errors.NothingMade: "The API finished without a single picture: its moderation removed them "
    f"all. {MAYBE_CHARGED}",
    errors.JobOverdue: lambda error: (
        f"The API has not finished this job after {seconds(error.waited_s)}, so I stopped "
        f"watching. {MAYBE_CHARGED}"
    ),
    errors.JobTooOld: "I was away for too long to start on this one by myself. Press Try again if "
    "you still want it.",
    errors.EndedUnseen: "This one did not work out, and I was restarted before I could say so.",
    errors.PictureUnavailable: "A picture could not be fetched from the API.",
    errors.PictureTooLarge: "A picture is too large to post.",
    errors.StoreUnavailable: "I cannot write anything down at the moment, so I did not accept "
    f"this. {NOTHING_CHARGED} {ASK_LATER}",
    errors.ListUnavailable: f"I cannot look that up at the moment. {ASK_LATER}",
    errors.StoreTooNew: "A newer version of this bot has used the database, and this one cannot "
    "read it: update the bot, then start it again.",
    errors.StoreInUse: "Another bot process is using this database: stop that one first, or give "
    "this one a DATABASE_URL of its own.",
    errors.DeliveryFailed: "Discord did not take the pictures. They are kept: give me the job id "
    "with `/remix` to go on.",
    errors.ApiKeyRefused: f"The API does not accept this bot's key. {OPERATOR_TOLD}",
    errors.ApiCreditUsedUp: f"This bot's credit with the API is used up. {OPERATOR_TOLD}",
    errors.ApiPermissionMissing: "The API does not let this bot's key make such pictures. "
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

# ------------------------------------------------------------------ starting up (for the operator)

SETTINGS_INTRO = "remixbot cannot start: please mend these settings (in .env or the environment):"
LOGIN_REFUSED = (
    "Discord refused the token. Copy a new one from the developer portal "
    "(your application > Bot > Reset Token) into DISCORD_TOKEN."
)
NO_NETWORK = "Discord cannot be reached. Check this machine's network, then start again."

CLOSING_HANGS = (
    "Something did not close in time. Ending without it: open jobs go on at the next start."
)


def database_unusable(detail: str) -> str:
    return f"The database cannot be used ({detail}). Check DATABASE_URL and its folder."


def logged_in(name: str, servers: int) -> str:
    return f"Logged in as {name}, in {servers} {'server' if servers == 1 else 'servers'}."


def invite(url: str) -> str:
    return f"Invite link: {url}"


OPEN_TO_ALL = (
    "Anyone can invite this bot and spend your credit: switch off Public Bot in the developer "
    "portal (your application > Bot), or name your servers in ALLOWED_GUILDS."
)
