"""A strict double of the Telegram Bot API (facts D.4, E): methods over HTTP, and the webhook sender.

Serve `fake.app` and give python-telegram-bot `base_url=f"{url}/bot"`, `base_file_url=f"{url}/file/bot"`.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from starlette.applications import Starlette
from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from tests.fakes import telegram_rules as rules
from tests.fakes.clock import Clock
from tests.fakes.double import Json, RefusedError
from tests.fakes.telegram_html import Displayed
from tests.fakes.telegram_people import BotMessage, Chat, Group, Person
from tests.fakes.telegram_rules import Fields, Markup, bad
from tests.fakes.telegram_updates import Switches, UpdateSource

__all__ = ["FakeTelegram", "Switches"]

NOT_MODIFIED = (
    "message is not modified: specified new message content and reply markup are exactly the same"
    " as a current content and reply markup of the message"
)


@dataclass
class Tap:
    """A callback query; `answer` is the text shown for it, None while it spins."""

    person_id: int
    at: float
    answer: str | None = None


class FakeTelegram(UpdateSource):
    """The Bot API for one bot. Every update goes through `emit`, every method through `_methods`."""

    def __init__(
        self,
        token: str = "123456:TEST-token",
        *,
        clock: Clock | None = None,
        switches: Switches | None = None,
    ) -> None:
        super().__init__(clock, switches or Switches())
        self.token = token
        self.bot: Json = {
            "id": int(token.partition(":")[0]),
            "is_bot": True,
            "first_name": "Một Cửa",
            "username": "motcua_test_bot",
        }
        self.chats: dict[int, Chat] = {}
        self.messages: dict[int, BotMessage] = {}
        self.taps: dict[str, Tap] = {}
        self.commands: list[Json] = []
        self._files: dict[str, tuple[str, bytes]] = {}
        self._last_message = 0
        self._flood = rules.FloodGate()
        self._methods: dict[str, Callable[[Fields], Any]] = {
            "getme": self._get_me,
            "setwebhook": self.set_webhook,
            "deletewebhook": self.delete_webhook,
            "getwebhookinfo": self.get_webhook_info,
            "sendmessage": self._send_message,
            "senddocument": lambda fields: self._send_file(fields, "document"),
            "sendphoto": lambda fields: self._send_file(fields, "photo"),
            "editmessagetext": self._edit_message_text,
            "answercallbackquery": self._answer_callback_query,
            "sendchataction": self._send_chat_action,
            "setmycommands": self._set_my_commands,
            "getfile": self._get_file,
        }
        self.app = Starlette(
            routes=[
                Route("/bot{token}/{method}", self.guarded(self._call), methods=["POST"]),
                Route("/file/bot{token}/{path:path}", self.guarded(self._download), methods=["GET"]),
            ]
        )

    # ── the people's side ─────────────────────────────────────────────

    def person(self, person_id: int, name: str = "An") -> Person:
        """A person; the bot can't write to them before they wrote to it."""
        person = Person(self, person_id, name, "private")
        self.chats[person_id] = person
        return person

    def group(self, group_id: int, title: str = "Tổ một cửa", threads: Sequence[int] = ()) -> Group:
        """A group (negative id) that the bot is in, with the forum topics that exist."""
        group = Group(self, group_id, title, "supergroup", open=True, threads=set(threads))
        self.chats[group_id] = group
        return group

    def file(self, file_id: str) -> bytes:
        """What was uploaded or added under an id."""
        return self._files[file_id][1]

    def add_file(self, name: str, content: bytes) -> str:
        """A file a person sent; gives the file_id to put into `person.sends`."""
        file_id = f"file-{len(self._files) + 1}"
        self._files[file_id] = (name, content)
        return file_id

    def next_message_id(self) -> int:
        """Message ids rise through the whole bot, people's messages included."""
        with self.changed:
            self._last_message += 1
            return self._last_message

    def open_tap(self, person_id: int) -> str:
        """A new callback query id, spinning until it is answered."""
        with self.changed:
            tap_id = str(4_000_000_000_000_000_000 + len(self.taps))
            self.taps[tap_id] = Tap(person_id, self.clock.now())
            return tap_id

    # ── requests ──────────────────────────────────────────────────────

    def failure(self, refusal: RefusedError) -> Response:
        """`ok: false` under the HTTP status of the same number: PTB looks at the status (facts D.4.2)."""
        body = {"ok": False, "error_code": refusal.code, "description": refusal.text, **refusal.extra}
        return JSONResponse(body, status_code=refusal.code)

    async def _call(self, request: Request) -> Response:
        self._check_token(request)
        method = request.path_params["method"].lower()
        fields = await self._read_fields(request)
        if method == "getupdates":
            return _ok(await self.get_updates(request, fields))
        if method not in self._methods:
            raise RefusedError(404, "Not Found: method not found")
        with self.changed:
            result = self._methods[method](fields)
            self.changed.notify_all()
        return _ok(result)

    def _check_token(self, request: Request) -> None:
        token = request.path_params["token"]
        if not re.fullmatch(r"\d+:[A-Za-z0-9_-]+", token):
            raise RefusedError(404, "Not Found")
        if token != self.token:
            raise RefusedError(401, "Unauthorized")

    def _get_me(self, fields: Fields) -> Json:
        return {**self.bot, "can_join_groups": True, "supports_inline_queries": False}

    # ── messages ──────────────────────────────────────────────────────

    def _send_message(self, fields: Fields) -> Json:
        chat = self._writable_chat(fields)
        shown = self._text(fields)
        return self._send(chat, fields, shown)

    def _send_file(self, fields: Fields, kind: str) -> Json:
        chat = self._writable_chat(fields)
        if not fields.get(kind):
            raise bad(f"there is no {kind} in the request")
        if kind == "photo" and fields[kind] in self._files:
            rules.check_photo(self._files[fields[kind]][1])
        shown = rules.read_text(
            fields.get("caption", ""),
            fields.get("parse_mode", ""),
            rules.CAPTION_MAX,
            escapes_demanded=self.switches.escapes_demanded,
        )
        return self._send(chat, fields, shown, file_id=fields[kind], kind=kind)

    def _send(self, chat: Chat, fields: Fields, shown: Displayed, file_id: str = "", kind: str = "") -> Json:
        markup = rules.read_markup(fields)
        answers = self._check_reply(fields, chat)
        thread = int(fields["message_thread_id"]) if "message_thread_id" in fields else None
        if thread is not None and thread not in chat.threads:
            raise bad("message thread not found")
        self._count(chat)
        number = self.next_message_id()
        message = BotMessage(
            number, chat, shown, markup, self.clock.now(), thread, file_id=file_id, answers=answers, kind=kind
        )
        self.messages[number] = message
        return message.as_json(self.bot)

    def _edit_message_text(self, fields: Fields) -> Json:
        chat = self._writable_chat(fields)
        message = self.messages.get(int(fields.get("message_id", 0)))
        if message is None or message.chat is not chat:
            raise bad("message to edit not found")
        shown, markup = self._text(fields), rules.read_markup(fields)
        if markup and markup.kind != "inline":
            raise bad("inline keyboard expected")
        if shown == message.shown and _raw(markup) == _raw(message.markup):
            raise bad(NOT_MODIFIED)
        self._count(chat)
        edited = replace(message, shown=shown, markup=markup, edited_at=self.clock.now())
        self.messages[message.message_id] = edited
        return edited.as_json(self.bot)

    def _text(self, fields: Fields) -> Displayed:
        shown = rules.read_text(
            fields.get("text", ""),
            fields.get("parse_mode", ""),
            rules.TEXT_MAX,
            escapes_demanded=self.switches.escapes_demanded,
        )
        if not shown.text:
            raise bad("message text is empty")
        return shown

    def _writable_chat(self, fields: Fields) -> Chat:
        chat_id = fields.get("chat_id", "")
        if not chat_id:
            raise bad("chat_id is empty")
        chat = self.chats.get(int(chat_id)) if re.fullmatch(r"-?\d+", chat_id) else None
        if chat is None or not chat.open:
            raise bad("chat not found")
        if chat.migrated_to is not None:
            raise bad(
                "group chat was upgraded to a supergroup chat",
                parameters={"migrate_to_chat_id": chat.migrated_to},
            )
        if chat.blocked:
            was = "blocked by the user" if chat.kind == "private" else f"kicked from the {chat.kind} chat"
            raise RefusedError(403, f"Forbidden: bot was {was}")
        return chat

    def _check_reply(self, fields: Fields, chat: Chat) -> int | None:
        """The message that is answered, if there still is one."""
        reply = rules.read_json(fields, "reply_parameters", dict) or {}
        # People's own messages are not kept, so any number given out so far counts as known.
        if reply.get("message_id", 0) > self._last_message and not reply.get("allow_sending_without_reply"):
            raise bad("message to be replied not found")
        number = reply.get("message_id")
        known = self.messages.get(number)
        return number if number and number <= self._last_message and (known is None or known.chat is chat) else None

    def _count(self, chat: Chat) -> None:
        if self.switches.enforce_flood:
            self._flood.enter(chat.id, self.clock.now())

    def _answer_callback_query(self, fields: Fields) -> bool:
        tap = self.taps.get(fields.get("callback_query_id", ""))
        if tap is None or self.clock.now() - tap.at > self.switches.callback_lifetime:
            raise bad("query is too old and response timeout expired or query ID is invalid")
        if len(fields.get("text", "")) > rules.CALLBACK_ANSWER_MAX:
            raise bad("MESSAGE_TOO_LONG")
        tap.answer = fields.get("text", "")
        return True

    def _send_chat_action(self, fields: Fields) -> bool:
        chat = self._writable_chat(fields)
        if fields.get("action") not in rules.CHAT_ACTIONS:
            raise bad("wrong parameter action in request")
        chat.actions.append(fields["action"])
        return True

    def _set_my_commands(self, fields: Fields) -> bool:
        commands = rules.read_json(fields, "commands", list)
        if commands is None:
            raise bad("can't parse commands JSON object")
        rules.check_commands(commands)
        self.commands = commands
        return True

    # ── files ─────────────────────────────────────────────────────────

    def _get_file(self, fields: Fields) -> Json:
        file_id = fields.get("file_id", "")
        if file_id not in self._files:
            raise bad("wrong file_id or the file is temporarily unavailable")
        name, content = self._files[file_id]
        if len(content) > rules.DOWNLOAD_MAX:
            raise bad("file is too big")
        path = f"documents/{file_id}/{name}"
        unique = f"u{file_id}"
        return {"file_id": file_id, "file_unique_id": unique, "file_size": len(content), "file_path": path}

    async def _read_fields(self, request: Request) -> Fields:
        """The form's text fields; an uploaded file appears as its id. A JSON body is refused (facts D.4.1)."""
        if not await request.body():
            return dict(request.query_params)
        kind = request.headers.get("content-type", "")
        if not kind.startswith(("application/x-www-form-urlencoded", "multipart/form-data")):
            raise bad("the body must be form-urlencoded or multipart")
        async with request.form() as form:
            return {
                name: self.add_file(value.filename or name, await value.read())
                if isinstance(value, UploadFile)
                else value
                for name, value in form.items()
            }

    async def _download(self, request: Request) -> Response:
        self._check_token(request)
        for file_id, (name, content) in self._files.items():
            if request.path_params["path"] == f"documents/{file_id}/{name}":
                return Response(content, media_type="application/octet-stream")
        raise RefusedError(404, "Not Found")


def _raw(markup: Markup | None) -> Json | None:
    return markup.raw if markup and markup.kind == "inline" else None


def _ok(result: Any) -> Response:
    return JSONResponse({"ok": True, "result": result})
