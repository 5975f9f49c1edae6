"""Column types that mean the same on every database: moments and money.

They know nothing of the tables that use them.
"""

from datetime import UTC, datetime
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Any

from sqlalchemy import BigInteger, DateTime
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator

_MILLIONTH = Decimal("0.000001")


class UtcDateTime(TypeDecorator[datetime]):
    """A moment: aware going in, aware and in UTC coming out.

    SQLite keeps no time zones, so everything is turned to UTC first. A naive date raises
    `ValueError`.
    """

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.utcoffset() is None:
            raise ValueError("a naive date names no moment")
        return value.astimezone(UTC)

    def process_result_value(self, value: Any | None, dialect: Dialect) -> datetime | None:
        if not isinstance(value, datetime):
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def in_millionths(usd: Decimal) -> Decimal:
    """An amount in USD as a column keeps it."""
    return usd.quantize(_MILLIONTH, rounding=ROUND_HALF_EVEN)


class UsdAmount(TypeDecorator[Decimal]):
    """An amount in USD, kept exactly as whole millionths; finer amounts are rounded."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: Decimal | None, dialect: Dialect) -> int | None:
        if value is None:
            return None
        return int(in_millionths(value).scaleb(6))

    def process_result_value(self, value: Any | None, dialect: Dialect) -> Decimal | None:
        return None if value is None else Decimal(value) / 1_000_000
