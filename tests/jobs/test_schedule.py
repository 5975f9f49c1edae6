"""When the API is asked again."""

from bot.errors import ApiBusy, ApiKeyRefused, ApiUnavailable
from bot.jobs.schedule import gap_after, next_gap


def test_the_first_read_comes_soon_and_the_gaps_only_grow() -> None:
    assert 0 < next_gap(0) <= 3
    gaps = [next_gap(second) for second in range(2, 24 * 3600)]
    assert gaps == sorted(gaps)
    assert max(gaps[:118]) <= 8, "people watch the first two minutes"
    assert gaps[-1] <= 30


def test_a_typical_job_costs_few_reads() -> None:
    waited_s, reads = 0.0, 0
    while waited_s < 41:
        waited_s += next_gap(waited_s)
        reads += 1
    assert reads <= 15


def test_a_busy_api_is_left_alone_as_long_as_it_asks() -> None:
    assert gap_after(ApiBusy(retry_after_s=45), 10) == 45
    assert gap_after(ApiBusy(retry_after_s=0), 10) == next_gap(10)
    assert gap_after(ApiBusy(retry_after_s=None), 10) == next_gap(10)


def test_a_refused_key_is_not_hammered() -> None:
    assert gap_after(ApiKeyRefused(), 10) >= 60
    assert gap_after(ApiUnavailable(), 10) == next_gap(10)
