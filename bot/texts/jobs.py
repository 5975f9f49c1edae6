"""What a job's own messages say: on its way, done, failed."""

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal

from bot.actions import MediaKind
from bot.model import Image, Request, Source
from bot.texts.actions import ActionTexts, image_number


class JobTexts(ActionTexts):
    # ------------------------------------------------------------------ progress

    sending = "Sending to the API"
    waiting_to_send = "Waiting to be sent"
    working = "Working on it"
    still_watching = (
        "-# This is taking longer than usual. I'll keep checking and post the result when it's "
        "done."
    )
    unrecorded = (
        "-# I can't save to my database right now, so this hasn't been sent yet. I'll keep trying."
    )
    reads_refused = "-# The API is rejecting my status checks. I'll try again every minute."
    late_ones_directly = (
        "-# I can only reply here for 15 minutes. If it takes longer, I'll send you the images as "
        "a direct message."
    )
    stop_question = (
        "This job was already sent to the API and can't be canceled there, so it may still be "
        "charged. If you stop it, I won't post its images: I'll keep them, and you can show them "
        "for free."
    )
    stopped_heading = "### Stopped"
    stopped_at_work = (
        "This job was already sent to the API and can't be canceled there, so it may still be "
        "charged. If it makes images, they're kept: `/jobs` lists them, and `/show` posts them."
    )

    def progress_heading(self, request: Request) -> str:
        name = self.words_for(request.action).progress.format(image=image_number(request.source))
        chosen = [value.lower() for _, value in self.options_of(request)]
        return f"### {' · '.join([name, *chosen])}"

    def in_line(self, position: int, starts_at: datetime) -> str:
        starts = self.relative(starts_at)
        return f"Position **{position:,}** in the queue · should start {starts}"

    def running_since(self, state: str, started_at: datetime, ends_at: datetime | None) -> str:
        since = f"{state} · started {self.relative(started_at)}"
        return f"{since} · ready {self.relative(ends_at)}" if ends_at else since

    def origin_line(self, message_url: str) -> str:
        return f"-# From [this message]({message_url})"

    # ------------------------------------------------------------------ result

    found_heading = "### Images from the API"
    found_alt = "unknown prompt"
    found_about = "-# I have no record of this job, so I don't know its prompt."
    not_one_image = "Your images are ready, but I couldn't post any of them. Here are their links:"
    images_withheld = "Discord won't let me show these images here."
    images_in_more = f"{images_withheld} **{ActionTexts.more}** has their links."
    links_withheld = "Discord won't let me link to the other images here."
    links_in_more = f"{links_withheld} **{ActionTexts.more}** has their links."
    prompt_withheld = "-# Discord won't let me show this prompt here."
    prompt_in_more = f"{prompt_withheld} **{ActionTexts.more}** has it."
    prompt_in_form = f"{prompt_withheld} **{ActionTexts.edit}** has it."
    too_large_to_post = "is too large to post here"
    refused_by_discord = "was rejected by Discord"
    not_downloaded = "couldn't be downloaded"
    result_is_nowhere = (
        "Your images are ready, but Discord won't let me post them here or send them to you. "
        "They're kept: `/show` posts them anywhere I'm allowed to."
    )
    result_is_broken = (
        "Your images are ready, but something broke on my end when I posted them. They're kept: "
        "`/show` posts them."
    )

    def result_heading(self, request: Request) -> str:
        result = self.words_for(request.action).result
        return f"### {result.format(image=image_number(request.source))}"

    def with_settings(self, parameters: str) -> str:
        """A small line: what was sent behind the prompt."""
        return f"-# From settings: {parameters}"

    def asked_by(self, author_id: int) -> str:
        return f"Requested by <@{author_id}>"

    def made_from(self, request: Request, source_url: str | None) -> str:
        """One small line, empty for nothing; *source_url* is the message that shows the source."""
        parts = [value for _, value in self.options_of(request)]
        if request.source is not None:
            parts.append(f"from {self.source_image(request.source, source_url)}")
        return f"-# {' · '.join(parts)}" if parts else ""

    def result_figures(
        self, *, depth: int | None, duration_s: float, cost_usd: Decimal | None
    ) -> str:
        """One small line, which has room on a phone."""
        parts = [] if depth is None else [f"{self.nth_edit(depth)} in its chain"]
        parts.append(self.seconds(duration_s))
        if cost_usd is not None:
            parts.append(self.usd(cost_usd))
        return f"-# {' · '.join(parts)}"

    def nth_edit(self, depth: int) -> str:
        return f"{self.ordinal(depth)} edit"

    def source_image(self, source: Source, message_url: str | None) -> str:
        name = f"image {image_number(source)}"
        return f"[{name}]({message_url})" if message_url else name

    def alt_text(self, image: Image, shows: str) -> str:
        name = f"{image.kind.value.capitalize()} {image.image_no + 1}"
        return f"{name}: {shows}" if shows else name

    def source_alt_text(self, source: Source | None) -> str:
        return f"Image {image_number(source)} of the source job"

    def missing_images(self, media: MediaKind, image_nos: Iterable[int]) -> str:
        name, numbers = media.value.capitalize(), [str(image_no + 1) for image_no in image_nos]
        if len(numbers) == 1:
            return f"-# {name} {numbers[0]} is missing: the API didn't send it."
        return f"-# {name}s {self.listed(numbers)} are missing: the API didn't send them."

    def image_by_link(self, image: Image, url: str, reason: str) -> str:
        return f"{self.alt_text(image, '')} {reason}: [open it]({url})"

    def image_in_file(self, image: Image, reason: str) -> str:
        return f"{self.alt_text(image, '')} {reason}; its link is in the file below."

    def result_is_there(self, media: MediaKind, author_id: int, message_url: str | None) -> str:
        """What a job's own message says where its images are in the message with this address, or
        in a direct one."""
        there = f"[this message]({message_url})"
        where = there if message_url else f"a direct message to <@{author_id}>"
        return f"Your {media.value}s are ready, but I couldn't put them here: they're in {where}."

    def failure_is_there(self, author_id: int, message_url: str | None) -> str:
        there = f"[This message]({message_url})"
        where = there if message_url else f"A direct message to <@{author_id}>"
        return f"No luck this time. {where} says why."

    # ------------------------------------------------------------------ failure and pings

    failure_heading = "### No luck this time"

    def ready(self, author_id: int, media: MediaKind) -> str:
        return f"<@{author_id}> your {media.value}s are ready."

    def went_wrong(self, author_id: int) -> str:
        return f"<@{author_id}> something went wrong with your job, see above."

    def jobs_done(self, author_id: int, jobs: int) -> str:
        """Of several jobs that ended close together."""
        return f"<@{author_id}> your last {jobs:,} jobs here are done."
