"""What answers say that one person alone sees: lists, details, usage, questions, help."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import ClassVar

from bot.actions import Action, find_action
from bot.limits import Limits
from bot.model import JobState, Request, Spending
from bot.texts.actions import image_number
from bot.texts.jobs import JobTexts


class PageTexts(JobTexts):
    # ------------------------------------------------------------------ forms and small answers

    left_empty = (
        "-# Discord rejected something in the text I had for this form, so it's empty. Please type "
        "it again."
    )
    your_prompt = "Here's what you wrote, so it isn't lost:"
    choose_image = "Which image do you want to remix?"
    started = "Started in a new message."
    canceled = "Canceled. Nothing was charged, and nothing is kept."
    left_alone = "OK, nothing changes."
    delete_question = (
        "Delete this message and its images? The API keeps them for about 30 days, and until then "
        "`/show` can post them again."
    )
    deleted = "Deleted."
    cannot_delete = "I don't have permission to delete this here. A moderator can."

    def fresh_start(self, days: float) -> str:
        return (
            f"This image is more than **{self.days(days)}** old, and the API no longer edits it. "
            "Nothing has been charged. Submit this form to start over from the prompt only."
        )

    # ------------------------------------------------------------------ settings

    settings_heading = "### Your settings"
    settings_about = (
        "-# I send these behind your prompts, except where a prompt says otherwise. Only you can "
        "see and change them."
    )
    settings_buttons = ("Image", "Style", "Replies")
    settings_parts = tuple(f"__{part}__" for part in settings_buttons)
    settings: Mapping[str, tuple[str, str]] = {
        "aspect": ("Aspect ratio", "Width to height, like 16:9"),
        "version": ("Version", "The Midjourney version"),
        "stylize": ("Stylize", "0 to 1000"),
        "chaos": ("Chaos", "0 to 100: how different the images are"),
        "weird": ("Weird", "0 to 3000"),
        "raw": ("Raw", "Less of Midjourney's own style"),
        "quality": ("Quality", "2 and 4 cost that many times as much, so I'll ask each time"),
        "style": ("Style reference", "An image's address, or a style code"),
        "reference": (
            "Character or object",
            "An image's address. With version 7 it costs double, so I'll ask each time",
        ),
        "personal": ("Personal code", "Your code for --p"),
        "private": ("Private", "Commands show images only to you, unless you say otherwise"),
        "pings": ("Pings", "A reply mentions you when a job that took a while is done"),
        "locale": ("Language", "The language I reply in"),
    }
    """By the names that `bot.preferences` has: what each one is called, and a hint."""
    own_name = "English"
    """Of this language, in itself."""
    left_open = "Not set"
    yes = "Yes"
    no = "No"
    reset_settings = "Reset"
    use_as_style = "Use one as the style reference of all your prompts:"

    def style_button(self, image_no: int) -> str:
        return f"🎨 {image_no + 1}"

    # ------------------------------------------------------------------ lists of jobs

    jobs_heading = "### Your jobs"
    no_jobs = "You don't have any yet. Start with `/imagine`."
    prompts_left_out = (
        "-# Discord rejected something in one of these prompts, so I left them out. **More** "
        "under a result shows its prompt."
    )
    stopped_unsent = "stopped before it was sent"
    stopped_sent = "stopped, but the API may still make it"
    _states: ClassVar = {
        JobState.ACCEPTED: "not sent yet",
        JobState.SUBMITTING: "being sent",
        JobState.RUNNING: "running",
        JobState.FINISHED: "finished, about to be posted",
        JobState.KEPT: "stopped, images kept",
        JobState.DELIVERED: "posted",
        JobState.FAILED: "failed",
        JobState.UNKNOWN: "unclear if it was sent; may have been charged",
    }

    no_jobs_found = "None of your jobs fits. Try fewer words, or leave out a filter."
    search_shortened = "-# That's the beginning of your search: the rest is too long."
    favorites_heading = "### Your favorites"
    favorite_unseen = "-# One that you can't see right now"
    favorite_added = "Added to your favorites. `/favorites` lists them."
    favorite_removed = "Removed from your favorites."

    no_favorites = (
        f"You don't have any yet. Press **{JobTexts.favorite}** under **{JobTexts.more}**, or "
        "select **Keep** in a result's menu, under Apps."
    )

    def looked_for(self, words: str, action: Action | None, *, favorites: bool) -> str:
        """What a list was looked for by; *words* are empty where there are none to be shown."""
        parts = [f"with **{words}** in the prompt"] if words else []
        parts += [f"only {self.action_name(action)}"] if action else []
        parts += ["only favorites"] if favorites else []
        return f"-# Filtered: {', '.join(parts)}" if parts else "-# Filtered"

    def state(self, state: JobState) -> str:
        return self._states[state]

    def kept(self, problem: str) -> str:
        return f"images kept, because I couldn't post them ({problem})"

    def job_line(
        self,
        *,
        request: Request,
        state: str,
        created_at: datetime,
        message_url: str | None,
        private: bool,
    ) -> str:
        parts = [self.listed_name(request), state, self.relative(created_at)]
        if private:
            parts.append("private")
        if message_url:
            parts.append(f"[open]({message_url})")
        return f"-# {' · '.join(parts)}"

    def job_choice(self, job_id: str) -> str:
        """What stands for a job whose prompt Discord refuses to show."""
        return f"Job {job_id}"

    # ------------------------------------------------------------------ details

    details_heading = "### Details"
    job_forgotten = "I no longer have a record of this job."
    unknown_source = "an unknown job"
    children_heading = "**Made from it**"
    family_heading = "### Family tree"
    family_select = "See the details of …"
    family_more = "-# These are the nearest ones. There may be more."
    family_alone = (
        "This one stands alone: nothing was made from it, and it wasn't made from anything that "
        "you can see."
    )
    archive_heading = "### Download"
    archive_partly = "The others aren't in the file:"
    archive_empty = "I couldn't put the images into a file:"
    archive_refused = "was rejected by Discord as part of a file"
    detail_requester = "Requested by"
    detail_settings = "From settings"
    detail_source = "Source"
    detail_source_job = "Source job"
    detail_chain = "Chain"
    detail_job_id = "Job ID"
    detail_task_id = "Task ID"
    detail_log_number = "Job number in the log"
    detail_requested = "Requested"
    detail_images = "Images"
    detail_cost = "Cost"
    detail_callback = "Callback"
    links_in_file = "links are in the file below"
    links_in_file_below = "Their links are in the file below."
    prompt_in_file = "-# Discord won't let me show this prompt here: it's in the file below."

    def family_about(self, count: int, chosen: int) -> str:
        return f"{count:,} results, each below what it was made from. You're at **{chosen:,}**."

    def family_edge(self, request: Request) -> str:
        """How something was made from what stands above it, in few letters."""
        name = self.action_name(request.action)
        return name if request.source is None else f"{name} {image_number(request.source)}"

    def family_member(self, number: int, request: Request) -> str:
        return f"{number} · {self.listed_name(request)}"

    def family_alt(self, members: Iterable[tuple[int, Request, int | None]], chosen: int) -> str:
        """The picture in words: of each member its number, and that of what it was made from."""
        parts = [
            f"{number}: {self.listed_name(request)}" + (f" of {above}" if above else "")
            for number, request, above in members
        ]
        return f"Family tree, number {chosen} is marked. {'; '.join(parts)}."

    def archive_about(self, counted: str) -> str:
        return f"{counted}, in one ZIP file."

    def details_line(self, label: str, value: str) -> str:
        return f"**{label}** {value}"

    def course(
        self,
        requested: datetime,
        started: datetime | None,
        finished: datetime | None,
        posted: datetime | None,
    ) -> str:
        """When it was asked for, and how long each step took from there."""
        parts, before = [self.moment(requested)], requested
        for step, at in (("started", started), ("finished", finished), ("posted", posted)):
            if at is not None:
                gap_s = (at - before).total_seconds()
                parts.append(
                    f"{step} {self.seconds(gap_s)} later" if gap_s >= 1 else f"{step} at once"
                )
                before = at
        return " · ".join(parts)

    def image_links(self, images: Iterable[tuple[int, str]]) -> str:
        return " · ".join(f"[{image_no + 1}]({url})" for image_no, url in images)

    def cost_told(
        self, cost_usd: Decimal | None, reserved_usd: Decimal | None, multiplier: int
    ) -> str:
        if cost_usd is not None:
            said = self.usd(cost_usd)
        elif reserved_usd is not None:
            said = f"about {self.usd(reserved_usd)}, unconfirmed"
        else:
            said = "nothing"
        return f"{said} (billed {multiplier} times)" if multiplier > 1 else said

    def child(self, request: Request, prompt: str, message_url: str | None) -> str:
        name = self.listed_name(request)
        if message_url:
            name = f"[{name}]({message_url})"
        return f"- {name}: {prompt}" if prompt else f"- {name}"

    # ------------------------------------------------------------------ usage

    usage_heading = "### Your usage"
    usage_server_heading = "### This server's usage"
    usage_by_day = "**By day** (UTC)"
    usage_by_action = "**By action** (last 30 days)"
    usage_by_person = "**By person** (last 30 days)"
    usage_chart_cost = "Cost by day (UTC)"
    usage_chart_jobs = "Jobs by day (UTC)"
    other_action = "Other"
    usage_nothing = "Nothing in the last 30 days."
    last_day = "Last 24 hours"
    last_month = "Last 30 days"

    def usage_line(
        self, span: str, spent: Spending, *, jobs_limit: int = 0, usd_limit: Decimal
    ) -> str:
        """One span with its limits, where it has some."""
        jobs, usd = self.jobs_counted(spent.jobs), self.usd(spent.usd)
        if jobs_limit:
            jobs = f"{spent.jobs:,} of {self.jobs_counted(jobs_limit)}"
        if usd_limit:
            usd = f"{usd} of {self.usd(usd_limit)}"
        return f"{span}: {jobs} · {usd}"

    def usage_bar(self, share: float, spent: Spending, whom: str) -> str:
        jobs, usd = self.jobs_counted(spent.jobs), self.usd(spent.usd)
        return f"{self.share_bar(share)} {whom} · {jobs} · {usd}"

    def usage_action(self, key: str | None) -> str:
        """What is made by the action with this key; ``None``: nobody knows any more."""
        return self.other_action if key is None else self.action_name(find_action(key))

    def usage_chart_alt(
        self, first: date, last: date, most: tuple[date, Spending], parts: Iterable[str]
    ) -> str:
        """What a chart shows, for whoever doesn't see it; *parts* are its actions."""
        day, spent = most
        return (
            f"Bars by day from {self.short_day(first)} to {self.short_day(last)}. The longest is "
            f"{self.short_day(day)}: {self.jobs_counted(spent.jobs)}, {self.usd(spent.usd)}. In 30 "
            f"days: {'; '.join(parts)}."
        )

    def usage_chart_part(self, name: str, spent: Spending) -> str:
        return f"{name} {self.jobs_counted(spent.jobs)}, {self.usd(spent.usd)}"

    # ------------------------------------------------------------------ one's own data

    def my_data(self, jobs: int, *, cut: bool) -> str:
        kept = f"your settings, your usage and {self.jobs_counted(jobs)}"
        older = " Those are the newest ones: older ones don't fit in a message." if cut else ""
        return f"Here's what I keep about you: {kept}.{older} `/forget` erases it."

    # ------------------------------------------------------------------ forgetting

    nothing_to_forget = "There's nothing to erase."
    forgotten = "I no longer show any of your history, and I'm erasing it now."
    forgotten_soon = f"{forgotten} Jobs that haven't ended yet follow as soon as they do."

    def forget_question(self, ended: int, under_way: int, favorites: int) -> str:
        erased = (
            f"This erases what I keep about your **{self.jobs_counted(ended + under_way)}**: "
            "prompts, IDs and links, and your settings. Messages in channels stay, and their ✏️ "
            "buttons still work, but without the prompt filled in."
        )
        if not ended + under_way:
            listed = (
                f"the list of your {self.favorites_counted(favorites)} and " if favorites else ""
            )
            return f"This erases {listed}your settings, which is all I keep about you."
        parts = [erased]
        if under_way == 1:
            parts.append("1 hasn't ended yet and is erased as soon as it does.")
        elif under_way:
            parts.append(f"{under_way:,} haven't ended yet and are erased as soon as they do.")
        if favorites:
            parts.append(f"It also erases the list of your {self.favorites_counted(favorites)}.")
        parts.append(
            "-# For 30 days I still keep what kind of job you ran, when, in which server, and what "
            "it cost, because limits count that. The API and its provider keep what they received."
        )
        return "\n".join(parts)

    # ------------------------------------------------------------------ help

    help_heading = "### Create and remix images"
    help_buttons = (
        "**Create** four images with `/imagine` and a prompt.\n"
        "**Remix** an image with its ✏️ button: change the prompt, then choose Strong (can change "
        "everything) or Subtle (stays close). These buttons never expire.\n"
        "**Reroll** runs the same prompt again; 🔄 2 opens it for image 2 of the source. "
        "**Stop** cancels a job, and **Retry** and **Edit prompt** help after a failure. "
        "**U1** to **U4** upscale an image. **More** has the rest, with its price: vary, zoom out, "
        "pan, change a region, animate; and it tells you all about a result, keeps it for you, or "
        "deletes it."
    )
    help_commands = (
        "`/remix` takes a job ID, a link to one of my messages, or an image's link.\n"
        "`/show` posts finished images again, free of charge.\n"
        "`/jobs` lists your jobs; only you can see it.\n"
        "`/favorites` lists the results you've kept. **Keep**, in a result's menu under Apps, adds "
        "one or removes it.\n"
        "`/usage` shows what you've used and what's left.\n"
        "`/settings` keeps what you want with every prompt.\n"
        "`/mydata` sends you everything I keep about you; `/forget` erases it.\n"
        "`/help` shows this page.\n"
        "**Remix this**, in a message's menu under Apps, remixes an image in that message."
    )

    def help_good_to_know(self, limits: Limits) -> str:
        days, erased_after = limits.remix_within_days, limits.retention_days
        remixed = f"remixes images for {self.days(days)} and " if days else ""
        erased = f" I erase what I know about a job after {self.days(erased_after)}."
        return (
            "-# Each job costs whoever runs me a few cents, and a job that was sent to the API "
            "can't be canceled there. Prompts with `{red, green}`, `--repeat`, `--turbo`, `--oref` "
            "or `--q 4` cost more, so I ask first. With the `private` option, only you see the "
            f"images. The API {remixed}keeps them for about 30 days."
            f"{erased if erased_after else ''} If a job takes more than 15 seconds, a short reply "
            "pings you: one for all jobs that end close together."
        )

    def help_limits(self, limits: Limits) -> str:
        """What one may ask for; empty where nothing is limited."""
        person, everybody = limits.person, limits.everybody
        parts: list[str] = []
        if person.running:
            parts.append(f"{self.jobs_counted(person.running)} at once (more will wait)")
        if person.jobs_per_day:
            parts.append(f"{self.jobs_counted(person.jobs_per_day)} in 24 hours")
        if everybody.jobs_per_day:
            jobs = self.jobs_counted(everybody.jobs_per_day)
            parts.append(f"{jobs} in 24 hours across all users")
        if person.usd_per_day:
            parts.append(f"{self.usd(person.usd_per_day)} in 24 hours")
        if person.usd_per_month:
            parts.append(f"{self.usd(person.usd_per_month)} in 30 days")
        return f"-# Your limits: {self.listed(parts)}." if parts else ""
