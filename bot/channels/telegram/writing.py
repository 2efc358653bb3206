"""From a reply to Telegram's HTML and inline keyboard."""

from __future__ import annotations

from html import escape

from telegram import InlineKeyboardButton, InlineKeyboardMarkup

from bot.messages import Choice, Reply

_SHORT = 17  # characters; two such buttons fit beside each other on a small phone
_MOST_BUTTONS = 100  # of one keyboard (Bot API)


def html(reply: Reply) -> str:
    """The text, heading in bold, source as a link."""
    parts = [f"<b>{escape(reply.heading)}</b>"] if reply.heading else []
    parts.append(escape(reply.text))
    small = []
    if reply.source:
        label = escape(reply.source.label)
        small.append(
            f'Nguồn: <a href="{escape(reply.source.url)}">{label}</a>' if reply.source.url else f"Nguồn: {label}"
        )
    if reply.footnote:
        small.append(escape(reply.footnote))
    if small:
        parts.append("<i>" + "\n".join(small) + "</i>")
    return "\n\n".join(parts)


def keyboard(choices: tuple[Choice, ...]) -> InlineKeyboardMarkup | None:
    """One button a row, two where both are short."""
    rows: list[list[InlineKeyboardButton]] = []
    for choice in choices[:_MOST_BUTTONS]:
        button = InlineKeyboardButton(choice.label, callback_data=choice.payload)
        beside = rows[-1] if rows and len(rows[-1]) == 1 and len(rows[-1][0].text) <= _SHORT else None
        if beside is not None and len(choice.label) <= _SHORT:
            beside.append(button)
        else:
            rows.append([button])
    return InlineKeyboardMarkup(rows) if rows else None
