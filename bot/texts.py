"""Every sentence that people read, in one place.

Plain text with Discord's Markdown; whatever comes from people is escaped before it gets here. Names
no class of Discord's library.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import StrEnum

from bot.actions import IMAGINE, REMIX, Action, Mode, OptionValue
from bot.limits import Limits
from bot.model import PROMPT_MAX, JobState, Request, Source

# ------------------------------------------------------------------ commands and their options

REMIX_DESCRIPTION = "Make an image anew with another prompt"
IMAGINE_DESCRIPTION = "Make four images from a text"
SHOW_DESCRIPTION = "Post the images of a finished job again; nothing is charged"
HELP_DESCRIPTION = "What I can do, and how"
JOBS_DESCRIPTION = "List what I have asked for; only I see the list"
USAGE_DESCRIPTION = "What I have used and what is left; only I see it"
FORGET_DESCRIPTION = "Erase my prompts and my history; asks before it does"
REMIX_THIS = "Remix this"
OPTION_JOB_ID = "Job id, a link to one of my messages, or an image's link or file name"
OPTION_SHOW_JOB_ID = "Job id or task id, a link to one of my messages, or an image's link or name"
OPTION_IMAGE = "Which of the job's images"
OPTION_PROMPT = "What the new image shows; leave it out to write in a larger field"
OPTION_IMAGINE_PROMPT = "What the images show; leave it out to write in a larger field"
OPTION_MODE = "Strong may change everything, Subtle stays close (default: Strong)"
OPTION_PROMPT_FILE = f"A text file with the prompt, for up to {PROMPT_MAX} characters"
OPTION_CALLBACK = "A web address that the API calls when it is done"
OPTION_PRIVATE = "Show the images only to me"
IMAGE_CHOICES = ("1 · top left", "2 · top right", "3 · bottom left", "4 · bottom right")

# ------------------------------------------------------------------ actions


@dataclass(frozen=True, slots=True, kw_only=True)
class ActionWords:
    """What an action is called; ``{image}`` is the number of the image that it's made from."""

    button: str
    title: str
    """Of its form."""
    progress: str
    result: str
    listed: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OptionWords:
    """What an option of an action is called."""

    name: str
    question: str
    """Above its field in a form."""
    choices: Mapping[OptionValue, tuple[str, str]]
    """Each value's name, and a hint."""


_ACTIONS = {
    IMAGINE.key: ActionWords(
        button="Imagine",
        title="Imagine",
        progress="Imagining four images",
        result="Imagined",
        listed="Imagine",
    ),
    REMIX.key: ActionWords(
        button="Remix {image}",
        title="Remix image {image}",
        progress="Remixing image {image}",
        result="Remix of image {image}",
        listed="Remix of image {image}",
    ),
}
_OF_A_NEWER_VERSION = ActionWords(
    button="Again", title="Again", progress="Working on it", result="Done", listed="Job"
)
OPTIONS = {
    (REMIX.key, "mode"): OptionWords(
        name="Mode",
        question="How far may it go?",
        choices={
            Mode.STRONG: ("Strong", "May change the whole image"),
            Mode.SUBTLE: ("Subtle", "Stays close to the image"),
        },
    )
}
"""By action and option; one without words is never shown."""


def words_for(action: Action) -> ActionWords:
    return _ACTIONS.get(action.key, _OF_A_NEWER_VERSION)


def action_name(name: str, source: Source | None) -> str:
    """*name*, one of an action's words, with the number of the source's image."""
    return name.format(image=_number(source))


def _number(source: Source | None) -> int:
    return 1 if source is None or source.image_no is None else source.image_no + 1


def chosen(request: Request) -> list[str]:
    """The names of the values that its options have."""
    return [name for _, name in options_of(request)]


def options_of(request: Request) -> Iterable[tuple[str, str]]:
    """Each option's name with that of its value."""
    for name, value in request.options.items():
        words = OPTIONS.get((request.action.key, name))
        if words is not None and value in words.choices:
            yield words.name, words.choices[value][0]


# ------------------------------------------------------------------ forms and buttons

