"""When a job is read again, and what its bar shows meanwhile."""

import math
from itertools import pairwise
from random import Random
from statistics import NormalDist

from hypothesis import example, given
from hypothesis import strategies as st

from bot.jobs.forecast import DurationHistory, Forecast

DAY_S = 24 * 3600.0

durations = st.lists(st.floats(0, DAY_S), max_size=60)
fractions = st.none() | st.floats(-1, 3) | st.sampled_from([0.0, 0.93, 1.0, math.inf])


class Unhurried(Random):
    """Chance that always takes the latest moment."""

    def uniform(self, a: float, b: float) -> float:
        return max(a, b)


def seeded(seed: int) -> Random:
    return Random(seed)  # noqa: S311  # a test that can be repeated


def history(*seconds: float) -> DurationHistory:
    known = DurationHistory()
    for one in seconds:
        known.add(one)
    return known


def usual_jobs(median_s: float) -> DurationHistory:
    """Fifty jobs as the API does them: a log-normal curve around its median."""
    deviations = (NormalDist().inv_cdf((place + 0.5) / 50) for place in range(50))
    return history(*(median_s * math.exp(0.15 * deviation) for deviation in deviations))


def unhurried(known: DurationHistory) -> Forecast:
    return Forecast(known, Unhurried())


# ------------------------------------------------------------------ reading


@given(durations, st.integers())
def test_the_first_read_comes_within_three_seconds_of_the_submit(
    seconds: list[float], seed: int
) -> None:
    assert 1 <= Forecast(history(*seconds), seeded(seed)).next_gap(0.0) <= 3
    assert 1.5 + Forecast(history(*seconds), seeded(seed)).next_gap(1.5) <= 3


@given(durations, st.lists(fractions, max_size=80), st.integers())
def test_gaps_stay_within_their_bounds_whatever_was_and_is_reported(
    seconds: list[float], reports: list[float | None], seed: int
) -> None:
    forecast = Forecast(history(*seconds), seeded(seed))
    waited_s = forecast.next_gap(0.0)
    for fraction in [*reports, *[None] * 20]:
        forecast.add_progress(waited_s, fraction)
        gap_s = forecast.next_gap(waited_s)
        assert 1 <= gap_s <= (8 if waited_s < 120 else 30)
        waited_s += gap_s


@given(durations, fractions, st.floats(120, DAY_S))
def test_however_late_it_is_no_gap_is_longer_than_a_minute(
    seconds: list[float], fraction: float | None, waited_s: float
) -> None:
    forecast = unhurried(history(*seconds))
    forecast.add_progress(waited_s, fraction)
    assert 1 <= forecast.next_gap(waited_s) <= (30 if waited_s < 3600 else 60)


def test_reads_are_dense_around_the_likely_end() -> None:
    forecast = unhurried(usual_jobs(60))
    assert forecast.next_gap(20) == 8
    assert forecast.next_gap(60) < 2
    assert forecast.next_gap(110) > 4


def test_past_the_likely_end_the_gaps_only_grow_up_to_a_minute() -> None:
    forecast = unhurried(usual_jobs(40))
    gaps = [forecast.next_gap(float(waited_s)) for waited_s in range(90, 24 * 3600, 60)]
    assert gaps == sorted(gaps)
    assert gaps[0] < 8
    assert gaps[-1] == 60


def test_a_job_whose_progress_is_stuck_is_read_ever_less() -> None:
    forecast = unhurried(usual_jobs(40))
    waited_s, gaps = 2.0, list[float]()
    while waited_s < 3600:
        forecast.add_progress(waited_s, min(waited_s / 40, 0.93))
        gaps.append(forecast.next_gap(waited_s))
        waited_s += gaps[-1]
    late = gaps[-40:]
    assert late == sorted(late)
    assert late[-1] > 15


def test_jobs_of_one_moment_are_not_read_in_one_moment() -> None:
    known = usual_jobs(60)
    first_reads = {Forecast(known, seeded(seed)).next_gap(0.0) for seed in range(20)}
    later_gaps = {Forecast(known, seeded(seed)).next_gap(10.0) for seed in range(20)}
    assert len(first_reads) == len(later_gaps) == 20


# ------------------------------------------------------------------ the expected end


def test_nothing_is_promised_of_a_model_that_nobody_has_seen_at_work() -> None:
    forecast = unhurried(history())
    forecast.add_progress(10, None)
    assert forecast.expected_s(10) is None
    assert forecast.shown_fraction(10) is None


def test_with_a_history_the_end_is_expected_from_the_start() -> None:
    expected_s = unhurried(usual_jobs(70)).expected_s(0)
    assert expected_s is not None
    assert 66 < expected_s < 74


@given(durations, st.lists(fractions, max_size=30))
def test_the_expected_end_is_never_in_the_past(
    seconds: list[float], reports: list[float | None]
) -> None:
    forecast = unhurried(history(*seconds))
    for waited_s, fraction in enumerate(reports, start=2):
        forecast.add_progress(waited_s, fraction)
        expected_s = forecast.expected_s(waited_s)
        assert expected_s is None or expected_s > waited_s


