"""Pages, forms and errors speak the language they are asked to, and no other one."""

import io
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from bot.actions import IMAGINE, REMIX
from bot.errors import (
    ImageTooLarge,
    ImageUnavailable,
    JobKept,
    JobStopped,
    RemixbotError,
    SourceTooOld,
)
from bot.job_search import JobSearch
from bot.jobs.archive import Archive
from bot.jobs.queue import QueuePosition
from bot.jobs.status_message import Progress, ResultImage
from bot.limits import Limits, Quota
from bot.model import Job, JobState, MessageLink, Request, Source, Spending, Suggestion, Usage
from bot.preferences import Preferences
from bot.services.families import Family, Member
from bot.services.favorites import FavoriteList
from bot.services.history import JobDetails, JobList
from bot.texts import ENGLISH, LANGUAGES, for_locale
from bot.ui import found_pages, pages
from bot.ui.content import EVERYTHING, Content
from bot.ui.forms import PromptForm, fresh_start
from bot.ui.found_pages import list_page
from bot.ui.layouts import (
    ClassicMessage,
    LayoutMessage,
    failure_page,
    found_page,
    plain_failure,
    plain_result,
    progress_page,
    result_page,
)
from bot.ui.pages import choices
from bot.ui.settings import SettingsForm, settings_page
from tests.pseudo import LOCALE, Pseudo, escaped, words_in
from tests.test_texts import ALL
from tests.ui.test_pages_fit import SOURCE, image, job, result_images

PROMPT = "a fox"
NOW = datetime(2026, 1, 1, tzinfo=UTC)
LINK = MessageLink(guild_id=1, channel_id=2, message_id=3)
CONTENTS = (
    EVERYTHING,
    Content(words=False),
    Content(files=False, refused=True),
    Content(files=False, links=False),
    Content(words=False, files=False, links=False, alone=True),
)


@pytest.fixture(autouse=True)
def pseudo(monkeypatch: pytest.MonkeyPatch) -> Pseudo:
    texts = Pseudo()
    monkeypatch.setitem(LANGUAGES, "sv", texts)
    return texts


def payload(page: LayoutMessage | ClassicMessage) -> Any:
    shown = {
        "components": page.view.to_components(),
        "files": [{"description": file.description} for file in page.files],
    }
    return {**shown, "content": page.content} if isinstance(page, ClassicMessage) else shown


def foreign(*image_nos: int, remix: bool = True) -> Job:
    """A job whose messages speak that language."""
    depth = 2 if remix else None
    return replace(job(*image_nos, prompt=PROMPT, remix=remix), locale=LOCALE, depth=depth)


def progresses() -> Iterator[LayoutMessage]:
    for progress in (
        Progress(),
        Progress(submitted=True, ends_at=NOW),
        Progress(submitted=True, fraction=0.4, late=True),
        Progress(refused=True),
        Progress(unrecorded=True),
        Progress(stopped=True),
        Progress(position=QueuePosition(3, NOW)),
    ):
        yield progress_page(foreign(), progress)
        away = replace(foreign().destination, bot_is_member=False)
        yield progress_page(replace(foreign(), destination=away), progress)


def results() -> Iterator[LayoutMessage | ClassicMessage]:
    for done in (foreign(0, 1, 2, 3), foreign(0, 2), foreign(1), foreign(0, remix=False)):
        too_large, unavailable = ImageTooLarge(limit_bytes=1), ImageUnavailable()
        without = [ResultImage(image=one, problem=too_large) for one in done.images[:2]]
        without += [ResultImage(image=one, problem=unavailable) for one in done.images[2:]]
        long = [ResultImage(image=image(0, f"https://a.example/{'x' * 2000}"), problem=too_large)]
        for content in CONTENTS:
            for shown in (result_images(done), without, long, [*result_images(done)[1:], *long]):
                yield result_page(done, shown, took_s=130, content=content)
                yield result_page(done, shown, SOURCE, took_s=1, content=content)
                yield plain_result(done, shown, took_s=1, content=content)
                yield found_page(for_locale(LOCALE), done.images, shown, content)


