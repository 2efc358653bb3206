"""What both doubles share: a clock, a journal of requests, planned failures, and waiting for a message."""

import asyncio
import json
import threading
import time
from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol, TypeVar
from urllib.parse import parse_qsl

from starlette.requests import Request
from starlette.responses import Response

from tests.fakes.clock import Clock

Json = dict[str, Any]
Act = Callable[[Request], Awaitable[Response]]


class RefusedError(Exception):
    """The platform says no, with its own code and words."""

    def __init__(self, code: int, text: str, **extra: Any) -> None:
        super().__init__(f"{code}: {text}")
        self.code = code
        self.text = text
        self.extra = extra


@dataclass(frozen=True)
class Recorded:
    """One request as it arrived; header names are lower case."""

    at: float
    verb: str
    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def fields(self) -> Json:
        """The form or JSON body as a dict; empty for anything else."""
        kind = self.headers.get("content-type", "")
        if kind.startswith("application/x-www-form-urlencoded"):
            return dict(parse_qsl(self.body.decode(), keep_blank_values=True))
        if kind.startswith("application/json"):
            decoded = json.loads(self.body)
            return decoded if isinstance(decoded, dict) else {}
        return {}


@dataclass(frozen=True)
class Fault:
    """A failure planned for one request."""

    what: Literal["timeout", "reset"] | int
    on: str
    acting: bool
    seconds: float
    body: Json = field(default_factory=dict)


class Double(ABC):
    """A platform's double. Subclasses wrap each route in `guarded`."""

    def __init__(self, clock: Clock | None) -> None:
        self.clock = clock or Clock()
        self.journal: list[Recorded] = []
        self.changed = threading.Condition()
        self._faults: list[Fault] = []

    @abstractmethod
    def failure(self, refusal: RefusedError) -> Response:
        """How this platform words a refusal."""

    def fail_next(
        self,
        what: Literal["timeout", "reset"] | int,
        *,
        on: str = "",
        times: int = 1,
        acting: bool = False,
        seconds: float = 30.0,
        body: Json | None = None,
    ) -> None:
        """Plan the failure of the next requests (whose path ends with `on`).

        "timeout" holds the request for `seconds` and then cuts it, "reset" cuts it at once, a number is
        answered as that code with `body` merged in. `acting` lets the request take effect first, which
        gives "sent, then dropped".
        """
        fault = Fault(what, on, acting, seconds, body or {})
        with self.changed:
            self._faults.extend([fault] * times)

    def requests(self, ending: str) -> list[Recorded]:
        """The journal's requests whose path ends so."""
        with self.changed:
            return [entry for entry in self.journal if entry.path.endswith(ending)]

    def guarded(self, act: Act) -> Act:
        """A route that is written down, may fail as planned, and words refusals as the platform does."""

        async def route(request: Request) -> Response:
            fault = self._enter(request, await request.body())
            if fault is None:
                return await self._answer(act, request)
            if fault.acting:
                await self._answer(act, request)
            if isinstance(fault.what, int):
                return self.failure(RefusedError(fault.what, "planned failure", **fault.body))
            if fault.what == "timeout":
                await _hang(request, fault.seconds)
            request.state.reset()
            await asyncio.sleep(0)  # lets the cut reach the protocol, which then drops the answer below
            return Response()

        return route

    def _enter(self, request: Request, body: bytes) -> Fault | None:
        path = request.url.path
        with self.changed:
            self.journal.append(Recorded(self.clock.now(), request.method, path, dict(request.headers), body))
            fault = next((planned for planned in self._faults if path.endswith(planned.on)), None)
            if fault is not None:
                self._faults.remove(fault)
            self.changed.notify_all()
        return fault

    async def _answer(self, act: Act, request: Request) -> Response:
        try:
            return await act(request)
        except RefusedError as refusal:
            return self.failure(refusal)


async def _hang(request: Request, seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline and not request.state.stopping.is_set():
        if await request.is_disconnected():
            return
        await asyncio.sleep(0.02)


class HasText(Protocol):
    """A message as a person sees it."""

    @property
    def text(self) -> str:
        """What the screen shows."""


Message = TypeVar("Message", bound=HasText)


def wait_for_message(
    changed: threading.Condition,
    inbox: Callable[[], Sequence[Message]],
    until: int | Callable[[Message], bool],
    timeout: float,
) -> Message:
    """Wait until the inbox holds `until` messages, or one that satisfies it; gives the newest such."""

    def found() -> Message | None:
        messages = inbox()
        if callable(until):
            return next((message for message in reversed(messages) if until(message)), None)
        return messages[-1] if messages and len(messages) >= until else None

    with changed:
        changed.wait_for(lambda: found() is not None, timeout)
        message = found()
        if message is None:
            seen = [message.text for message in inbox()]
            raise AssertionError(f"Waited {timeout} s in vain; the inbox holds {len(seen)}: {seen}")
        return message