def test_of_an_overdue_job_no_end_is_told_any_more() -> None:
    forecast = unhurried(usual_jobs(40))
    assert forecast.expected_s(45) is not None
    assert forecast.expected_s(80) is None


def test_reports_correct_the_history() -> None:
    forecast = unhurried(usual_jobs(40))
    for waited_s in range(3, 51, 3):
        forecast.add_progress(waited_s, waited_s / 100)
    expected_s = forecast.expected_s(50)
    assert expected_s is not None
    assert 90 < expected_s < 105


def test_after_minutes_in_a_queue_the_reports_still_lead_to_the_end() -> None:
    forecast = unhurried(usual_jobs(40))
    for waited_s in range(2, 300, 10):
        forecast.add_progress(waited_s, 0.0)
    for waited_s in range(302, 322, 4):
        forecast.add_progress(waited_s, (waited_s - 300) / 40)
    expected_s = forecast.expected_s(322)
    assert expected_s is not None
    assert 336 < expected_s < 344
    assert forecast.next_gap(338) < 2


# ------------------------------------------------------------------ the bar


@example([60.0] * 20, [(0.0, 5e-324, None)])  # divided by anything that is nothing
@given(durations, st.lists(st.tuples(st.floats(0, 30), st.floats(0, 30), fractions), max_size=40))
def test_the_bar_never_goes_back_and_never_past_95_per_cent(
    seconds: list[float], reads: list[tuple[float, float, float | None]]
) -> None:
    forecast = unhurried(history(*seconds))
    waited_s, shown = 0.0, [forecast.shown_fraction(0.0)]
    for until_read_s, until_look_s, fraction in reads:
        waited_s += until_read_s
        forecast.add_progress(waited_s, fraction)
        shown.append(forecast.shown_fraction(waited_s))
        waited_s += until_look_s
        shown.append(forecast.shown_fraction(waited_s))
    for before, after in pairwise(shown):
        assert before is None or (after is not None and before <= after)
    assert all(0 <= one <= 0.95 for one in shown if one is not None)


def test_the_bar_moves_between_reads() -> None:
    forecast = unhurried(usual_jobs(60))
    forecast.add_progress(10, 0.2)
    shown = [forecast.shown_fraction(waited_s) or 0 for waited_s in range(10, 18)]
    assert shown == sorted(set(shown))
    assert shown[0] == 0.2
    assert 0.29 < shown[-1] < 0.33


def test_without_any_report_the_bar_follows_the_history() -> None:
    forecast = unhurried(usual_jobs(60))
    assert forecast.shown_fraction(0) == 0
    halfway = forecast.shown_fraction(30)
    assert halfway is not None
    assert 0.45 < halfway < 0.55


def test_what_the_api_reports_wins_where_it_is_higher() -> None:
    forecast = unhurried(usual_jobs(60))
    before = forecast.shown_fraction(6) or 0
    forecast.add_progress(6, 0.7)
    assert before < 0.2
    assert forecast.shown_fraction(6) == 0.7


def test_without_history_the_bar_shows_what_is_reported() -> None:
    forecast = unhurried(history())
    forecast.add_progress(3, 0.1)
    assert forecast.shown_fraction(3) == 0.1


def test_a_job_that_stands_in_a_queue_does_not_seem_to_run() -> None:
    forecast = unhurried(usual_jobs(40))
    for waited_s in range(2, 300, 6):
        forecast.add_progress(waited_s, 0.0)
        shown = forecast.shown_fraction(waited_s + 6)
        assert shown is not None
        assert shown < 0.2


# ------------------------------------------------------------------ the history


def test_the_history_outweighs_what_vendors_say() -> None:
    assert 76 < usual_jobs(80).likely.median_s < 84
    assert 0.1 < usual_jobs(80).likely.spread < 0.2


def test_a_few_jobs_that_queued_for_minutes_change_little() -> None:
    disturbed = history(*[40.0, 38.0, 42.0, 41.0, 39.0, 44.0, 36.0] * 5, *[900.0] * 5)
    assert 38 < disturbed.likely.median_s < 43
    assert disturbed.likely.spread < 0.2


def test_what_is_long_ago_is_forgotten() -> None:
    assert history(*[300.0] * 500, *[40.0] * 50).likely == history(*[40.0] * 50).likely


@given(durations)
def test_any_durations_make_a_usable_history(seconds: list[float]) -> None:
    likely = history(*seconds).likely
    assert 1 <= likely.median_s <= DAY_S
    assert 0 < likely.spread < math.inf


def test_a_job_under_way_keeps_the_forecast_it_started_with() -> None:
    known = usual_jobs(60)
    forecast = unhurried(known)
    before = forecast.expected_s(10)
    for _ in range(50):
        known.add(200.0)
    assert forecast.expected_s(10) == before
