"""What `POST /v3.0/oa/message/cs` accepts (facts A.3.1, D.1.5)."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tests.fakes.double import Json, RefusedError
from tests.fakes.zalo_switches import Switches

TEXT_MAX = 2000
TITLE_MAX = 100
SUBTITLE_MAX = 500
QUERY_MAX = 1000
SMS_MAX = 160
BUTTONS_MAX = 5
ELEMENTS_MAX = 5
QUERIES = ("oa.query.show", "oa.query.hide")
MESSAGE_FIELDS = {"text", "attachment", "quote_message_id"}


@dataclass(frozen=True)
class Button:
    """Something to tap: a button, or a list element with a default action."""

    title: str
    type: str
    payload: Any


@dataclass(frozen=True)
class Content:
    """A checked message: how it is shown, and which `oa_send_*` event echoes it."""

    text: str
    buttons: tuple[Button, ...]
    kind: str
    attachment: Json | None


def invalid(reason: str) -> RefusedError:
    """-201; the message names the field."""
    return RefusedError(-201, f"Params is invalid: {reason}")


def read_content(message: Any, switches: Switches, check_asset: Callable[[str], None]) -> Content:
    """The message as shown, or its refusal. `check_asset` refuses unknown and expired attachment ids."""
    if not isinstance(message, dict):
        raise invalid("message must be an object")
    if unknown := message.keys() - MESSAGE_FIELDS:
        raise invalid(f"message.{min(unknown)} is unknown")
    attachment = message.get("attachment")
    if "text" in message or attachment is None:
        _check_text(message.get("text"), switches)
    text = message.get("text", "")
    if attachment is None:
        return Content(text, (), "text", None)
    if not isinstance(attachment, dict) or not isinstance(attachment.get("payload"), dict):
        raise invalid("message.attachment needs type and payload")
    match attachment.get("type"):
        case "file":
            return _file(text, attachment, check_asset)
        case "template":
            return _template(text, attachment, switches, check_asset)
        case _:
            raise RefusedError(-233, "Message type is not supported")


def _template(text: str, attachment: Json, switches: Switches, check_asset: Callable[[str], None]) -> Content:
    payload = attachment["payload"]
    buttons = _buttons(payload.get("buttons", []))
    match payload.get("template_type"):
        case None | "button":
            _check_buttons_template(text, buttons, switches)
            return Content(text, buttons, "text", attachment)
        case "list":
            return _list(text, buttons, attachment, switches)
        case "media":
            return _media(text, buttons, attachment, check_asset)
        case "request_user_info":
            _elements(payload, 1)
            return Content(text, buttons, "template", attachment)
        case other:
            raise RefusedError(-233, f"Template type {other} is not supported")


def _check_text(text: Any, switches: Switches) -> None:
    if not isinstance(text, str) or not text.strip():
        raise invalid("message.text must not be empty")
    length = len(text.encode("utf-16-le")) // 2 if switches.length_in_utf16 else len(text)
    if length > TEXT_MAX:
        raise RefusedError(switches.long_text_code, f"message.text exceeds {TEXT_MAX} characters")


def _check_buttons_template(text: str, buttons: tuple[Button, ...], switches: Switches) -> None:
    if not switches.buttons_on_cs:
        raise RefusedError(-233, "Template type button is not supported")
    if not text:
        raise invalid("message.text must not be empty")
    if not buttons:
        raise invalid("attachment.payload.buttons must not be empty")


def _buttons(raw: Any) -> tuple[Button, ...]:
    if not isinstance(raw, list) or len(raw) > BUTTONS_MAX:
        raise invalid(f"buttons must be an array of at most {BUTTONS_MAX}")
    return tuple(_button(button) for button in raw)


def _button(raw: Any) -> Button:
    if not isinstance(raw, dict):
        raise invalid("a button must be an object")
    title, kind, payload = raw.get("title"), raw.get("type"), raw.get("payload")
    if not isinstance(title, str) or not 1 <= len(title) <= TITLE_MAX:
        raise invalid(f"button title must have 1 to {TITLE_MAX} characters")
    _check_action(kind, payload)
    return Button(title, str(kind), payload)


def _check_action(kind: Any, payload: Any) -> None:
    fields = payload if isinstance(payload, dict) else {}
    match kind:
        case "oa.query.show" | "oa.query.hide":
            if not isinstance(payload, str) or not 1 <= len(payload) <= QUERY_MAX:
                raise invalid(f"query payload must have 1 to {QUERY_MAX} characters")
        case "oa.open.url":
            if not str(fields.get("url", "")).startswith(("http://", "https://")):
                raise invalid("payload.url must be a link")
        case "oa.open.phone":
            _check_phone(fields)
        case "oa.open.sms":
            _check_phone(fields)
            if len(str(fields.get("content", ""))) > SMS_MAX:
                raise invalid(f"payload.content has at most {SMS_MAX} characters")
        case _:
            raise invalid(f"button type {kind!r} is unknown")


def _check_phone(fields: Json) -> None:
    if not str(fields.get("phone_code", "")).removeprefix("+").isdigit():
        raise invalid("payload.phone_code must be a number")


def _elements(payload: Json, most: int) -> list[Json]:
    elements = payload.get("elements")
    if not isinstance(elements, list) or not 1 <= len(elements) <= most:
        raise invalid(f"elements must hold 1 to {most}")
    for element in elements:
        if not isinstance(element, dict):
            raise invalid("an element must be an object")
        if not 1 <= len(str(element.get("title", ""))) <= TITLE_MAX:
            raise invalid(f"element title must have 1 to {TITLE_MAX} characters")
        if len(str(element.get("subtitle", ""))) > SUBTITLE_MAX:
            raise invalid(f"element subtitle has at most {SUBTITLE_MAX} characters")
    if not elements[0].get("subtitle"):
        raise invalid("the first element needs a subtitle")
    return elements


def _list(text: str, buttons: tuple[Button, ...], attachment: Json, switches: Switches) -> Content:
    if not switches.list_on_cs:
        raise RefusedError(-233, "Template type list is not supported")
    elements = _elements(attachment["payload"], ELEMENTS_MAX)
    rows = tuple(_row(element) for element in elements if "default_action" in element)
    parts = [text, *(str(e[key]) for e in elements for key in ("title", "subtitle") if e.get(key))]
    return Content("\n".join(filter(None, parts)), rows + buttons, "list", attachment)


def _row(element: Json) -> Button:
    # An element's action is flat: `url` or `payload` beside `type` (facts A.3.1).
    action = element["default_action"]
    if not isinstance(action, dict):
        raise invalid("default_action must be an object")
    kind = action.get("type")
    payload = {"url": action.get("url")} if kind == "oa.open.url" else action.get("payload")
    _check_action(kind, payload)
    return Button(str(element["title"]), str(kind), payload)


def _media(text: str, buttons: tuple[Button, ...], attachment: Json, check_asset: Callable[[str], None]) -> Content:
    elements = attachment["payload"].get("elements")
    if not isinstance(elements, list) or len(elements) != 1 or not isinstance(elements[0], dict):
        raise invalid("a media template holds one element")
    element = elements[0]
    kind = element.get("media_type")
    if kind not in ("image", "gif", "sticker"):
        raise invalid(f"media_type {kind!r} is unknown")
    if ("url" in element) == ("attachment_id" in element):
        raise invalid("an element has either url or attachment_id")
    if kind == "gif" and not {"width", "height"} <= element.keys():
        raise invalid("a gif needs width and height")
    if kind != "sticker" and "attachment_id" in element:
        check_asset(str(element["attachment_id"]))
    return Content(text, buttons, str(kind), attachment)


def _file(text: str, attachment: Json, check_asset: Callable[[str], None]) -> Content:
    if text:
        raise invalid("a file goes without text")
    check_asset(str(attachment["payload"].get("token")))
    return Content("", (), "file", attachment)
