"""The Telegram account: admits updates, fetches them when there is no public address, sends and edits messages."""

from __future__ import annotations

import logging
import os

os.environ.setdefault("PTB_TIMEDELTA", "true")  # before its import: waits as timedelta, the library's coming default

import asyncio
import hmac
import json
from collections.abc import Mapping

from telegram import Bot, LinkPreviewOptions, ReplyParameters, Update
from telegram.error import (
    BadRequest,
    ChatMigrated,
    Conflict,
    Forbidden,
    InvalidToken,
    NetworkError,
    RetryAfter,
    TelegramError,
)
from telegram.request import HTTPXRequest

from bot.channels.channel import Envelope, Event, Intake, NeedsOperator, Refused, TryLater, Undeliverable
from bot.channels.kept import kept_bytes
from bot.channels.telegram.groups import place_of
from bot.channels.telegram.photos import fetched, sent_photo
from bot.channels.telegram.reading import read_update
from bot.channels.telegram.settings import TelegramSettings
from bot.channels.telegram.writing import html, keyboard
from bot.desk.images.photos import Photos
from bot.messages import Reply

_LOG = logging.getLogger(__name__)
_MOVING = 60.0  # seconds
_LISTEN = 25  # seconds of one long poll
_WANTED = [Update.MESSAGE, Update.CALLBACK_QUERY, Update.MY_CHAT_MEMBER]
_COMMANDS = [("menu", "Danh mục các việc"), ("huy", "Dừng việc đang làm"), ("start", "Bắt đầu")]


