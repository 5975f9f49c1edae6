"""A family tree as it is drawn: everything in a place of its own, below what it was made from."""

import io
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from bot.errors import Rejected
from bot.pictures.tree import (
    EMPTY,
    MARKED,
    SIDE_MAX,
    TreeNode,
    arrange,
    draw_tree,
    read_thumbnail,
)

PARENTS = st.integers(1, 40).flatmap(
    lambda count: st.tuples(st.none(), *(st.integers(0, node - 1) for node in range(1, count)))
)


@given(PARENTS)
def test_no_two_stand_in_one_place_and_all_below_what_they_were_made_from(
    parents: tuple[int | None, ...],
) -> None:
    places = arrange(parents)
    assert len(set(places)) == len(places)
    for (column, row), parent in zip(places, parents, strict=True):
        assert column >= 0
        assert parent is None or row > places[parent][1]
    for row in {row for _, row in places}:
        columns = sorted(column for column, of in places if of == row)
        assert all(after - before >= 1 for before, after in pairwise(columns)), "they would overlap"


def pixels(nodes: list[TreeNode]) -> Image.Image:
    return Image.open(io.BytesIO(draw_tree(nodes))).convert("RGB")


@pytest.mark.parametrize("parents", [[0] * 39, list(range(39)), [node // 2 for node in range(39)]])
def test_the_largest_trees_have_a_size_that_people_can_look_at(parents: list[int]) -> None:
    nodes = [TreeNode(parent=None, label="Imagine")]
    nodes += [TreeNode(parent=parent, label="a long name " * 9) for parent in parents]
    drawn = pixels(nodes)
    assert max(drawn.size) < 8000
    assert drawn.width * drawn.height < 16_000_000


def test_the_marked_one_has_a_frame_and_what_has_no_image_is_gray() -> None:
    thumbnail = Image.new("RGB", (SIDE_MAX, SIDE_MAX), (1, 2, 3))
    drawn = pixels(
        [
            TreeNode(parent=None, label="Imagine", marked=True),
            TreeNode(parent=0, label="Remix 1", thumbnail=thumbnail),
        ]
    )
    colors = {color for _, color in drawn.getcolors(1_000_000) or ()}
    assert {EMPTY, MARKED, (1, 2, 3)} <= colors


@pytest.mark.parametrize("mode", ["RGB", "RGBA", "P", "L"])
def test_a_thumbnail_is_a_square_of_any_image(mode: str) -> None:
    content = io.BytesIO()
    Image.new(mode, (900, 40)).save(content, "PNG")
    thumbnail = read_thumbnail(content.getvalue())
    assert (thumbnail.mode, thumbnail.size) == ("RGB", (SIDE_MAX, SIDE_MAX))


def test_what_is_no_image_has_no_thumbnail() -> None:
    with pytest.raises(Rejected, match="IMAGE_UNREADABLE"):
        read_thumbnail(b"\x89PNG\r\n\x1a\nnothing")
