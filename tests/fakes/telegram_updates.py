"""How updates reach the bot: the long poll, and the webhook sender (facts D.4, E.1)."""

import asyncio
import json
import time
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from starlette.requests import Request

from tests.fakes import telegram_rules as rules
from tests.fakes.clock import Clock
from tests.fakes.delivery import Attempt, in_parallel, post
from tests.fakes.double import Double, Json, RefusedError

UPDATES_LIVE = 24 * 3600  # pending updates are kept a day (facts E.1)


@dataclass
class Switches:
    """What a test may turn."""

    enforce_flood: bool = False
    """Refuse with 429 beyond 1 message/s a chat, 20/min a group, 30/s overall, by the double's clock."""
    escapes_demanded: bool = True
    """Refuse a bare & or > in HTML text, as the Bot API page asks; the real server lets them pass."""
    loopback_webhooks: bool = True
    """Accept http and any port for a webhook on this machine; everything else must be public HTTPS."""
    deliver_to: str = ""
    """Base URL that takes the place of the registered webhook's scheme and host when delivering."""
    deliver_at_once: bool = False
    """Post each update to the webhook as soon as it exists, so `says` returns after the answer."""
    delivery_attempts: int = 3
    """How often one update is posted while the answer is not 2xx."""
    delivery_timeout: float = 10.0
    """Seconds the sender waits for the webhook's answer."""
    callback_lifetime: float = 60.0
    """Seconds after which answerCallbackQuery is "too old"; Telegram publishes no figure."""


@dataclass(frozen=True)
class Webhook:
    """Where updates are pushed."""

    url: str = ""
    secret: str = ""
    max_connections: int = 40


@dataclass(frozen=True)
class Queued:
    """An update not yet confirmed."""

    at: float
    update: Json


class UpdateSource(Double):
    """Queues updates and hands them over, by poll or by push."""

    def __init__(self, clock: Clock | None, switches: Switches) -> None:
        super().__init__(clock)
        self.switches = switches
        self.webhook = Webhook()
        self.allowed_updates: list[str] = []
        self.attempts: list[Attempt] = []
        self._queue: list[Queued] = []
        self._last_update = 1000
        self._polls = 0

    def emit(self, kind: str, content: Json) -> Json:
        """A new update with the next update_id, queued unless the bot asked for other kinds only."""
        with self.changed:
            self._last_update += 1
            update = {"update_id": self._last_update, kind: content}
            if self._is_wanted(update):
                self._queue.append(Queued(self.clock.now(), update))
            self.changed.notify_all()
        if self.switches.deliver_at_once and self.webhook.url and self._is_wanted(update):
            self.deliver(update)
        return update

    def deliver(self, update: Json, times: int = 1) -> list[Attempt]:
        """Post an update `times` over, each time again while the answer is not 2xx, up to the limit."""
        assert self.webhook.url, "No webhook is set; the bot must call setWebhook first."
        assert self._is_wanted(update), f"allowed_updates {self.allowed_updates} leave out {[*update][1]}."
        made: list[Attempt] = []
        for _ in range(times):
            for _ in range(self.switches.delivery_attempts):
                made.append(self._post(update))
                if made[-1].ok:
                    self._confirm(update["update_id"])
                    break
        with self.changed:
            self.attempts.extend(made)
        return made

    def deliver_all(self, updates: Sequence[Json], times: int = 1, workers: int = 8) -> list[Attempt]:
        """Deliver many updates side by side, as Telegram does up to max_connections."""
        return in_parallel(lambda update: self.deliver(update, times), updates, workers)

    @property
    def pending(self) -> list[Json]:
        """Updates the bot has not confirmed."""
        with self.changed:
            return [queued.update for queued in self._queue]

    async def get_updates(self, request: Request, fields: rules.Fields) -> list[Json]:
        with self.changed:
            self._polls += 1
            poll = self._polls
            self._keep_allowed(fields)
            self._forget(int(fields.get("offset", 0)))
        deadline = time.monotonic() + float(fields.get("timeout", 0))
        while True:
            if self.webhook.url:
                raise RefusedError(
                    409,
                    "Conflict: can't use getUpdates method while webhook is active;"
                    " use deleteWebhook to delete the webhook first",
                )
            if poll != self._polls:
                raise RefusedError(
                    409,
                    "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running",
                )
            waiting = self.pending[: int(fields.get("limit", 100))]
            over = time.monotonic() >= deadline or request.state.stopping.is_set()
            if waiting or over or await request.is_disconnected():
                return waiting
            await asyncio.sleep(0.01)

    def _forget(self, offset: int) -> None:
        fresh = [q for q in self._queue if self.clock.now() - q.at < UPDATES_LIVE]
        if offset < 0:
            fresh = fresh[offset:]
        self._queue = [q for q in fresh if q.update["update_id"] >= offset]

    def _keep_allowed(self, fields: rules.Fields) -> None:
        allowed = rules.read_json(fields, "allowed_updates", list)
        if allowed is not None:
            self.allowed_updates = allowed

    def set_webhook(self, fields: rules.Fields) -> bool:
        url = fields.get("url", "")
        if not url:
            return self.delete_webhook(fields)
        webhook = Webhook(url, fields.get("secret_token", ""), int(fields.get("max_connections", 40)))
        rules.check_webhook(
            url,
            webhook.secret,
            webhook.max_connections,
            loopback_allowed=self.switches.loopback_webhooks,
        )
        self._keep_allowed(fields)
        self._drop_pending(fields)
        self.webhook = webhook
        return True

    def delete_webhook(self, fields: rules.Fields) -> bool:
        self._drop_pending(fields)
        self.webhook = Webhook()
        return True

    def _drop_pending(self, fields: rules.Fields) -> None:
        if fields.get("drop_pending_updates", "").lower() == "true":
            self._queue.clear()

    def get_webhook_info(self, fields: rules.Fields) -> Json:
        info: Json = {
            "url": self.webhook.url,
            "has_custom_certificate": False,
            "pending_update_count": len(self._queue),
        }
        if self.webhook.url:
            info["max_connections"] = self.webhook.max_connections
        if self.allowed_updates:
            info["allowed_updates"] = self.allowed_updates
        if self.attempts and not self.attempts[-1].ok:
            reason = f"Wrong response from the webhook: {self.attempts[-1].status or 'none'}"
            info |= {"last_error_date": int(self.clock.now()), "last_error_message": reason}
        return info

    def _post(self, update: Json) -> Attempt:
        url = self.webhook.url
        if self.switches.deliver_to:
            parts = urlsplit(url)
            url = self.switches.deliver_to + parts._replace(scheme="", netloc="").geturl()
        secret = self.webhook.secret
        headers = {"X-Telegram-Bot-Api-Secret-Token": secret} if secret else {}
        body = json.dumps(update, ensure_ascii=False).encode()
        return post(url, body, headers, self.switches.delivery_timeout)

    def _confirm(self, update_id: int) -> None:
        with self.changed:
            self._queue = [q for q in self._queue if q.update["update_id"] != update_id]

    def _is_wanted(self, update: Json) -> bool:
        return not self.allowed_updates or any(kind in update for kind in self.allowed_updates)