class Telegram:
    """One bot. The Bot API allows 30 messages a second in all and one a second to a chat."""

    name = "telegram"
    link = ""
    text_limit = 4000
    per_second = 28.0
    pause = 1.0

    def __init__(self, settings: TelegramSettings, public_url: str, key: bytes, photos: Photos) -> None:
        self._photos = photos
        self._me = _id_in(settings.token.get_secret_value())
        self._secret = settings.webhook_secret(key)
        self._public_url = public_url.rstrip("/")
        self._polls = settings.mode == "polling" or (not settings.mode and not public_url)
        self._requests = HTTPXRequest(connection_pool_size=16), HTTPXRequest(connection_pool_size=1)
        self.bot = Bot(
            settings.token.get_secret_value(),
            base_url=f"{settings.api.rstrip('/')}/bot",
            base_file_url=f"{settings.api.rstrip('/')}/file/bot",
            request=self._requests[0],
            get_updates_request=self._requests[1],
        )

    async def close(self) -> None:
        """Close the connections."""
        for request in self._requests:
            await request.shutdown()

    def admit(self, headers: Mapping[str, str], body: bytes) -> Event | None:
        """An update with the webhook's secret."""
        given = headers.get("x-telegram-bot-api-secret-token", "")
        if not hmac.compare_digest(given.encode(), self._secret.encode()):
            raise Refused(403, "the secret token is missing or wrong")
        try:
            event = json.loads(body)
        except (ValueError, RecursionError) as error:
            raise Refused(400, "the body is not JSON") from error
        if not isinstance(event, dict) or type(event.get("update_id")) is not int:
            raise Refused(400, "the body is not an update: update_id is missing")
        return event

    def read(self, event: Event) -> Envelope:
        """See `read_update`."""
        return read_update(event, self._me)

    def written(self, reply: Reply) -> str:
        """Choices are buttons beside the text."""
        return "\n\n".join(reply.lines())

    async def fetch(self, photo: str) -> bytes:
        """See `fetched`."""
        return await fetched(self.bot, photo)

    async def taken(self, event: Event) -> None:
        """Stop the spinner of a pressed button; too late is no harm."""
        query = event.get("callback_query")
        if isinstance(query, dict) and isinstance(query.get("id"), str):
            asyncio.create_task(self._answer(query["id"]))  # noqa: RUF006 (nothing depends on its end)

    async def _answer(self, query: str) -> None:
        try:
            await self.bot.answer_callback_query(query)
        except TelegramError as error:
            _LOG.debug("callback_not_answered", extra={"error": type(error).__name__})

    async def send(self, address: str, reply: Reply, edits: str | None) -> str:
        """Send a message, or edit the one whose button was pressed."""
        try:
            if reply.photos and not reply.text:
                return await sent_photo(self.bot, address, await kept_bytes(self._photos, reply.photos[0]))
            if edits and await self._edit(address, reply, edits):
                return edits
            chat, topic = place_of(address)
            message = await self.bot.send_message(
                chat,
                html(reply),
                parse_mode="HTML",
                message_thread_id=topic,
                reply_parameters=_under(reply.answers),
                reply_markup=keyboard(reply.choices),
                link_preview_options=LinkPreviewOptions(is_disabled=True),
            )
        except TelegramError as error:
            raise _mapped(error) from error
        return str(message.message_id)

    async def _edit(self, address: str, reply: Reply, edits: str) -> bool:
        try:
            await self.bot.edit_message_text(
                html(reply), place_of(address)[0], int(edits), parse_mode="HTML", reply_markup=keyboard(reply.choices)
            )
        except BadRequest as error:
            return "not modified" in str(error).lower()  # pressed twice; otherwise too old: send a new message
        return True

    async def run(self, intake: Intake) -> None:
        """Fetch updates, or tell Telegram where to send them."""
        await self._introduce()
        if self._polls:
            await self._poll(intake)
        while not await self._register():
            await asyncio.sleep(30.0)
        await asyncio.Event().wait()

    async def _introduce(self) -> None:
        try:
            await self.bot.set_my_commands(_COMMANDS)
            self.link = f"https://t.me/{(await self.bot.get_me()).username}"
        except TelegramError as error:
            _LOG.warning("telegram_not_introduced", extra={"error": type(error).__name__})

    async def _register(self) -> bool:
        url = f"{self._public_url}/webhooks/telegram"
        try:
            await self.bot.set_webhook(url, secret_token=self._secret, allowed_updates=_WANTED)
        except TelegramError as error:
            _LOG.error("telegram_webhook_not_set", extra={"error": type(error).__name__})
            return False
        return True

    async def _poll(self, intake: Intake) -> None:
        """An update is confirmed to Telegram by the next call's offset, and only after it was stored."""
        offset = None
        while True:
            try:
                if offset is None:
                    await self.bot.delete_webhook()
                updates = await self.bot.get_updates(offset=offset, timeout=_LISTEN, allowed_updates=_WANTED)
            except TelegramError as error:
                _LOG.warning("telegram_poll_failed", extra={"error": type(error).__name__})
                await asyncio.sleep(_seconds(error) if isinstance(error, RetryAfter) else 3.0)
                continue
            offset = offset or 0
            for update in updates:
                await intake(update.to_dict())
                offset = update.update_id + 1


def _id_in(token: str) -> int:
    """The bot's own id, which a token begins with."""
    number = token.partition(":")[0]
    return int(number) if number.isdecimal() else 0


def _under(answers: str | None) -> ReplyParameters | None:
    """The message that is answered, for the app to show; one that is gone by now does not keep the answer back."""
    return ReplyParameters(int(answers), allow_sending_without_reply=True) if answers else None


def _mapped(error: TelegramError) -> Exception:
    """Telegram's errors as the sender's. A timed-out send is repeated: two answers are better than none."""
    if isinstance(error, RetryAfter):
        return TryLater("flood control", _seconds(error))
    if isinstance(error, ChatMigrated):  # the update that says so moves what waits to the new address
        return TryLater("the group was upgraded", _MOVING)
    if isinstance(error, Forbidden | BadRequest):
        return Undeliverable(f"{type(error).__name__}: {error}")
    if isinstance(error, InvalidToken | Conflict):
        return NeedsOperator(f"{type(error).__name__}: check MOTCUA_TELEGRAM_TOKEN")
    if isinstance(error, NetworkError):
        return TryLater(type(error).__name__)
    return TryLater(str(error))


def _seconds(error: RetryAfter) -> float:
    wait = error.retry_after
    return float(wait) if isinstance(wait, int) else wait.total_seconds()
