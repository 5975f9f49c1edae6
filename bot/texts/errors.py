"""What to say about every failure: one sentence for each leaf of `bot.errors`.

A sentence says what happened and what to do.
"""

from collections.abc import Callable, Mapping
from typing import Any, ClassVar

from bot import errors
from bot.actions import ACTIONS, SOURCE_IMAGES, MediaKind
from bot.errors import AddressProblem, Reason
from bot.limits import DAY, LimitScope
from bot.model import PROMPT_MAX, FailureCause
from bot.prompt_cost import PROMPTS_MAX
from bot.texts.doubts import DoubtTexts
from bot.texts.jobs import JobTexts


class ErrorTexts(JobTexts, DoubtTexts):
    ask_later = "Please try again in a few minutes."
    nothing_charged = "Nothing was charged."
    maybe_charged = "It may have been charged anyway."
    operator_told = "I've logged it for whoever runs this bot."

    _codes: ClassVar[Mapping[str, str]] = {
        "098": "The API couldn't make this one. The source may be too old for it, or "
        "moderation stepped in. Try another prompt or a newer image.",
        "099": f"The API is out of service right now. {ask_later}",
    }
    """Of every action, by their last three digits."""
    value_refused = (
        "The API didn't accept one of the values. Try another image, prompt or option. "
        f"{nothing_charged}"
    )

    def describe(self, error: errors.RemixbotError) -> str:
        """What to say about *error*."""
        sentence = self._sentences[
            error.reason if isinstance(error, errors.Rejected) else type(error)
        ]
        if isinstance(sentence, str):
            return sentence.format(
                t=self, error=error, prompt_max=PROMPT_MAX, prompts_max=PROMPTS_MAX
            )
        # by its name: another language may have its own
        return getattr(self, sentence.__name__)(error)

    def what_went_wrong(self, error: errors.RemixbotError, *, nothing_charged: bool) -> str:
        """Why there are no images, and whether that cost anything."""
        sentence = self.describe(error)
        if nothing_charged and self.nothing_charged not in sentence:
            sentence += f" {self.nothing_charged}"
        is_wanted = isinstance(error, (errors.JobStopped, errors.JobKept))
        heading = self.stopped_heading if is_wanted else self.failure_heading
        return f"{heading}\n{sentence}"

    # ------------------------------------------------------------------ of limits and rules

    _whose: ClassVar = {
        LimitScope.PERSON: ("You've", "your"),
        LimitScope.SERVER: ("This server has", "this server's"),
        LimitScope.EVERYBODY: ("This bot has", "this bot's"),
    }

    def _daily_limit(self, error: errors.DailyLimitReached) -> str:
        return (
            f"{self._whose[error.whose][0]} reached the limit of {self.jobs_counted(error.limit)} "
            f"in 24 hours. You can start the next one {self.relative(error.free_at)}."
        )

    def _waiting_limit(self, error: errors.WaitingLimitReached) -> str:
        return (
            f"{self._whose[error.whose][0]} reached the limit of {self.jobs_counted(error.limit)} "
            "waiting in the queue. Try again once one of them has started."
        )

    def _budget(self, error: errors.BudgetUsedUp) -> str:
        span = "24 hours" if error.span == DAY else "30 days"
        costs = f"This would cost about {self.usd(error.cost_usd)}"
        budget = f"budget of {self.usd(error.limit_usd)} per {span}"
        _, whose = self._whose[error.whose]
        if error.free_at is None:
            return f"{costs}, more than {whose} whole {budget}. Try something that costs less."
        free_at = self.relative(error.free_at)
        return f"{costs} and exceed {whose} {budget}. You can start it {free_at}."

    def _consent(self, error: errors.ConsentMissing) -> str:
        """One question for all that is to be asked."""
        parts: list[str] = []
        if error.doubts:
            doubted = (f"- {self.doubt(one)}" for one in error.doubts)
            parts = ["This prompt may not do what you want:", *doubted]
        if error.bill.multiplier > 1 or error.request.action.asks_first:
            parts.append(self._costs_extra(error))
        if part := self.part_of(error.request):
            parts.insert(-1, f"This changes **{part}** and keeps the rest.")
        ending = "Send it as it is?" if error.doubts else "Go ahead?"
        parts.append(f"Nothing has been charged so far. {ending}")
        return ("\n" if error.doubts else " ").join(parts)

    def _costs_extra(self, error: errors.ConsentMissing) -> str:
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
        action, makes = error.request.action, bill.prompts * error.request.makes
        extra = f"This prompt costs extra: {self.listed(reasons)}. " if reasons else ""
        comes = f"You'd get {self.counted(action.media, makes, '**')}"
        if makes > len(SOURCE_IMAGES):
            comes += "; only the first four have buttons"
        total = f"That's about **{self.usd(error.usd)}** in total"
        if action.media is MediaKind.VIDEO:
            total += f", as much as {error.times:,} jobs with images"
        return f"{extra}{comes}. {total}."

    def _channels(self, error: errors.ChannelNotAllowed) -> str:
        named = self.listed(f"<#{channel}>" for channel in error.channels[:10])
        return f"I can't be used in this channel. You can use me in {named}."

    def _permissions(self, error: errors.PermissionsMissing) -> str:
        names = self.listed(f"**{name}**" for name in error.permissions)
        return (
            f"I can't post images here: I'm missing {names}. Ask a moderator to allow that in the "
            "channel's settings."
        )

    def _option(self, error: errors.OptionInvalid) -> str:
        words = self.option_words(error.action, error.parameter)
        if words is None:
            return f"The API doesn't accept this value for `{error.parameter}`. Choose another one."
        if not words.choices:
            known = ACTIONS[error.action].options
            option = next(one for one in known if one.name == error.parameter)
            return f"The {words.name.lower()} is a number from {option.least:g} to {option.most:g}."
        names = [name for name, _ in words.choices.values()]
        return f"Choose {' or '.join(names)} as the {words.name.lower()}."

    # ------------------------------------------------------------------ of what people give

    def _too_long(self, error: errors.PromptTooLong) -> str:
        added = f", with {error.added:,} from your settings" if error.added else ""
        return (
            f"Your prompt is {error.length:,} characters long{added}. The maximum is "
            f"{PROMPT_MAX:,}: please shorten it."
        )

    def _preferences_invalid(self, error: errors.PreferencesInvalid) -> str:
        wrong = (f"- {self.doubt(one)}" for one in error.doubts)
        return "\n".join(("I haven't changed your settings:", *wrong))

    def _file_too_large(self, error: errors.PromptFileTooLarge) -> str:
        return (
            f"Your prompt file is {error.size_bytes // 1024:,} KiB. A prompt of {PROMPT_MAX:,} "
            "characters fits in 33 KiB: please attach a shorter text file."
        )

    def _too_old(self, error: errors.SourceTooOld) -> str:
        return (
            f"This image is more than {self.days(error.days)} old, and the API no longer edits "
            "it. You can start over from its prompt with `/imagine`."
        )

    # ------------------------------------------------------------------ of the API

    def _of_code(self, code: str | None) -> str | None:
        """What to say about a documented *code* of the API; ``None`` for any other."""
        if code is None:
            return None
        for action in ACTIONS.values():
            if code in action.refusals:
                return self.words_for(action).refusals.get(code, self.value_refused)
        if len(code) != 7 or code == "4001098":  # which speaks of no source
            return None
        return self._codes.get(code[-3:])

    def _request_refused(self, error: errors.RequestRefused) -> str:
        unknown = "The API didn't accept this request. Change the prompt and try again."
        return self._of_code(error.code) or unknown

    def _generation_failed(self, error: errors.GenerationFailed) -> str:
        unknown = "The API started this job, then gave up. Try again, or try another prompt."
        return self._causes.get(error.cause) or self._of_code(error.code) or unknown

    _causes: ClassVar[Mapping[FailureCause | None, str]] = {
        FailureCause.CONTENT: "Midjourney's moderation rejected this prompt, or an image in it. "
        "Please rephrase it.",
        FailureCause.IMAGE_LINK: "Midjourney couldn't open an image address in this prompt. Check "
        "the address, or use another image.",
        FailureCause.NOT_POSSIBLE: "Midjourney can't do that with this image. Try another one.",
        FailureCause.PARAMETER: "Midjourney didn't accept a parameter in this prompt. Check the "
        "parameters and try again.",
        FailureCause.BUSY: f"Midjourney is busy right now. {ask_later}",
        FailureCause.CREDIT: f"The API's own credit is used up. {ask_later}",
    }

    def _unavailable(self, error: errors.ApiUnavailable) -> str:
        if (known := self._of_code(error.code)) is not None:
            return known
        if error.status is None:
            return f"I can't reach the API right now: it didn't answer. {self.ask_later}"
        return f"{self._trouble(error.status, 'is having')}. {self.ask_later}"

    def _trouble(self, status: int, has: str) -> str:
        """What an answer with this HTTP status says that's neither a task nor a known refusal."""
        if status >= 500:
            return f"The API {has} trouble (HTTP {status})"
        return f"The API gave an answer that I can't read (HTTP {status})"

    def _submit_unknown(self, error: errors.SubmitUnknown) -> str:
        if error.interrupted:
            happened = "I restarted while this job was being sent to the API"
        elif error.status is None:
            happened = "The API didn't answer when I sent this job"
        else:
            happened = f"{self._trouble(error.status, 'had')} when I sent this job"
        return (
            f"{happened}, so I can't tell if it's running. {self.maybe_charged} I won't send it "
            "again on my own."
        )

    def _overdue(self, error: errors.JobOverdue) -> str:
        waited, trouble = self.seconds(error.waited_s), error.trouble
        if trouble is None:
            happened = f"hasn't finished this job after {waited}, so I've stopped checking"
        elif isinstance(trouble, errors.OperatorError):
            happened = f"is rejecting my status checks, so I've stopped checking after {waited}"
        else:
            happened = (
                f"isn't telling me how this job is doing, so I've stopped checking after {waited}"
            )
        return f"The API {happened}. {self.maybe_charged}"

    def _answer_failed(self, error: errors.AnswerFailed) -> str:
        if error.out_of_order:
            happened = "Discord had a problem just now"
        else:
            happened = "Discord didn't accept my reply"
        return f"{happened}. {self.nothing_charged} {self.ask_later}"

    def _unreadable(self, error: errors.OutputUnreadable) -> str:
        charged = "for it" if error.cost_usd is None else self.usd(error.cost_usd)
        task_id = error.task_id.replace("`", "'")
        return (
            f"The API finished this job and charged {charged}, but I can't read where the images "
            f"are. `/show` tries again with the task ID `{task_id}`, and whoever runs me can look "
            "it up by that ID."
        )

    def _kept(self, error: errors.JobKept) -> str:
        charged = "" if error.cost_usd is None else f" and charged {self.usd(error.cost_usd)}"
        return (
            f"The API still made the images{charged}. They're kept: **{self.show_kept}** posts "
            "them for free. Retrying is paid again."
        )

    # ------------------------------------------------------------------ of the database's address

    _addresses: ClassVar = {
        AddressProblem.UNREADABLE: "it isn't a database address. One looks like "
        "sqlite+aiosqlite:///data/remixbot.db or postgresql+asyncpg://user:password@host/name, "
        "with %40 for an @ in the password.",
        AddressProblem.SQLITE_WITHOUT_FILE: "an SQLite database must be a file, as in "
        "sqlite+aiosqlite:///data/remixbot.db.",
        AddressProblem.SQLITE_WITH_OPTIONS: "an SQLite address takes no options. Remove everything "
        "from the question mark on.",
        AddressProblem.HOSTS_OR_PORTS: "its hosts and ports don't match up. A port is a number "
        "from 1 to 65535.",
        AddressProblem.OPTION_UNKNOWN: "I don't know {option}. Remove it; PostgreSQL's own "
        "settings go into options=-c%20name%3Dvalue.",
        AddressProblem.OPTION_NOT_ONCE: "{option} needs exactly one value.",
        AddressProblem.OPTION_NOT_A_NUMBER: "{option} must be a whole number.",
        AddressProblem.OPTION_NOT_SECONDS: "{option} must be a number of seconds, more than 0 and "
        "at most 3600.",
        AddressProblem.OPTION_NOT_A_FILE: "{option} must be the path of an existing file.",
        AddressProblem.OPTION_NOT_A_CHOICE: "{option} must be one of {words}.",
    }

    def _address(self, error: errors.AddressWrong) -> str:
        option = f"the option {error.option}" if error.option else "one of its options"
        problem = self._addresses[error.problem].format(option=option, words=", ".join(error.words))
        return f"DATABASE_URL can't be used: {problem}"

    # ------------------------------------------------------------------ all of them

    _sentences: ClassVar[
        Mapping[type[errors.RemixbotError] | Reason, str | Callable[[Any, Any], str]]
    ] = {
        Reason.PROMPT_MISSING: "The prompt is empty or has no words. Describe what you want to "
        "see.",
        errors.PromptTooLong: _too_long,
        Reason.PROMPT_TWICE: "Use either `prompt` or `prompt_file`, not both.",
        errors.PromptFileTooLarge: _file_too_large,
        Reason.PROMPT_FILE_UNREADABLE: "I couldn't read the prompt file. Attach a plain text file "
        "(UTF-8), or paste the text into `prompt`.",
        Reason.JOB_ID_INVALID: "I can't find a job ID in that. Give me the ID itself, a link to "
        "one of my messages, or an image's link or file name.",
        Reason.MESSAGE_UNKNOWN: "I can't find a job in that message, or you don't have access to "
        "it. Link to one of my results, or give me the job ID itself.",
        errors.OptionInvalid: _option,
        Reason.MASK_UNREADABLE: "I can't read that mask. Attach a PNG file of at most 4 MB and "
        "4,096 by 4,096 pixels.",
        errors.MaskShapeWrong: "That mask doesn't have the image's shape. Make it "
        "{error.width:,} by {error.height:,} pixels, or as much smaller in both directions.",
        Reason.MASK_NOT_BLACK_AND_WHITE: "That mask isn't black and white. Paint white over what "
        "I should change, and make everything else black.",
        Reason.MASK_TWICE: "Choose areas or attach a mask, not both. {t.nothing_charged}",
        Reason.MASK_GONE: "I no longer have the mask you used before. Attach it again, or choose "
        "areas.",
        Reason.MASK_EMPTY: "There's nothing to change: choose at least one area, or paint it "
        "white in the mask.",
        Reason.MASK_EVERYTHING: "That's the whole image. Choose fewer areas or leave some of the "
        "mask black, or remix the image instead.",
        Reason.MASK_TOO_COMPLICATED: "That mask has too many parts or edges. Use at most 10 "
        "separate areas with simple outlines.",
        Reason.IMAGE_UNREADABLE: "I can't open that image, so I can't change a part of it.",
        Reason.IMAGE_GONE: "I can't find that image any more: the API keeps images for about 30 "
        "days. Without it I can't show you what would change. {t.nothing_charged}",
        Reason.IMAGE_SILENT: "I can't load that image right now, so I can't show you what would "
        "change. {t.nothing_charged} {t.ask_later}",
        Reason.IMAGE_TOO_NARROW: "That image is too narrow: the API only changes parts of images "
        "that are at most eight times as long as they're wide.",
        errors.PreferencesInvalid: _preferences_invalid,
        Reason.NOT_AN_IMAGE: "That file isn't an image. Attach a PNG, JPEG or WebP file, or give "
        "an address in `image_url`.",
        Reason.IMAGE_ADDRESS_INVALID: "That isn't an image's address. Give one that starts with "
        "http:// or https:// and has no spaces.",
        Reason.CALLBACK_INVALID: "The callback must be a URL that starts with http:// or https://, "
        "without a user name, and at most 2,048 characters long.",
        errors.WaitingLimitReached: _waiting_limit,
        errors.DailyLimitReached: _daily_limit,
        errors.BudgetUsedUp: _budget,
        errors.ConsentMissing: _consent,
        Reason.TOO_MANY_PROMPTS: "This prompt could mean more than {prompts_max:,} prompts, the "
        "most I send at once. Use fewer options in braces, or a plain number after `--repeat`. "
        "{t.nothing_charged}",
        Reason.SERVER_NOT_ALLOWED: "This bot isn't enabled for this server. Ask whoever runs it to "
        "allow the server.",
        Reason.ONLY_IN_SERVERS: "I only work in servers. Use me in a channel there.",
        Reason.ROLE_MISSING: "Only members with certain roles can use me here. Ask a moderator "
        "which ones.",
        errors.ChannelNotAllowed: _channels,
        errors.WordRefused: "Prompts containing **{error.word}** aren't allowed here. Only you "
        "can see this, and your prompt is kept: edit it and try again.",
        Reason.WORDS_NOT_SHOWN: "Discord won't let me show this prompt here: its filter or this "
        "server's AutoMod rejected something in it. {t.nothing_charged} Your prompt is kept: edit "
        "it and try again.",
        errors.NotYours: "Only the person who requested this or a moderator can do that.",
        errors.DraftGone: "This request was already used or canceled, or it's more than a day "
        "old. Please send it again.",
        errors.JobStopped: "It hadn't been sent to the API yet. {t.nothing_charged}",
        Reason.SWITCHED_OFF: "The API doesn't offer this right now, so I haven't sent it. "
        "**More** shows what else you can do with the image.",
        Reason.NOT_FROM_THIS: "The API can't do that with this one. **More** shows what's possible "
        "with each image.",
        Reason.EXTENDED_ENOUGH: "This video has been extended four times, which is the most the "
        "API does. Extend an earlier one, or animate another image.",
        Reason.NOTHING_TO_STOP: "There's nothing to stop: this job has already ended or been "
        "stopped.",
        errors.JobKept: _kept,
        errors.PermissionsMissing: _permissions,
        errors.SourceUnknown: "I no longer know this result's prompt. Use its ✏️ buttons instead.",
        errors.SourceTooOld: _too_old,
        Reason.NO_IMAGE_IN_MESSAGE: "I can't find an image of mine to remix in that message. "
        "Choose one of my results, or give me the job ID with `/remix`.",
        Reason.SEARCH_WITHOUT_WORDS: "I can look for words and numbers only, and there's none in "
        "your search. Type one that's in the prompt.",
        Reason.NO_RESULT_IN_MESSAGE: "I can't find a result of mine in that message, or you don't "
        "have access to it. Use this on a message with images that I posted.",
        errors.JobUnknown: "I can't find that job, or you don't have access to it. Paste a link "
        "to one of my results, an image's link or file name, or the job ID from **More**.",
        errors.ImagesMissing: "That job has no images, or none yet. `/jobs` shows how yours are "
        "doing.",
        Reason.UNSUPPORTED_COMPONENT: "This button is from another version of me. Use `/remix` "
        "with the job ID from the image's file name.",
        Reason.COMMAND_CHANGED: "That command has changed, and your Discord still shows the old "
        "one. Reload Discord (Ctrl+R, or close and reopen the app), then try again.",
        errors.RequestRefused: _request_refused,
        errors.ContentRefused: "The API's moderation rejected this prompt. Please rephrase it.",
        errors.ApiUnavailable: _unavailable,
        errors.ApiBusy: "The API is busy right now. {t.ask_later}",
        errors.TaskNotFound: "The API no longer knows this job. {t.maybe_charged}",
        errors.SubmitUnknown: _submit_unknown,
        errors.GenerationFailed: _generation_failed,
        errors.NothingMade: "The API finished without any images. Often that means its moderation "
        "removed them all. {t.maybe_charged}",
        errors.OutputUnreadable: _unreadable,
        errors.JobOverdue: _overdue,
        errors.JobTooOld: "I was offline for too long to start this job on my own. Press "
        "**{t.retry}** if you still want it.",
        errors.EndedUnseen: "This job failed, and I restarted before I could tell you.",
        errors.AnswerUnseen: "I restarted while this job was waiting and can no longer read what "
        "I told you about it, so I didn't start it. Press **{t.retry}** if you still want it.",
        errors.ImageUnavailable: "An image couldn't be downloaded from the API.",
        errors.ImageTooLarge: "An image is too large to post.",
        errors.StoreUnavailable: "I can't save to my database right now, so I didn't accept this. "
        "{t.nothing_charged} {t.ask_later}",
        errors.StoreAway: "I couldn't save to my database for so long that I dropped this job. "
        "Press **{t.retry}** if you still want it.",
        errors.StopNotRecorded: "I can't save to my database right now, so this job isn't "
        "stopped. {t.ask_later}",
        errors.ListUnavailable: "I can't look that up right now. {t.ask_later}",
        errors.StoreTooNew: "A newer version of this bot has used the database, and this one "
        "can't read it. Update the bot, then start it again.",
        errors.StoreInUse: "Another bot process is using this database. Stop that one first, or "
        "give this one its own DATABASE_URL.",
        errors.StoreLost: "Another bot process has taken over this database, or a backup was "
        "restored into it, so this process has ended. It writes, edits and submits nothing more.",
        errors.StoreGone: "The file {error.path} was deleted, moved or replaced while the bot was "
        "running. The bot accepts no more jobs and is shutting down. Put the file back before you "
        "start it again, or the next start creates a new one.",
        errors.PoolerUnfit: "DATABASE_URL points to a connection pooler in transaction mode (such "
        "as PgBouncer), which can't hold the lock that keeps a second bot out. Connect to "
        "PostgreSQL directly, or set pool_mode = session for this database.",
        errors.AddressWrong: _address,
        errors.DeliveryFailed: "Discord didn't accept the images. They're kept: `/show` posts "
        "them.",
        errors.AnswerFailed: _answer_failed,
        errors.ApiKeyRefused: "The API rejected this bot's key. {t.operator_told}",
        errors.ApiCreditUsedUp: "This bot's API credit is used up. {t.operator_told}",
        errors.ApiPermissionMissing: "The API doesn't let this bot's key make images like this. "
        "{t.operator_told}",
        errors.ModelUnknown: "The API doesn't offer this, so it's switched off for now. "
        "{t.nothing_charged} {t.operator_told}",
        errors.ApiMisused: "The API didn't understand me, which is a bug on my end. "
        "{t.operator_told}",
        errors.Incident: "Sorry, something broke on my end. If you report it, mention incident "
        "`{error.number}`: the log has the rest.",
    }
    """With the texts as ``t`` and the error as ``error``."""
