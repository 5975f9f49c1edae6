"""What of a scene is seen: a rectangle in the scene's own measures.

A scene has no edges. Its first view is `SIDE` wide and high; an image that was zoomed out or panned
sees more of the same scene.
"""

from dataclasses import dataclass, replace
from enum import Enum

SIDE = 1024
"""Width and height of what an image shows that was made from a prompt."""

_LONGEST = 3
"""How many times as long as its short side a view can be: then a pan only moves it."""


class Direction(Enum):
    """Where a pan goes; y grows downwards."""

    DOWN = (0, 1)
    RIGHT = (1, 0)
    UP = (0, -1)
    LEFT = (-1, 0)


@dataclass(frozen=True, slots=True)
class View:
    """A rectangle; x grows to the right, y downwards, from the first view's upper left corner."""

    left: float = 0.0
    top: float = 0.0
    width: float = SIDE
    height: float = SIDE

    @property
    def right(self) -> float:
        return self.left + self.width

    @property
    def bottom(self) -> float:
        return self.top + self.height

    def zoomed_out(self, scale: float) -> "View":
        """The same in the middle of a view that is *scale* times as wide and high."""
        width, height = self.width * scale, self.height * scale
        return View(
            self.left - (width - self.width) / 2,
            self.top - (height - self.height) / 2,
            width,
            height,
        )

    def panned(self, direction: Direction, scale: float) -> "View":
        """*scale* times as long in that direction, or as long as a view can be, and moved there."""
        x, y = direction.value
        wide = View(
            self.left - (x < 0) * self.width * (scale - 1),
            self.top - (y < 0) * self.height * (scale - 1),
            self.width * (scale if x else 1),
            self.height * (scale if y else 1),
        )
        most_wide, most_high = self.height * _LONGEST, self.width * _LONGEST
        if x > 0 and wide.width > most_wide:
            return replace(wide, left=wide.right - most_wide, width=most_wide)
        if x < 0:
            return replace(wide, width=min(wide.width, most_wide))
        if y > 0 and wide.height > most_high:
            return replace(wide, top=wide.bottom - most_high, height=most_high)
        return replace(wide, height=min(wide.height, most_high)) if y < 0 else wide

    def part(self, left: float, top: float, right: float, bottom: float) -> "View":
        """A part of it, in shares of its width and height."""
        return View(
            self.left + left * self.width,
            self.top + top * self.height,
            (right - left) * self.width,
            (bottom - top) * self.height,
        )


FIRST_VIEW = View()
"""What an image shows that was made from a prompt."""
