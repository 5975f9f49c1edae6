"""A small reference of Discord's Markdown: what people see of a text that a bot sends.

Written after what is known of Discord's own rules: its help page, and the parsers that rebuild its
client rule by rule (simple-markdown, discord-markdown-parser, dismark). Where those differ the
broader rule stands here, so that whatever one of them takes for markup is markup. Rules are tried
in order at every position; a text node goes on from there.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

# JavaScript's white space, which is not Python's
S = r"\t-\r \xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000\ufeff"
URL = rf"https?://[^{S}<]+[^{S}<.,:;\"')\]]"


@dataclass(frozen=True, slots=True)
class Node:
    """A piece of what is seen."""

    kind: str
    """``text``, ``url``, or the name of the markup."""
    shown: str = ""
    inside: "tuple[Node, ...]" = ()

    @property
    def text(self) -> str:
        """What can be read of it."""
        return self.shown + "".join(node.text for node in self.inside)


@dataclass(frozen=True, slots=True)
class _State:
    line_start: bool = True
    in_quote: bool = False
    in_link: bool = False


@dataclass(frozen=True, slots=True)
class _Rule:
    kind: str
    pattern: re.Pattern[str]
    content: Callable[[re.Match[str]], str | None] = field(default=lambda _: None)
    """The markup in which there may be more; ``None`` where it is shown as it is."""
    only: Callable[[_State], bool] = field(default=lambda _: True)
    """Where it is tried."""
    shown: Callable[[re.Match[str]], str] = field(default=lambda match: match[0])


def _always(_: _State) -> bool:
    return True


def _rule(
    kind: str, pattern: str, group: int | None = None, only: Callable[[_State], bool] = _always
) -> _Rule:
    """Markup whose content is the first group that matched; *group* ``None``: shown as it is."""

    def content(match: re.Match[str]) -> str | None:
        return None if group is None else next(filter(None, match.groups()), "")

    return _Rule(kind, re.compile(pattern, re.DOTALL), content, only)


def _starts_line(state: _State) -> bool:
    return state.line_start and not state.in_link


_LINK = (
    r"\[((?:\[[^\]]*\]|[^\[\]]|\](?=[^\[]*\]))*)\]"
    rf"\([{S}]*<?((?:\([^)]*\)|[^{S}\\]|\\.)*?)>?(?:[{S}]+['\"].*?['\"])?[{S}]*\)"
)

RULES: Sequence[_Rule] = (
    _rule(
        "quote",
        r" *>>> ?(.+)|(?: *>(?!>>) [^\n]*(?:\n *> [^\n]*)*\n?)",
        1,
        only=lambda state: _starts_line(state) and not state.in_quote,
    ),
    _rule("code block", r"```(.*?[^\n].*?)```"),
    _rule("subtext", rf" *-#[{S}]+([^\n]+\n?)", 1, only=_starts_line),
    _rule("heading", rf"[{S}]*#{{1,3}}[{S}]+([^\n]+\n?)", 1, only=_starts_line),
    _rule("list", rf"[ \t]*(?:[-+*]|[0-9]+\.)[{S}]+([^\n]+\n?)", 1, only=_starts_line),
    _Rule("text", re.compile(r"\\([^0-9A-Za-z\s])"), shown=lambda match: match[1]),
    _rule("angle link", rf"<([^: >]+:/[^{S}>]+|[^ >]+@[^ >]+|\+?[0-9][0-9 -]+)>"),
    _Rule("url", re.compile(URL)),
    _rule("masked link", _LINK, 1, only=lambda state: not state.in_link),
    _rule("bold", r"\*\*((?:\\.|[^\\])+?)\*\*(?!\*)", 1),
    _rule("underline", r"__((?:\\.|[^\\])+?)__(?!_)", 1),
    _rule(
        "italics",
        r"_((?:__|\\.|[^\\_])+?)_(?![0-9A-Za-z_])|\*(?=\S)((?:\*\*|\\.|\s+(?:\\.|[^\s*\\]|\*\*)|"
        r"[^\s*\\])+?)\*(?!\*)",
        1,
    ),
    _rule("strikethrough", r"~~(.+?)~~", 1),
    _rule("spoiler", r"\|\|(.+?)\|\|", 1),
    _rule("code", r"(`+)(.*?[^`])\1(?!`)"),
    _rule("mention", r"<(?:@[!&]?|#)[0-9]+>|@(?:everyone|here)"),
    _rule("custom emoji", r"<a?:\w{1,32}:[0-9]+>"),
    _rule("timestamp", r"<t:-?[0-9]+(?::[tTdDfFRsS])?>"),
    _rule("command", r"</[^>\n]{1,100}:[0-9]+>"),
    _rule("navigation", r"<(?:id:[a-z-]+|[0-9]+:(?:customize|browse|guide|linked-roles))[^>]*>"),
    # none is called like the beginning of an address
    _rule("emoji", r":[a-z0-9_+-]+(?<!http)(?<!https)(?:::skin-tone-[0-9])?:"),
    _Rule("text", re.compile(r"¯\\_\(ツ\)_/¯")),
)
_TEXT = re.compile(r".+?(?=[^0-9A-Za-z\s]|\n|[0-9A-Za-z_]+:\S|$)\n?", re.DOTALL)


def render(text: str) -> tuple[Node, ...]:
    """What is seen of *text*: neighbouring letters are one node."""
    return _render(text, _State())


def _render(text: str, state: _State) -> tuple[Node, ...]:
    nodes: list[Node] = []
    at = 0
    while at < len(text):
        node, end = _next(text, at, state)
        if node.kind == "text" and nodes and nodes[-1].kind == "text":
            node = Node("text", nodes.pop().shown + node.shown)
        nodes.append(node)
        state = replace(state, line_start=text[end - 1] == "\n")
        at = end
    return tuple(nodes)


def _next(text: str, at: int, state: _State) -> tuple[Node, int]:
    for rule in RULES:
        match = rule.pattern.match(text, at) if rule.only(state) else None
        if match is None:
            continue
        if rule.kind == "quote":
            return _quote(match, state), match.end()
        content = rule.content(match)
        if content is None:
            return Node(rule.kind, rule.shown(match)), match.end()
        within = replace(state, in_link=state.in_link or rule.kind == "masked link")
        return Node(rule.kind, inside=_render(content, within)), match.end()
    match = _TEXT.match(text, at)
    assert match is not None
    return Node("text", match[0]), match.end()


def _quote(match: re.Match[str], state: _State) -> Node:
    content = match[1] or re.sub(r"(?m)^ *> ?", "", match[0])
    return Node("quote", inside=_render(content, replace(state, in_quote=True, line_start=True)))


def kinds(nodes: Sequence[Node]) -> set[str]:
    """The names of all markup in *nodes*, at any depth."""
    return {node.kind for node in nodes}.union(*(kinds(node.inside) for node in nodes))


def seen(nodes: Sequence[Node]) -> str:
    """All that can be read in *nodes*."""
    return "".join(node.text for node in nodes)
