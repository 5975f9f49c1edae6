"""Numbers, dates, money and lists, as a language writes them."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from decimal import Decimal

_BAR_CELLS = 10


class Formats:
    def relative(self, date: datetime) -> str:
        """A date that Discord shows as "2 minutes ago" and keeps current by itself."""
        return f"<t:{int(date.timestamp())}:R>"

    def moment(self, date: datetime) -> str:
        """A date as Discord writes it in everybody's own time zone."""
        return f"<t:{int(date.timestamp())}:f>"

    def day_name(self, day: date) -> str:
        return f"{day:%a} {day.day} {day:%b}"

    def short_day(self, day: date) -> str:
        return f"{day.day} {day:%b}"

    def age(self, time: timedelta) -> str:
        """How long ago something was, in one unit: where Discord shows no dates."""
        minutes = int(time.total_seconds() // 60)
        if minutes < 1:
            return "just now"
        if minutes < 60:
            return f"{minutes} min ago"
        if minutes < 24 * 60:
            return f"{minutes // 60} h ago"
        return f"{self.days(minutes // (24 * 60))} ago"

    def seconds(self, duration_s: float) -> str:
        whole = round(duration_s)
        return f"{whole} s" if whole < 120 else f"{whole // 60} min {whole % 60} s"

    def days(self, count: float) -> str:
        return "1 day" if count == 1 else f"{count:g} days"

    def jobs_counted(self, jobs: int) -> str:
        return "1 job" if jobs == 1 else f"{jobs:,} jobs"

    def favorites_counted(self, count: int) -> str:
        return "1 favorite" if count == 1 else f"{count:,} favorites"

    def ordinal(self, number: int) -> str:
        """1st, 2nd, 3rd, 4th, 11th, 21st."""
        teens = number % 100 in (11, 12, 13)
        ending = "th" if teens else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
        return f"{number}{ending}"

    def usd(self, amount: Decimal) -> str:
        """Dollars with at least cents, and more places only where they matter: $0.08, $0.0125."""
        exact = f"{amount:,.6f}".rstrip("0")
        whole, _, fraction = exact.partition(".")
        return f"${whole}.{fraction:0<2}"

    def listed(self, words: Iterable[str]) -> str:
        """One, two and three."""
        *first, last = words
        return f"{', '.join(first)} and {last}" if first else last

    def progress_bar(self, fraction: float) -> str:
        """Ten blocks and a percentage; *fraction* from 0.0 to 1.0."""
        full = int(fraction * _BAR_CELLS)
        return f"`{'▰' * full}{'▱' * (_BAR_CELLS - full)}` {int(fraction * 100)}%"

    def share_bar(self, share: float) -> str:
        """A bar as long as this *share* of the longest one, 0.0 to 1.0."""
        cells = max(round(share * _BAR_CELLS), 1 if share > 0 else 0)
        return f"`{'█' * cells}{'░' * (_BAR_CELLS - cells)}`"
