"""The documents say what is there: links lead somewhere, quotes are said, lists are whole."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
FOLDERS = ("bot", "cogs", "sandbox", "tests", "benchmarks", "docs")
DOCUMENTS = sorted(
    file.relative_to(ROOT).as_posix()
    for pattern in ("*.md", *(f"{folder}/**/*.md" for folder in FOLDERS))
    for file in ROOT.glob(pattern)
)
DECISIONS = sorted((ROOT / "docs" / "decisions").glob("[0-9]*.md"))
CONTRIBUTING_ROWS_MAX = 12
"""A table that needs more is about files whose names do not say enough."""
README_WORDS_MAX = 1400
"""A newcomer reads it in five minutes; what takes longer has a page in `docs/`."""

LINK = re.compile(r"\]\((?!https?://)([^)#\s]*)(?:#([^)\s]+))?\)")
PLACE = re.compile(rf"`((?:{'|'.join(FOLDERS)})/[\w./-]*)`")
QUOTE = re.compile(r"\*\*(.+?)\*\*", re.DOTALL)


def read(document: str) -> str:
    return (ROOT / document).read_text(encoding="utf-8")


def anchors(document: Path) -> set[str]:
    """What GitHub calls the headings of *document*."""
    headings = re.findall(r"^#+ (.+)$", document.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def test_the_readme_is_short() -> None:
    assert len(read("README.md").split()) <= README_WORDS_MAX


@pytest.mark.parametrize("document", DOCUMENTS)
def test_links_and_places_lead_somewhere(document: str) -> None:
    text = read(document)
    for path, anchor in LINK.findall(text):
        target = ((ROOT / document).parent / path) if path else ROOT / document
        assert target.exists(), f"{document} links to {path}"
        assert not anchor or anchor in anchors(target), f"{document} links to {path}#{anchor}"
    for place in PLACE.findall(text):
        assert (ROOT / place).exists(), f"{document} names {place}"


def said_by_the_bot() -> str:
    """Every text in the code of the bot; what is put into one is left out."""
    return "\n".join(
        node.value
        for file in (*ROOT.glob("bot/**/*.py"), *ROOT.glob("cogs/**/*.py"))
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    )


def test_trouble_is_quoted_as_the_bot_says_it() -> None:
    said = said_by_the_bot()
    titles = " ".join(QUOTE.findall(read("docs/troubleshooting.md")))
    quotes = re.findall(r'"([^"]+)"', " ".join(titles.split()))
    assert len(quotes) > 20
    for quote in set(quotes) - {"The application did not respond"}:  # Discord's own words
        for part in filter(None, re.split(r"[…()]", quote)):
            assert part.strip() in said, f"docs/troubleshooting.md quotes {quote!r}"


def test_decisions_have_numbers_without_holes_and_are_listed() -> None:
    index = re.findall(
        r"^- \[(\d{4}: .+)\]\((.+?)\)", read("docs/decisions/README.md"), re.MULTILINE
    )
    titles = [file.read_text(encoding="utf-8").splitlines()[0] for file in DECISIONS]
    assert index == [
        (title.removeprefix("# "), file.name) for title, file in zip(titles, DECISIONS, strict=True)
    ]
    assert [int(title[2:6]) for title in titles] == list(range(1, len(titles) + 1))


def test_a_change_finds_its_place_in_twelve_rows() -> None:
    _, _, table = read("CONTRIBUTING.md").partition(
        "| You want to change … | Look in |\n|---|---|\n"
    )
    rows = table.partition("\n\n")[0].splitlines()
    assert 0 < len(rows) <= CONTRIBUTING_ROWS_MAX