PROMPT_LABEL = "Prompt"
CALLBACK_LABEL = "Callback address"
AGAIN = "Again"
RETRY = "Retry"
EDIT = "Edit prompt"
STOP = "Stop"
DETAILS = "Details"
DELETE = "Delete"
GO_AHEAD = "Go ahead"
CANCEL = "Cancel"
STOP_ANYWAY = "Stop anyway"
KEEP_GOING = "Keep going"
SHOW_KEPT = "Show the images"
RETRY_PAID = "Retry (paid again)"
FORGET_ME = "Erase my history"


def parent_button(image_no: int) -> str:
    return f"Parent {image_no + 1}"


LEFT_EMPTY = (
    "-# Discord refuses something in what belongs in here, so I left it empty. Please write it "
    "anew."
)


def fresh_start(count: float) -> str:
    return (
        f"This image was made more than **{days(count)}** ago, and the API no longer remixes it. "
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


def listed(words: Iterable[str]) -> str:
    """One, two and three."""
    *first, last = words
    return f"{', '.join(first)} and {last}" if first else last


# ------------------------------------------------------------------ progress

SENDING = "Sending it to the API"
WAITING_TO_SEND = "Waiting to send it"
WORKING = "Working on it"
STILL_WATCHING = "-# This takes unusually long. I keep watching and post whatever comes."
UNRECORDED = (
    "-# I can't write anything down at the moment, so nothing has been sent yet. I keep trying."
)
REFUSED = (
    "-# The API is rejecting my status checks: it does not let me look at the moment. I try again "
    "every minute."
)


def progress_heading(request: Request) -> str:
    name = action_name(words_for(request.action).progress, request.source)
    return f"### {' · '.join([name, *map(str.lower, chosen(request))])}"


def bar(fraction: float) -> str:
    """Ten blocks and a per cent; *fraction* from 0.0 to 1.0."""
    full = int(fraction * 10)
    return f"`{'▰' * full}{'▱' * (10 - full)}` {int(fraction * 100)} %"


def in_line(position: int, starts_at: datetime) -> str:
    return f"Number **{position}** in line · likely to start {relative(starts_at)}"


STOP_QUESTION = (
    "The API has this one already and cannot call it back, so it may be charged all the same. If "
    "you stop it, I do not post its images: I keep them, and you can show them for nothing."
)
STOPPED_HEADING = "### Stopped"
STOPPED_AT_WORK = (
    "The API has it already and cannot call it back, so it may be charged all the same. If "
    "images come they are kept: `/jobs` lists them, and `/show` posts them."
)
LATE_ONES_DIRECTLY = (
    "-# I can answer here for 15 minutes only. If it takes longer, the images come as a direct "
    "message."
)


def running_since(state: str, started_at: datetime, ends_at: datetime | None) -> str:
    since = f"{state} · started {relative(started_at)}"
    return f"{since} · ready {relative(ends_at)}" if ends_at else since


def origin_line(message_url: str) -> str:
    return f"-# From [this message]({message_url})"


# ------------------------------------------------------------------ result


FOUND_HEADING = "### Found at the API"
FOUND_ALT = "prompt unknown"
FOUND_ABOUT = "-# I did not make this one, so I do not know its prompt."


def result_heading(request: Request) -> str:
    return f"### {action_name(words_for(request.action).result, request.source)}"


def asked_by(author_id: int) -> str:
    return f"Asked by <@{author_id}>"


def details(
    *,
    options: Iterable[str],
    parent: str | None,
    duration_s: float,
    cost_usd: Decimal | None,
) -> str:
    """One small line; *parent* is the source image, already a link where one is known."""
    parts = [*options]
    if parent is not None:
        parts.append(f"from {parent}")
    parts.append(seconds(duration_s))
    if cost_usd is not None:
        parts.append(usd(cost_usd))
    return f"-# {' · '.join(parts)}"


def parent_image(source: Source, message_url: str | None) -> str:
    name = f"image {_number(source)}"
    return f"[{name}]({message_url})" if message_url else name


def alt_text(image_no: int) -> str:
    return f"Image {image_no + 1}: "


def missing_images(image_nos: Iterable[int]) -> str:
    numbers = [str(image_no + 1) for image_no in image_nos]
    if len(numbers) == 1:
        return f"-# Image {numbers[0]} is missing: the API did not send it."
    return f"-# Images {listed(numbers)} are missing: the API did not send them."


def image_by_link(image_no: int, url: str, reason: str) -> str:
    return f"Image {image_no + 1} {reason}: [open it]({url})"


def image_in_file(image_no: int, reason: str) -> str:
    return f"Image {image_no + 1} {reason}; its link is in the file below."


NOT_ONE_IMAGE = "Your images are made, but I could not post one of them. Their links:"
IMAGES_WITHHELD = "Discord does not let me show these images here."
IMAGES_IN_DETAILS = f"{IMAGES_WITHHELD} **{DETAILS}** has their links."
LINKS_WITHHELD = "Discord does not let me link to the other images here."
LINKS_IN_DETAILS = f"{LINKS_WITHHELD} **{DETAILS}** has their links."
WORDS_WITHHELD = "-# Discord does not let me show the words of this prompt here."
WORDS_IN_DETAILS = f"{WORDS_WITHHELD} **{DETAILS}** has them."
WORDS_IN_FORM = f"{WORDS_WITHHELD} **{EDIT}** has them."


def result_is_there(author_id: int, message_url: str | None) -> str:
    """What a job's own message says where its images are not in it, but in the message with this
    address, or in a direct one."""
    where = (
        f"[this message]({message_url})" if message_url else f"a direct message to <@{author_id}>"
    )
    return f"Your images are ready. I could not put them here: they are in {where}."


def failure_is_there(author_id: int, message_url: str | None) -> str:
    where = (
        f"[This message]({message_url})" if message_url else f"A direct message to <@{author_id}>"
    )
    return f"There are no images this time. {where} says why."


RESULT_IS_NOWHERE = (
    "Your images are ready, but Discord does not let me post them here or send them to you. They "
    "are kept: `/show` posts them where I may."
)
RESULT_IS_BROKEN = (
    "Your images are ready, but something broke on my side when I posted them. They are kept: "
    "`/show` posts them."
)
TOO_LARGE_TO_POST = "is too large to post here"
REFUSED_BY_DISCORD = "is not taken by Discord"
NOT_DOWNLOADED = "could not be fetched"


def ready(author_id: int) -> str:
    return f"<@{author_id}> your images are ready."


def jobs_done(author_id: int, jobs: int) -> str:
    """Of several jobs that ended close together."""
    return f"<@{author_id}> your last {jobs} jobs here are done."


def went_wrong(author_id: int) -> str:
    return f"<@{author_id}> that did not work out, see above."


# ------------------------------------------------------------------ lists of jobs

JOBS_HEADING = "### Your jobs"
NO_JOBS = "There are none yet. Start with `/imagine`."
WORDS_LEFT_OUT = (
    "-# Discord refuses something in one of these prompts, so they are left out. **Details** under "
    "a result has its own."
)
NEWER = "Newer"
OLDER = "Older"
STATES = {
    JobState.ACCEPTED: "not sent to the API yet",
    JobState.SUBMITTING: "on its way to the API",
    JobState.RUNNING: "in the making",
    JobState.FINISHED: "made, about to be posted",
    JobState.DELIVERED: "posted",
    JobState.FAILED: "no images",
    JobState.UNKNOWN: "lost on its way to the API; may have been charged",
}


def image_count(count: int) -> str:
    return "1 image" if count == 1 else f"{count} images"


STOPPED_UNSENT = "stopped before it was sent"
_STOPPED_SENT = "stopped, though the API may still make it"
STOPPED_STATES = {
    JobState.SUBMITTING: _STOPPED_SENT,
    JobState.RUNNING: _STOPPED_SENT,
    JobState.FINISHED: "made and kept, because it was stopped",
}


def kept(problem: str) -> str:
    return f"made and kept, because Discord did not take it ({problem})"


def job_line(
    *,
    request: Request,
    state: str,
    created_at: datetime,
    message_url: str | None,
    private: bool,
) -> str:
    parts = [action_name(words_for(request.action).listed, request.source)]
    parts += [state, relative(created_at)]
    if private:
        parts.append("private")
    if message_url:
        parts.append(f"[open]({message_url})")
    return f"-# {' · '.join(parts)}"


def job_choice(job_id: str) -> str:
    """What stands for a job whose prompt Discord refuses to show."""
    return f"Job {job_id}"


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


# ------------------------------------------------------------------ after a question

STARTED = "Started: it has a message of its own."
CANCELLED = "Cancelled. Nothing was charged, and I keep nothing of it."
LEFT_ALONE = "Fine, I leave everything as it is."

# ------------------------------------------------------------------ details and deleting

DETAILS_HEADING = "### Details"
NO_PARENT_KNOWN = "a job that I do not know"
DELETE_QUESTION = (
    "Delete this message with its images? They are kept at the API for about thirty days, and "
    "`/show` can post them again until then."
)
DELETED = "It is deleted."
CANNOT_DELETE = "I may not delete it here: a moderator of this place can."


class Fact(StrEnum):
    """What is told of a job, by its name."""

    ASKED_BY = "Asked by"
    MADE_FROM = "Made from"
    SOURCE_JOB = "Source job"
    JOB_ID = "Job id"
    TASK_ID = "Task id"
    LOG_NUMBER = "Number in the log"
    ASKED = "Asked"
    IMAGES = "Images"
    COST = "Cost"
    CALLBACK = "Callback"


def details_line(fact: str, value: str) -> str:
    return f"**{fact}** {value}"


def moment(date: datetime) -> str:
    """A date as Discord writes it in everybody's own time zone."""
    return f"<t:{int(date.timestamp())}:f>"


def course(
    asked: datetime,
    started: datetime | None,
    made: datetime | None,
    posted: datetime | None,
) -> str:
    """When it was asked for, and how long each step took from there."""
    parts, before = [details_line(Fact.ASKED, moment(asked))], asked
    for step, at in (("started", started), ("made", made), ("posted", posted)):
        if at is not None:
            gap_s = (at - before).total_seconds()
            parts.append(f"{step} {seconds(gap_s)} later" if gap_s >= 1 else f"{step} at once")
            before = at
    return " · ".join(parts)


def image_links(images: Iterable[tuple[int, str]]) -> str:
    links = (f"[{image_no + 1}]({url})" for image_no, url in images)
    return details_line(Fact.IMAGES, " · ".join(links))


LINKS_IN_FILE = details_line(Fact.IMAGES, "their links are in the file below")
WORDS_IN_FILE = "-# Discord does not let me show the words of this prompt: they are in the file."


def cost_line(cost_usd: Decimal | None, reserved_usd: Decimal | None, multiplier: int) -> str:
    if cost_usd is not None:
        said = usd(cost_usd)
    elif reserved_usd is not None:
        said = f"about {usd(reserved_usd)}, not confirmed"
    else:
        said = "nothing"
    return f"{said} (billed {multiplier} times over)" if multiplier > 1 else said


def child(source: Source | None, prompt: str, message_url: str | None) -> str:
    name = f"image {_number(source)}"
    return f"- [{name}]({message_url}): {prompt}" if message_url else f"- {name}: {prompt}"


CHILDREN = "**Made from it**"

# ------------------------------------------------------------------ Remix this

CHOOSE_IMAGE = "Which image do you want to remix?"

# ------------------------------------------------------------------ usage

USAGE_HEADING = "### What you have used"
USAGE_SERVER_HEADING = "### What this server has used"
USAGE_BY_DAY = "**By day** (UTC)"
USAGE_BY_PERSON = "**By person**, in 30 days"
USAGE_NOTHING = "Nothing in the last 30 days."
_BAR_CELLS = 10


def jobs_and_usd(jobs: int, amount: Decimal) -> str:
    return f"{jobs} {'job' if jobs == 1 else 'jobs'} · {usd(amount)}"


def usage_line(span: str, jobs: int, amount: Decimal, jobs_limit: int, usd_limit: Decimal) -> str:
    """One span with its limits, where it has some."""
    jobs_part = f"{jobs} of {jobs_limit} jobs" if jobs_limit else f"{jobs} jobs"
    if jobs == 1 and not jobs_limit:
        jobs_part = "1 job"
    usd_part = f"{usd(amount)} of {usd(usd_limit)}" if usd_limit else usd(amount)
    return f"{span}: {jobs_part} · {usd_part}"


LAST_DAY = "Last 24 hours"
LAST_MONTH = "Last 30 days"


def usage_bar(share: float, jobs: int, amount: Decimal, whom: str) -> str:
    """A bar as long as this *share* of the longest one, 0.0 to 1.0."""
    cells = max(round(share * _BAR_CELLS), 1 if share > 0 else 0)
    return f"`{'█' * cells}{'░' * (_BAR_CELLS - cells)}` {whom} · {jobs_and_usd(jobs, amount)}"


def day_name(day: date) -> str:
    return f"{day:%a} {day.day} {day:%b}"


# ------------------------------------------------------------------ forgetting

NOTHING_TO_FORGET = "I keep nothing of you."
FORGOTTEN = "Nothing of your history is shown any more, and I'm erasing it."
FORGOTTEN_SOON = f"{FORGOTTEN} What is under way follows as soon as it has ended."


def forget_question(ended: int, under_way: int) -> str:
    jobs = ended + under_way
    erased = (
        f"This erases what I keep of your **{jobs}** {'job' if jobs == 1 else 'jobs'}: prompts, "
        "ids and links. Messages that are in channels stay, and their Remix buttons work on "
        "without knowing the prompt."
    )
    parts = [erased]
    if under_way:
        verb = "is still under way and is" if under_way == 1 else "are still under way and are"
        parts.append(f"{under_way} {verb} erased at the end.")
    parts.append(
        "-# That there were jobs, when, in which server and what they cost stays for 30 days, "
        "because the limits count it. The API and its provider keep what they got."
    )
    return "\n".join(parts)


# ------------------------------------------------------------------ help

HELP_HEADING = "### Images from words, and on from there"
HELP_BUTTONS = (
    "**Begin** with `/imagine` and say what you want to see: four images come back.\n"
    "**Go on** with the button **Remix** of an image: change the prompt, and choose Strong (may "
    "change everything) or Subtle (stays close). These buttons never expire.\n"
    "**Again** makes the same once more; **Parent** takes the same prompt to another image of "
    "the source. **Stop** calls a job off, **Retry** and **Edit prompt** follow a failure, "
    "**Details** tells you alone all about a result, and **Delete** takes it down."
)
HELP_COMMANDS = (
    "`/remix` does the same for a job id, a link to one of my messages, or an image's link.\n"
    "`/show` posts finished images again; nothing is charged.\n"
    "`/jobs` lists what you have asked for, for your eyes only.\n"
    "`/usage` says what you have used, and what is left.\n"
    "`/forget` erases your prompts and your history.\n"
    "`/help` shows this.\n"
    "**Remix this**, in the menu of a message (Apps), takes an image from there."
)
HELP_GOOD_TO_KNOW = (
    "-# Each job costs whoever runs me a few cents, and the API cannot call one back once it has "
    "it. A prompt with `{red, green}`, `--repeat`, `--turbo`, `--oref` or `--q 4` costs more, and "
    "I ask before. With the option `private` only you see the images. The API remixes images "
    "for three days and keeps them for about thirty. After more than 15 seconds a short reply "
    "mentions you, one for all jobs that end close together."
)


def help_limits(limits: Limits) -> str:
    """What one may ask for; empty where nothing is limited."""
    person = limits.person
    parts: list[str] = []
    if person.running:
        parts.append(f"{person.running} of your jobs at once, further ones wait")
    if person.jobs_per_day:
        parts.append(f"{person.jobs_per_day} of your jobs in 24 hours")
    if limits.everybody.jobs_per_day:
        parts.append(f"{limits.everybody.jobs_per_day} jobs of all people in 24 hours")
    if person.usd_per_day:
        parts.append(f"{usd(person.usd_per_day)} in 24 hours")
    if person.usd_per_month:
        parts.append(f"{usd(person.usd_per_month)} in 30 days")
    return f"-# The limits for you: {listed(parts)}." if parts else ""


# ------------------------------------------------------------------ failures

FAILURE_HEADING = "### No images this time"
YOUR_PROMPT = "Here is what you wrote, so that nothing is lost:"
ASK_LATER = "Please try again in a few minutes."
OPERATOR_TOLD = "Whoever runs this bot has been told."
NOTHING_CHARGED = "Nothing was charged."
MAYBE_CHARGED = "It may have been charged all the same."
