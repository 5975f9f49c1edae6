"""Moments and money keep their meaning on the way through a column."""

from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal

import pytest
from sqlalchemy.dialects import postgresql, sqlite

from bot.store.column_types import UsdAmount, UtcDateTime

SQLITE = sqlite.dialect()
NOON = datetime(2026, 7, 1, 12, 0, 0, 7, tzinfo=UTC)


def test_a_naive_date_is_refused() -> None:
    with pytest.raises(ValueError, match="naive"):
        UtcDateTime().process_bind_param(NOON.replace(tzinfo=None), SQLITE)


@pytest.mark.parametrize("hours", [-11, 0, 2])
def test_a_moment_of_any_zone_becomes_the_same_moment_in_utc(hours: int) -> None:
    elsewhere = NOON.astimezone(timezone(timedelta(hours=hours)))
    bound = UtcDateTime().process_bind_param(elsewhere, SQLITE)
    assert bound is not None
    assert (bound, bound.utcoffset()) == (NOON, timedelta(0))


def test_a_moment_comes_back_in_utc_from_a_database_with_zones_and_from_one_without() -> None:
    column = UtcDateTime()
    without = column.process_result_value(NOON.replace(tzinfo=None), SQLITE)
    zone = timezone(timedelta(hours=5))
    with_zone = column.process_result_value(NOON.astimezone(zone), postgresql.dialect())
    for moment in (without, with_zone):
        assert moment is not None
        assert (moment, moment.tzinfo) == (NOON, UTC)


def test_an_amount_is_kept_in_whole_millionths_and_finer_ones_are_rounded() -> None:
    column = UsdAmount()
    assert column.process_bind_param(Decimal("0.08"), SQLITE) == 80_000
    assert column.process_bind_param(Decimal("1e-7"), SQLITE) == 0
    assert column.process_bind_param(Decimal("0.0000019"), SQLITE) == 2
    assert column.process_result_value(80_000, SQLITE) == Decimal("0.08")


def test_nothing_stays_nothing() -> None:
    for column in (UtcDateTime(), UsdAmount()):
        assert column.process_bind_param(None, SQLITE) is None
        assert column.process_result_value(None, SQLITE) is None
