"""Zalo's webhook sender: signs, times, redelivers on a ladder, and gives up (facts A.2.1, D.2)."""

import threading
from collections.abc import Sequence
from dataclasses import dataclass

from tests.fakes.clock import Clock
from tests.fakes.delivery import Attempt, in_parallel, post
from tests.fakes.double import Double, Json
from tests.fakes.zalo_events import Envelopes, Signing, encoded, signed
from tests.fakes.zalo_switches import Switches

LADDER = (30, 5 * 60, 15 * 60, 30 * 60, 60 * 60)


@dataclass(frozen=True)
class Redelivery:
    """A failed delivery that comes again: same body, same headers, and its number."""

    due: float
    number: int
    body: bytes
    headers: dict[str, str]


class EventSender(Double):
    """Keeps events until they are delivered, and failed ones until the ladder ends."""

    def __init__(self, clock: Clock | None, switches: Switches, envelopes: Envelopes, webhook_secret: str) -> None:
        super().__init__(clock)
        self.switches = switches
        self.envelopes = envelopes
        self.webhook_secret = webhook_secret
        self.webhook_url = ""
        self.subscribed = True
        self.pending: list[Json] = []
        self.attempts: list[Attempt] = []
        self.redeliveries: list[Redelivery] = []

    def save_webhook(self, url: str) -> bool:
        """Save the URL in the console: probe it, keep it if it answers 200, subscribe again."""
        attempt = self.probe(url)
        if attempt.status == 200:
            self.webhook_url, self.subscribed = url, True
        return attempt.status == 200

    def probe(self, url: str) -> Attempt:
        """The console's test: unsigned and poor in fields (facts A.2.1, D.2.4)."""
        body = b'{"event_name":"user_send_text","message":{"text":"test"}}'
        return self._keep(post(url, body, {}, self.switches.answer_within))

    def emit(self, event: Json, *, in_background: bool = False) -> Json:
        """A new event: kept in `pending`, or posted at once when that switch is on."""
        with self.changed:
            self.pending.append(event)
            self.changed.notify_all()
        if self.switches.deliver_at_once and self.webhook_url:
            if in_background:
                threading.Thread(target=self.deliver, args=(event,), daemon=True).start()
            else:
                self.deliver(event)
        return event

    def deliver(self, event: Json, times: int = 1, signing: Signing = "mac") -> list[Attempt]:
        """Post an event `times` over. A failed one goes on the ladder; nothing is sent once unsubscribed."""
        assert self.webhook_url, "No webhook is set; call save_webhook(url) or set webhook_url first."
        with self.changed:
            self.pending = [waiting for waiting in self.pending if waiting is not event]
        body = encoded(event, escaped=self.switches.escaped_json, ids_as_numbers=self.switches.ids_as_numbers)
        headers, body = signed(event, body, self.envelopes.oa_id, self.webhook_secret, signing)
        made: list[Attempt] = []
        for _ in range(times):
            if self.subscribed:
                made.append(self._post(body, headers))
                if self._failed(made[-1]):
                    self._put_on_ladder(self.clock.now(), 1, body, headers)
        return made

    def deliver_pending(self, times: int = 1, *, swapped: bool = False) -> list[Attempt]:
        """Deliver all that waits, in order or back to front: Zalo promises no order (facts A.2.1)."""
        with self.changed:
            waiting = list(self.pending)
        ordered = waiting[::-1] if swapped else waiting
        return [attempt for event in ordered for attempt in self.deliver(event, times)]

    def deliver_all(self, events: Sequence[Json], times: int = 1, workers: int = 8) -> list[Attempt]:
        """Deliver many events side by side."""
        return in_parallel(lambda event: self.deliver(event, times), events, workers)

    def run_due(self) -> list[Attempt]:
        """Post the redeliveries that have come due by the clock; the last failure unsubscribes the app."""
        made: list[Attempt] = []
        while self.subscribed and (redelivery := self._next_due()):
            headers = {**redelivery.headers, "num_retry": str(redelivery.number)}
            made.append(self._post(redelivery.body, headers))
            if not self._failed(made[-1]):
                continue
            if redelivery.number == len(LADDER):
                self.subscribed = False
                self.redeliveries.clear()
            else:
                number = redelivery.number + 1
                self._put_on_ladder(redelivery.due, number, redelivery.body, redelivery.headers)
        return made

    def _next_due(self) -> Redelivery | None:
        with self.changed:
            due = [redelivery for redelivery in self.redeliveries if redelivery.due <= self.clock.now()]
            if not due:
                return None
            first = min(due, key=lambda redelivery: redelivery.due)
            self.redeliveries.remove(first)
            return first

    def _put_on_ladder(self, since: float, number: int, body: bytes, headers: dict[str, str]) -> None:
        with self.changed:
            self.redeliveries.append(Redelivery(since + LADDER[number - 1], number, body, headers))

    def _failed(self, attempt: Attempt) -> bool:
        if attempt.status is None:
            return True
        too_slow = attempt.latency > self.switches.answer_within
        bad_status = self.switches.retry_on_bad_status and not attempt.ok
        return bad_status or (self.switches.retry_on_slow_answer and too_slow)

    def _post(self, body: bytes, headers: dict[str, str]) -> Attempt:
        # Without redelivery of slow answers the sender must outwait them, or it would see an error.
        limit = self.switches.answer_within
        timeout = limit if self.switches.retry_on_slow_answer else limit * 10
        return self._keep(post(self.webhook_url, body, headers, timeout))

    def _keep(self, attempt: Attempt) -> Attempt:
        with self.changed:
            self.attempts.append(attempt)
            self.changed.notify_all()
        return attempt
