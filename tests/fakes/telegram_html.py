"""Telegram's HTML: what a person sees of it, and what the server refuses.

Follows TDLib's `parse_html` (tags, nesting, messages with byte offsets) and the Bot API page's rule that
`<`, `>` and `&` outside tags are escaped.
"""

import html
import re
from dataclasses import dataclass

from tests.fakes.double import RefusedError

CANONICAL = {
    "b": "bold", "strong": "bold", "i": "italic", "em": "italic", "u": "underline", "ins": "underline",
    "s": "strike", "strike": "strike", "del": "strike", "span": "spoiler", "tg-spoiler": "spoiler",
    "a": "link", "code": "code", "pre": "pre", "blockquote": "quote", "tg-emoji": "emoji", "tg-time": "time",
}  # fmt: skip
TOKEN = re.compile(
    r"""<(?P<end>/?)(?P<name>[a-zA-Z][a-zA-Z0-9-]*)
         (?P<attributes>(?:\s+[\w-]+(?:\s*=\s*(?:"[^"]*"|'[^']*'|[^\s>"']+))?)*)\s*>
       |(?P<entity>&(?:\#\d+|\#[xX][0-9a-fA-F]+|lt|gt|amp|quot);)
       |(?P<stray>[<>&])""",
    re.VERBOSE,
)
ATTRIBUTE = re.compile(r"""([\w-]+)(?:\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s>"']+)))?""")


@dataclass(frozen=True)
class Displayed:
    """Text on the screen, and its styles as (style, start, end, detail)."""

    text: str
    styles: tuple[tuple[str, int, int, str], ...] = ()


@dataclass(frozen=True)
class _Open:
    name: str
    start: int
    detail: str


def displayed(source: str, *, escapes_demanded: bool) -> Displayed:
    """Resolve the tags, or refuse with 400 "can't parse entities: …"."""
    text = ""
    styles: list[tuple[str, int, int, str]] = []
    open_tags: list[_Open] = []
    position = 0
    for token in TOKEN.finditer(source):
        text += source[position : token.start()]
        position = token.end()
        offset = len(source[: token.start()].encode())
        if token["entity"]:
            text += html.unescape(token["entity"])
        elif token["stray"]:
            text += _stray(token["stray"], source[token.start() :], offset, escapes_demanded)
        elif token["end"]:
            opened = _close(open_tags, token["name"].lower(), offset)
            styles.append((CANONICAL[opened.name], opened.start, len(text), opened.detail))
        else:
            detail = _allowed(token["name"].lower(), token["attributes"], offset)
            open_tags.append(_Open(token["name"].lower(), len(text), detail))
    if open_tags:
        raise _unparsable(f'Can\'t find end tag corresponding to start tag "{open_tags[-1].name}"')
    return Displayed((text + source[position:]).strip(), tuple(sorted(styles)))


def _stray(character: str, rest: str, offset: int, escapes_demanded: bool) -> str:
    if character == "<":
        name = re.match(r"</?([^\s>]*)", rest)
        kind = "end" if rest.startswith("</") else "start"
        if ">" not in rest:
            raise _unparsable(f"Unclosed {kind} tag at byte offset {offset}")
        raise _unparsable(f'Unsupported {kind} tag "{name[1] if name else ""}" at byte offset {offset}')
    if escapes_demanded:
        raise _unparsable(f'Unescaped "{character}" at byte offset {offset}')
    return character


def _allowed(name: str, source: str, offset: int) -> str:
    if name not in CANONICAL:
        raise _unparsable(f'Unsupported start tag "{name}" at byte offset {offset}')
    attributes = {
        match[1].lower(): html.unescape(match[2] or match[3] or match[4] or "") for match in ATTRIBUTE.finditer(source)
    }
    if name == "span" and attributes.get("class") != "tg-spoiler":
        raise _unparsable(f'Tag "span" must have class "tg-spoiler" at byte offset {offset}')
    if name == "tg-emoji" and not attributes.get("emoji-id", "").isdigit():
        raise _unparsable(f"Invalid custom emoji identifier specified at byte offset {offset}")
    return attributes.get("href", "")


def _close(open_tags: list[_Open], name: str, offset: int) -> _Open:
    if not open_tags:
        raise _unparsable(f'Unexpected end tag at byte offset {offset}: "{name}"')
    opened = open_tags.pop()
    if opened.name != name:
        raise _unparsable(f'Unmatched end tag at byte offset {offset}, expected "</{opened.name}>", found "</{name}>"')
    return opened


def _unparsable(reason: str) -> RefusedError:
    return RefusedError(400, f"Bad Request: can't parse entities: {reason}")
