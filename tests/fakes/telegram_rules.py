"""What Telegram accepts: texts, keyboards, commands, webhooks, and how fast (facts D.4, E.1)."""

import json
import re
from collections import deque
from dataclasses import dataclass
from typing import Any, Literal
from urllib.parse import urlsplit

from tests.fakes.double import Json, RefusedError
from tests.fakes.telegram_html import Displayed, displayed

TEXT_MAX = 4096
CAPTION_MAX = 1024
CALLBACK_DATA_BYTES = 64
KEYBOARD_BUTTONS = 100
KEYBOARD_ROW = 8
CALLBACK_ANSWER_MAX = 200
COMMANDS_MAX = 100
PHOTO_MAX = 10 * 1024 * 1024
DOWNLOAD_MAX = 20 * 1024 * 1024
WEBHOOK_PORTS = {None, 443, 80, 88, 8443}
LOOPBACK = {"127.0.0.1", "localhost", "::1"}
CHAT_ACTIONS = {
    "typing", "upload_photo", "record_video", "upload_video", "record_voice", "upload_voice",
    "upload_document", "choose_sticker", "find_location", "record_video_note", "upload_video_note",
}  # fmt: skip
INLINE_ACTIONS = {
    "callback_data", "url", "web_app", "login_url", "switch_inline_query", "copy_text", "pay",
    "switch_inline_query_current_chat", "switch_inline_query_chosen_chat", "callback_game",
}  # fmt: skip

Fields = dict[str, str]


def bad(reason: str, **extra: Any) -> RefusedError:
    """A 400 in Telegram's words."""
    return RefusedError(400, f"Bad Request: {reason}", **extra)


@dataclass(frozen=True)
class Button:
    """A button as shown; only `data` makes an inline button send anything back."""

    text: str
    data: str | None = None
    url: str | None = None


@dataclass(frozen=True)
class Markup:
    """A message's reply_markup, read and checked."""

    kind: Literal["inline", "keyboard", "remove", "force"]
    rows: tuple[tuple[Button, ...], ...]
    raw: Json

    @property
    def buttons(self) -> list[Button]:
        """All buttons, row after row."""
        return [button for row in self.rows for button in row]


def read_text(source: str, parse_mode: str, limit: int, *, escapes_demanded: bool) -> Displayed:
    """The text as shown; the limit counts what is left after entity parsing. Only HTML is known here."""
    if parse_mode not in ("", "HTML"):
        raise bad("unsupported parse_mode")
    as_html = parse_mode == "HTML"
    shown = displayed(source, escapes_demanded=escapes_demanded) if as_html else Displayed(source.strip())
    if len(shown.text) > limit:
        raise bad("message is too long" if limit == TEXT_MAX else "message caption is too long")
    return shown


def read_json(fields: Fields, name: str, expected: type[Any]) -> Any:
    """A nested parameter: Telegram's forms carry objects as JSON strings. Absent gives None."""
    source = fields.get(name)
    if source is None:
        return None
    try:
        value = json.loads(source)
    except ValueError:
        raise bad(f"can't parse {name} JSON object") from None
    if not isinstance(value, expected):
        raise bad(f"can't parse {name} JSON object: {expected.__name__} expected")
    return value


def read_markup(fields: Fields) -> Markup | None:
    """The checked reply_markup, or None when there is none."""
    raw = read_json(fields, "reply_markup", dict)
    if not raw:
        return None
    if "inline_keyboard" in raw:
        return Markup("inline", _rows(raw["inline_keyboard"], _inline_button), raw)
    if "keyboard" in raw:
        return Markup("keyboard", _rows(raw["keyboard"], _keyboard_button), raw)
    if raw.get("remove_keyboard"):
        return Markup("remove", (), raw)
    if raw.get("force_reply"):
        return Markup("force", (), raw)
    raise bad("can't parse reply keyboard markup JSON object")


def _rows(raw: Any, read: Any) -> tuple[tuple[Button, ...], ...]:
    if not isinstance(raw, list) or not all(isinstance(row, list) for row in raw):
        raise bad("field of the keyboard must be an Array of Arrays of buttons")
    rows = tuple(tuple(read(button) for button in row) for row in raw)
    if any(len(row) > KEYBOARD_ROW for row in rows):
        raise bad(f"a keyboard row has at most {KEYBOARD_ROW} buttons")
    if sum(map(len, rows)) > KEYBOARD_BUTTONS:
        raise bad(f"a keyboard has at most {KEYBOARD_BUTTONS} buttons")
    return rows