def failures(error: RemixbotError) -> Iterator[LayoutMessage | ClassicMessage]:
    for nothing_charged in (True, False):
        for content in CONTENTS:
            yield failure_page(foreign(), error, nothing_charged=nothing_charged, content=content)
            yield plain_failure(foreign(), error, nothing_charged=nothing_charged, content=content)


def lists(t: Pseudo) -> Iterator[LayoutMessage]:
    jobs = [replace(foreign(0), state=state) for state in JobState if state is not JobState.DRAFT]
    jobs += [replace(one, stopped_at=NOW) for one in jobs]
    jobs += [
        replace(foreign(), state=JobState.FAILED, failure=JobStopped.failure),
        replace(foreign(0), posted=LINK, delivery_problem="1"),
        replace(foreign(0), destination=replace(foreign().destination, private=True)),
    ]
    for content in (EVERYTHING, Content(words=False)):
        for start in range(0, len(jobs), 6):
            page = JobList(jobs=tuple(jobs[start : start + 6]), page=1, more=True)
            yield list_page(t, page, content)
        yield list_page(t, JobList(jobs=(), page=0, more=False), content)
        search = JobSearch(words=("a", "fox"), action=REMIX.key, favorites=True)
        empty = JobList(jobs=(), page=0, more=False, search=search, shortened=True)
        yield list_page(t, empty, content)
        kept = FavoriteList(jobs=(jobs[0], None), page=1, more=True)
        yield found_pages.favorites_page(t, kept, content)
        yield found_pages.favorites_page(t, FavoriteList(jobs=(), page=0, more=False), content)


def details(t: Pseudo) -> Iterator[LayoutMessage]:
    done = replace(
        foreign(0, 1),
        submitted_at=NOW,
        finished_at=NOW + timedelta(minutes=3),
        task_id="1",
        request=replace(foreign().request, callback="https://a.example/"),
    )
    long = replace(done, images=(image(0, f"https://a.example/{'x' * 700}"),))
    children = (foreign(), replace(foreign(), posted=LINK))
    for content in CONTENTS:
        for one in (
            JobDetails(job=done, parent=foreign(0), children=children, origin=LINK),
            JobDetails(job=long, parent=None, children=(), origin=None),
            JobDetails(
                job=replace(done, cost_usd=None, reserved_usd=Decimal(1), multiplier=3),
                parent=None,
                children=(),
                origin=None,
            ),
        ):
            yield pages.details_page(t, one, 42, content)


def archives(t: Pseudo) -> Iterator[LayoutMessage]:
    done = foreign(0, 1, 2)
    too_large = ResultImage(image=done.images[0], problem=ImageTooLarge(limit_bytes=1))
    unavailable = ResultImage(image=done.images[1], problem=ImageUnavailable())
    long = replace(too_large, image=image(0, f"https://a.example/{'x' * 2000}"))
    for content in CONTENTS:
        for left_out in ((), (too_large, unavailable), (long,)):
            for file in (io.BytesIO(b"PK"), None):
                archive = Archive(file=file, left_out=left_out)
                yield found_pages.archive_page(t, done, archive, content)


def families(t: Pseudo) -> Iterator[LayoutMessage]:
    members = (
        Member(job=foreign(0, remix=False), parent=None),
        Member(job=foreign(0), parent=0),
    )
    family = Family(members=members, nearest=(1, 0), more=True)
    for content in CONTENTS:
        for more in (True, False):
            yield found_pages.family_page(t, replace(family, more=more), b"PNG", content)
        alone = Family(members=members[:1], nearest=(0,), more=False)
        yield found_pages.family_page(t, alone, b"PNG", content)
    assert not [one for one in found_pages.family_nodes(t, family, {}) if "⟦" not in one.label]


