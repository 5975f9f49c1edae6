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

REMIX_DESCRIPTION = "Remix an image with a new prompt"
IMAGINE_DESCRIPTION = "Create four images from a prompt"
SHOW_DESCRIPTION = "Post a finished job's images again, free of charge"
HELP_DESCRIPTION = "See what this bot can do, and your limits"
JOBS_DESCRIPTION = "List your jobs (only you can see this)"
USAGE_DESCRIPTION = "See what you've used and what's left (only you can see this)"
FORGET_DESCRIPTION = "Erase your prompts and history (asks you to confirm)"
REMIX_THIS = "Remix this"
OPTION_JOB_ID = "Job ID, link to one of the bot's messages, or an image's link or file name"
OPTION_SHOW_JOB_ID = (
    "Job ID or task ID, link to one of the bot's messages, or an image's link or file name"
)
OPTION_IMAGE = "Which of the job's images to remix"
OPTION_PROMPT = "Describe the new image; leave this out to write in a form"
OPTION_IMAGINE_PROMPT = "Describe the images; leave this out to write in a form"
OPTION_MODE = "Strong can change everything, Subtle stays close to the original (default: Strong)"
OPTION_PROMPT_FILE = f"A text file with your prompt, up to {PROMPT_MAX:,} characters"
OPTION_CALLBACK = "A URL that the API calls when the job is done"
OPTION_PRIVATE = "Show the images only to you"
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
        progress="Creating images",
        result="Imagine",
        listed="Imagine",
    ),
    REMIX.key: ActionWords(
        button="✏️ {image}",
        title="Remix image {image}",
        progress="Remixing image {image}",
        result="Remix of image {image}",
        listed="Remix of image {image}",
    ),
}
_OF_A_NEWER_VERSION = ActionWords(
    button="Reroll", title="Reroll", progress="Working on it", result="Done", listed="Job"
)
OPTIONS = {
    (REMIX.key, "mode"): OptionWords(
        name="Mode",
        question="Remix strength",
        choices={
            Mode.STRONG: ("Strong", "Can change the whole image"),
            Mode.SUBTLE: ("Subtle", "Stays close to the original"),
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
CALLBACK_LABEL = "Callback URL"
AGAIN = "Reroll"
RETRY = "Retry"
EDIT = "Edit prompt"
STOP = "Stop"
DETAILS = "Details"
DELETE = "Delete"
GO_AHEAD = "Go ahead"
CANCEL = "Cancel"
STOP_ANYWAY = "Stop anyway"
KEEP_GOING = "Keep going"
SHOW_KEPT = "Show images"
RETRY_PAID = "Retry (paid)"
FORGET_ME = "Erase history"


def parent_button(image_no: int) -> str:
    return f"🔄 {image_no + 1}"


LEFT_EMPTY = (
    "-# Discord rejected something in the text I had for this form, so it's empty. Please type it "
    "again."
)


def fresh_start(count: float) -> str:
    return (
        f"This image is more than **{days(count)}** old, and the API no longer remixes it. Nothing "
        "has been charged. Submit this form to start over from the prompt only."
    )


def prompt_part_label(number: int, parts: int) -> str:
    return PROMPT_LABEL if parts == 1 else f"{PROMPT_LABEL} (part {number} of {parts})"


# ------------------------------------------------------------------ dates, money, lists


def relative(date: datetime) -> str:
    """A date that Discord shows as "2 minutes ago" and keeps current by itself."""
    return f"<t:{int(date.timestamp())}:R>"


def usd(amount: Decimal) -> str:
    """Dollars with at least cents, and more places only where they matter: $0.08, $0.0125."""
    exact = f"{amount:,.6f}".rstrip("0")
    whole, _, fraction = exact.partition(".")
    return f"${whole}.{fraction:0<2}"


def megabytes(size_bytes: int) -> str:
    return f"{size_bytes / 1024 / 1024:.0f} MB"


def seconds(duration_s: float) -> str:
    whole = round(duration_s)
    return f"{whole} s" if whole < 120 else f"{whole // 60} min {whole % 60} s"


def days(count: float) -> str:
    return "1 day" if count == 1 else f"{count:g} days"


def jobs_counted(jobs: int) -> str:
    return "1 job" if jobs == 1 else f"{jobs:,} jobs"


def listed(words: Iterable[str]) -> str:
    """One, two and three."""
    *first, last = words
    return f"{', '.join(first)} and {last}" if first else last


# ------------------------------------------------------------------ progress

SENDING = "Sending to the API"
WAITING_TO_SEND = "Waiting to be sent"
WORKING = "Working on it"
STILL_WATCHING = (
    "-# This is taking longer than usual. I'll keep checking and post the result when it's done."
)
UNRECORDED = (
    "-# I can't save to my database right now, so this hasn't been sent yet. I'll keep trying."
)
REFUSED = "-# The API is rejecting my status checks. I'll try again every minute."


def progress_heading(request: Request) -> str:
    name = action_name(words_for(request.action).progress, request.source)
    return f"### {' · '.join([name, *map(str.lower, chosen(request))])}"


def bar(fraction: float) -> str:
    """Ten blocks and a percentage; *fraction* from 0.0 to 1.0."""
    full = int(fraction * 10)
    return f"`{'▰' * full}{'▱' * (10 - full)}` {int(fraction * 100)}%"


def in_line(position: int, starts_at: datetime) -> str:
    return f"Position **{position:,}** in the queue · should start {relative(starts_at)}"


STOP_QUESTION = (
    "This job was already sent to the API and can't be canceled there, so it may still be charged. "
    "If you stop it, I won't post its images: I'll keep them, and you can show them for free."
)
STOPPED_HEADING = "### Stopped"
STOPPED_AT_WORK = (
    "This job was already sent to the API and can't be canceled there, so it may still be charged. "
    "If it makes images, they're kept: `/jobs` lists them, and `/show` posts them."
)
LATE_ONES_DIRECTLY = (
    "-# I can only reply here for 15 minutes. If it takes longer, I'll send you the images as a "
    "direct message."
)


def running_since(state: str, started_at: datetime, ends_at: datetime | None) -> str:
    since = f"{state} · started {relative(started_at)}"
    return f"{since} · ready {relative(ends_at)}" if ends_at else since


def origin_line(message_url: str) -> str:
    return f"-# From [this message]({message_url})"


# ------------------------------------------------------------------ result


FOUND_HEADING = "### Images from the API"
FOUND_ALT = "unknown prompt"
FOUND_ABOUT = "-# I have no record of this job, so I don't know its prompt."


def result_heading(request: Request) -> str:
    return f"### {action_name(words_for(request.action).result, request.source)}"


def asked_by(author_id: int) -> str:
    return f"Requested by <@{author_id}>"


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
        return f"-# Image {numbers[0]} is missing: the API didn't send it."
    return f"-# Images {listed(numbers)} are missing: the API didn't send them."


def image_by_link(image_no: int, url: str, reason: str) -> str:
    return f"Image {image_no + 1} {reason}: [open it]({url})"


def image_in_file(image_no: int, reason: str) -> str:
    return f"Image {image_no + 1} {reason}; its link is in the file below."


NOT_ONE_IMAGE = "Your images are ready, but I couldn't post any of them. Here are their links:"
IMAGES_WITHHELD = "Discord won't let me show these images here."
IMAGES_IN_DETAILS = f"{IMAGES_WITHHELD} **{DETAILS}** has their links."
LINKS_WITHHELD = "Discord won't let me link to the other images here."
LINKS_IN_DETAILS = f"{LINKS_WITHHELD} **{DETAILS}** has their links."
WORDS_WITHHELD = "-# Discord won't let me show this prompt here."
WORDS_IN_DETAILS = f"{WORDS_WITHHELD} **{DETAILS}** has it."
WORDS_IN_FORM = f"{WORDS_WITHHELD} **{EDIT}** has it."


def result_is_there(author_id: int, message_url: str | None) -> str:
    """What a job's own message says where its images are not in it, but in the message with this
    address, or in a direct one."""
    where = (
        f"[this message]({message_url})" if message_url else f"a direct message to <@{author_id}>"
    )
    return f"Your images are ready, but I couldn't put them here: they're in {where}."


def failure_is_there(author_id: int, message_url: str | None) -> str:
    where = (
        f"[This message]({message_url})" if message_url else f"A direct message to <@{author_id}>"
    )
    return f"No images this time. {where} says why."


RESULT_IS_NOWHERE = (
    "Your images are ready, but Discord won't let me post them here or send them to you. They're "
    "kept: `/show` posts them anywhere I'm allowed to."
)
RESULT_IS_BROKEN = (
    "Your images are ready, but something broke on my end when I posted them. They're kept: "
    "`/show` posts them."
)
TOO_LARGE_TO_POST = "is too large to post here"
REFUSED_BY_DISCORD = "was rejected by Discord"
NOT_DOWNLOADED = "couldn't be downloaded"


def ready(author_id: int) -> str:
    return f"<@{author_id}> your images are ready."


def jobs_done(author_id: int, jobs: int) -> str:
    """Of several jobs that ended close together."""
    return f"<@{author_id}> your last {jobs:,} jobs here are done."


def went_wrong(author_id: int) -> str:
    return f"<@{author_id}> something went wrong with your job, see above."


# ------------------------------------------------------------------ lists of jobs

JOBS_HEADING = "### Your jobs"
NO_JOBS = "You don't have any yet. Start with `/imagine`."
WORDS_LEFT_OUT = (
    "-# Discord rejected something in one of these prompts, so I left them out. **Details** under "
    "a result shows its prompt."
)
NEWER = "Newer"
OLDER = "Older"
STATES = {
    JobState.ACCEPTED: "not sent yet",
    JobState.SUBMITTING: "being sent",
    JobState.RUNNING: "running",
    JobState.FINISHED: "finished, about to be posted",
    JobState.DELIVERED: "posted",
    JobState.FAILED: "failed",
    JobState.UNKNOWN: "unclear if it was sent; may have been charged",
}


def image_count(count: int) -> str:
    return "1 image" if count == 1 else f"{count} images"


STOPPED_UNSENT = "stopped before it was sent"
_STOPPED_SENT = "stopped, but the API may still make it"
STOPPED_STATES = {
    JobState.SUBMITTING: _STOPPED_SENT,
    JobState.RUNNING: _STOPPED_SENT,
    JobState.FINISHED: "stopped, images kept",
}


def kept(problem: str) -> str:
    return f"images kept, because I couldn't post them ({problem})"


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

STARTED = "Started in a new message."
CANCELLED = "Canceled. Nothing was charged, and nothing is kept."
LEFT_ALONE = "OK, nothing changes."

# ------------------------------------------------------------------ details and deleting

DETAILS_HEADING = "### Details"
NO_PARENT_KNOWN = "an unknown job"
DELETE_QUESTION = (
    "Delete this message and its images? The API keeps them for about 30 days, and until then "
    "`/show` can post them again."
)
DELETED = "Deleted."
CANNOT_DELETE = "I don't have permission to delete this here. A moderator can."


class Fact(StrEnum):
    """What is told of a job, by its name."""

    ASKED_BY = "Requested by"
    MADE_FROM = "Source"
    SOURCE_JOB = "Source job"
    JOB_ID = "Job ID"
    TASK_ID = "Task ID"
    LOG_NUMBER = "Job number in the log"
    ASKED = "Requested"
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
    for step, at in (("started", started), ("finished", made), ("posted", posted)):
        if at is not None:
            gap_s = (at - before).total_seconds()
            parts.append(f"{step} {seconds(gap_s)} later" if gap_s >= 1 else f"{step} at once")
            before = at
    return " · ".join(parts)


def image_links(images: Iterable[tuple[int, str]]) -> str:
    links = (f"[{image_no + 1}]({url})" for image_no, url in images)
    return details_line(Fact.IMAGES, " · ".join(links))


LINKS_IN_FILE = details_line(Fact.IMAGES, "links are in the file below")
WORDS_IN_FILE = "-# Discord won't let me show this prompt here: it's in the file below."


def cost_line(cost_usd: Decimal | None, reserved_usd: Decimal | None, multiplier: int) -> str:
    if cost_usd is not None:
        said = usd(cost_usd)
    elif reserved_usd is not None:
        said = f"about {usd(reserved_usd)}, unconfirmed"
    else:
        said = "nothing"
    return f"{said} (billed {multiplier} times)" if multiplier > 1 else said


def child(source: Source | None, prompt: str, message_url: str | None) -> str:
    name = f"image {_number(source)}"
    return f"- [{name}]({message_url}): {prompt}" if message_url else f"- {name}: {prompt}"


CHILDREN = "**Remixes**"

# ------------------------------------------------------------------ Remix this

CHOOSE_IMAGE = "Which image do you want to remix?"

# ------------------------------------------------------------------ usage

USAGE_HEADING = "### Your usage"
USAGE_SERVER_HEADING = "### This server's usage"
USAGE_BY_DAY = "**By day** (UTC)"
USAGE_BY_PERSON = "**By person** (last 30 days)"
USAGE_NOTHING = "Nothing in the last 30 days."
_BAR_CELLS = 10


def jobs_and_usd(jobs: int, amount: Decimal) -> str:
    return f"{jobs_counted(jobs)} · {usd(amount)}"


def usage_line(span: str, jobs: int, amount: Decimal, jobs_limit: int, usd_limit: Decimal) -> str:
    """One span with its limits, where it has some."""
    jobs_part = f"{jobs:,} of {jobs_counted(jobs_limit)}" if jobs_limit else jobs_counted(jobs)
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

NOTHING_TO_FORGET = "There's nothing to erase."
FORGOTTEN = "I no longer show any of your history, and I'm erasing it now."
FORGOTTEN_SOON = f"{FORGOTTEN} Jobs that haven't ended yet follow as soon as they do."


def forget_question(ended: int, under_way: int) -> str:
    jobs = ended + under_way
    erased = (
        f"This erases what I keep about your **{jobs_counted(jobs)}**: prompts, IDs and links. "
        "Messages in channels stay, and their ✏️ buttons still work, but "
        "without the prompt filled in."
    )
    parts = [erased]
    if under_way == 1:
        parts.append("1 hasn't ended yet and is erased as soon as it does.")
    elif under_way:
        parts.append(f"{under_way:,} haven't ended yet and are erased as soon as they do.")
    parts.append(
        "-# For 30 days I still keep when and in which server you ran jobs and what they cost, "
        "because limits count that. The API and its provider keep what they received."
    )
    return "\n".join(parts)


# ------------------------------------------------------------------ help

HELP_HEADING = "### Create and remix images"
HELP_BUTTONS = (
    "**Create** four images with `/imagine` and a prompt.\n"
    "**Remix** an image with its ✏️ button: change the prompt, then choose Strong (can change "
    "everything) or Subtle (stays close). These buttons never expire.\n"
    "**Reroll** runs the same prompt again; 🔄 runs it on another image of the source job. "
    "**Stop** cancels a job, **Retry** and **Edit prompt** help after a failure, **Details** shows "
    "you everything about a result, and **Delete** removes it."
)
HELP_COMMANDS = (
    "`/remix` takes a job ID, a link to one of my messages, or an image's link.\n"
    "`/show` posts finished images again, free of charge.\n"
    "`/jobs` lists your jobs; only you can see it.\n"
    "`/usage` shows what you've used and what's left.\n"
    "`/forget` erases your prompts and history.\n"
    "`/help` shows this page.\n"
    "**Remix this**, in a message's menu under Apps, remixes an image in that message."
)
HELP_GOOD_TO_KNOW = (
    "-# Each job costs whoever runs me a few cents, and a job that was sent to the API can't be "
    "canceled there. Prompts with `{red, green}`, `--repeat`, `--turbo`, `--oref` or `--q 4` cost "
    "more, so I ask first. With the `private` option, only you see the images. The API remixes "
    "images for 3 days and keeps them for about 30. If a job takes more than 15 seconds, a short "
    "reply pings you: one for all jobs that end close together."
)


def help_limits(limits: Limits) -> str:
    """What one may ask for; empty where nothing is limited."""
    person = limits.person
    parts: list[str] = []
    if person.running:
        parts.append(f"{jobs_counted(person.running)} at once (more will wait)")
    if person.jobs_per_day:
        parts.append(f"{jobs_counted(person.jobs_per_day)} in 24 hours")
    if limits.everybody.jobs_per_day:
        parts.append(f"{jobs_counted(limits.everybody.jobs_per_day)} in 24 hours across all users")
    if person.usd_per_day:
        parts.append(f"{usd(person.usd_per_day)} in 24 hours")
    if person.usd_per_month:
        parts.append(f"{usd(person.usd_per_month)} in 30 days")
    return f"-# Your limits: {listed(parts)}." if parts else ""


# ------------------------------------------------------------------ failures

FAILURE_HEADING = "### No images this time"
YOUR_PROMPT = "Here's what you wrote, so it isn't lost:"
ASK_LATER = "Please try again in a few minutes."
OPERATOR_TOLD = "I've logged it for whoever runs this bot."
NOTHING_CHARGED = "Nothing was charged."
MAYBE_CHARGED = "It may have been charged anyway."
