"""Cut a reply that is too long for its channel into several, at the ends of paragraphs where possible."""

from __future__ import annotations

from bot.messages import Reply


def split(reply: Reply, limit: int, frame: int) -> list[Reply]:
    """Parts that fit `limit`: heading on the first, source, footnote, choices and photos on the last.

    `frame` is the number of characters that everything but the text takes.
    """
    texts = _cut(reply.text, max(200, limit - frame))
    if len(texts) <= 1:
        return [reply.model_copy(update={"text": "".join(texts)})]
    first = reply.model_copy(update={"text": texts[0], "source": None, "footnote": "", "choices": (), "photos": ()})
    middle = [Reply(text=text, lasting=reply.lasting) for text in texts[1:-1]]
    last = reply.model_copy(update={"text": texts[-1], "heading": "", "in_place": False})
    return [first, *middle, last]


def _cut(text: str, limit: int) -> list[str]:
    parts = []
    while len(text) > limit:
        end = _end(text, limit)
        parts.append(text[:end].rstrip())
        text = text[end:].lstrip()
    return [*parts, text] if text else parts


def _end(text: str, limit: int) -> int:
    """Where the first part ends: after a paragraph, a line, a sentence, a word, or in the middle of one."""
    for mark in ("\n\n", "\n", ". ", " "):
        place = text.rfind(mark, limit // 3, limit)
        if place > 0:
            return place + (1 if mark == ". " else 0)
    return limit