def _inline_button(raw: Any) -> Button:
    if not isinstance(raw, dict) or not raw.get("text"):
        raise bad("can't parse inline keyboard button: text must be non-empty")
    if len(INLINE_ACTIONS & raw.keys()) != 1:
        raise bad("can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard")
    data, url = raw.get("callback_data"), raw.get("url")
    if data is not None and not 1 <= len(str(data).encode()) <= CALLBACK_DATA_BYTES:
        raise bad("BUTTON_DATA_INVALID")
    if url is not None and not _is_link(str(url)):
        raise bad(f"inline keyboard button URL '{url}' is invalid: Wrong HTTP URL")
    return Button(str(raw["text"]), data, url)


def _is_link(url: str) -> bool:
    parts = urlsplit(url)
    return parts.scheme == "tg" or (parts.scheme in ("http", "https") and "." in (parts.hostname or ""))


def _keyboard_button(raw: Any) -> Button:
    text = raw.get("text") if isinstance(raw, dict) else raw
    if not isinstance(text, str) or not text:
        raise bad("can't parse keyboard button: text must be non-empty")
    return Button(text)


def check_commands(commands: list[Any]) -> None:
    """Names, lengths and count of setMyCommands."""
    if len(commands) > COMMANDS_MAX:
        raise bad("BOT_COMMANDS_TOO_MUCH")
    for command in commands:
        if not re.fullmatch(r"[a-z0-9_]{1,32}", str(command.get("command", ""))):
            raise bad("BOT_COMMAND_INVALID")
        if not 1 <= len(str(command.get("description", ""))) <= 256:
            raise bad("BOT_COMMAND_DESCRIPTION_INVALID")


def check_webhook(url: str, secret: str, max_connections: int, *, loopback_allowed: bool) -> None:
    """Address, port and secret of setWebhook."""
    parts = urlsplit(url)
    if not (loopback_allowed and parts.hostname in LOOPBACK):
        if parts.scheme != "https":
            raise bad("bad webhook: An HTTPS URL must be provided for webhook")
        if parts.port not in WEBHOOK_PORTS:
            raise bad("bad webhook: Webhook can be set up only on ports 80, 88, 443 or 8443")
    if secret and not re.fullmatch(r"[A-Za-z0-9_-]{1,256}", secret):
        raise bad("secret token contains unallowed characters")
    if not 1 <= max_connections <= 100:
        raise bad("max_connections must be between 1 and 100")


def check_photo(content: bytes) -> None:
    """Kind and size of an uploaded photo."""
    if len(content) > PHOTO_MAX:
        raise bad("file is too big")
    if not content.startswith((b"\xff\xd8\xff", b"\x89PNG", b"GIF8")) and content[8:12] != b"WEBP":
        raise bad("IMAGE_PROCESS_FAILED")


class FloodGate:
    """At most 1 message a second in a chat, 20 a minute in a group, 30 a second overall."""

    def __init__(self) -> None:
        self._sent: dict[str, deque[float]] = {}

    def enter(self, chat_id: int, now: float) -> None:
        """Count one message, or refuse with 429 and the seconds to wait."""
        rules = [("all", 30, 1.0), (f"chat {chat_id}", 1, 1.0)]
        if chat_id < 0:
            rules.append((f"group {chat_id}", 20, 60.0))
        waits = [self._wait(name, count, seconds, now) for name, count, seconds in rules]
        if any(waits):
            wait = max(waits)
            raise RefusedError(429, f"Too Many Requests: retry after {wait}", parameters={"retry_after": wait})
        for name, _, _ in rules:
            self._sent[name].append(now)

    def _wait(self, name: str, count: int, seconds: float, now: float) -> int:
        sent = self._sent.setdefault(name, deque())
        while sent and now - sent[0] >= seconds:
            sent.popleft()
        return 0 if len(sent) < count else max(1, int(sent[0] + seconds - now + 0.999))