def answers(t: Pseudo) -> Iterator[LayoutMessage]:
    spent = Spending(jobs=3, usd=Decimal("0.24"))
    today = date(2026, 1, 1)
    parts: dict[tuple[date, str | None], Spending]
    parts = {(today, "imagine"): spent, (today, None): spent}
    used = Usage(today=today, day=spent, parts=parts, by_person=((42, spent),))
    unused = Usage(today=today)
    some = Quota(running=1, jobs_per_day=2, usd_per_day=Decimal(3), usd_per_month=Decimal(4))
    limits = Limits(person=some, everybody=some, remix_within_days=2.5)
    for one in (limits, Limits()):
        yield pages.help_page(t, one)
        yield pages.usage_page(t, used, used, one, charts=(b"mine", b"theirs"))
    yield pages.usage_page(t, unused, None, limits)
    for chosen in (Preferences(), Preferences(raw=True, pings=False)):
        yield settings_page(t, chosen)
    yield pages.delete_page(t, 1)
    yield pages.forget_page(t, 1, 1, 0)
    yield pages.forget_page(t, 1, 2, 1)
    yield pages.forget_page(t, 1, 2, 2, 1)
    yield pages.forget_page(t, 1, 2, 2, 2)
    yield pages.stop_page(t, foreign())
    yield pages.choose_page(t, foreign(0, 1).images, private=True)


async def test_a_jobs_messages_speak_the_language_that_is_kept_with_it() -> None:
    said = [escaped(payload(page), PROMPT) for page in (*progresses(), *results())]
    assert len(said) > 200
    assert [one for one in said if one] == []


@pytest.mark.parametrize("error", ALL, ids=repr)
async def test_every_failure_is_said_in_that_language(error: RemixbotError) -> None:
    assert [one for page in failures(error) for one in escaped(payload(page), PROMPT)] == []
    assert escaped({"content": for_locale(LOCALE).describe(error)}) == []


async def test_what_one_person_alone_sees_is_in_their_language(pseudo: Pseudo) -> None:
    shown = [
        *lists(pseudo),
        *details(pseudo),
        *archives(pseudo),
        *families(pseudo),
        *answers(pseudo),
    ]
    assert [one for page in shown for one in escaped(payload(page), PROMPT, "prompt.txt")] == []
    suggested = [Suggestion(job_id="1", prompt=PROMPT, created_at=NOW)]
    offered = choices(pseudo, suggested, NOW)
    offered += choices(pseudo, suggested, NOW, Content(words=False))
    assert escaped({"choices": [one.to_dict() for one in offered]}, PROMPT) == []


async def test_forms_are_in_the_language_of_who_fills_them_in(pseudo: Pseudo) -> None:
    remix = Request(action=REMIX, source=Source("1", 1), prompt="x" * 8000)
    imagine = Request(action=IMAGINE, callback="https://a.example/")
    for form in (
        PromptForm(pseudo, imagine, private=True),
        PromptForm(pseudo, remix, private=True),
        PromptForm(pseudo, foreign().request, private=True),
        fresh_start(pseudo, SourceTooOld(3, PROMPT, private=False)),
        *(SettingsForm(pseudo, Preferences(version="7"), part) for part in (1, 2)),
    ):
        assert list(words_in(form.to_dict()))
        assert escaped(form.to_dict(), PROMPT, ENGLISH.own_name) == []


@pytest.mark.parametrize("locale", [None, "", "en-GB", "xx", "de"])
def test_without_a_language_of_their_own_people_read_english(locale: str | None) -> None:
    assert for_locale(locale) is ENGLISH


def test_a_kept_job_is_said_so_in_that_language() -> None:
    said = for_locale(LOCALE).what_went_wrong(JobKept(Decimal("0.08")), nothing_charged=False)
    assert escaped({"content": said}) == []
