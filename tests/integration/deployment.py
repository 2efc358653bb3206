"""The real application on loopback, for tests: database, workers, senders and web side, in a thread of its own.

What differs from `motcua serve`: knowledge is read once for all deployments, the clock can be moved forward, Telegram's
pace is not kept (a test that is about the pace asks for it), and everything logged is kept to be looked at.
"""

from __future__ import annotations

import asyncio
import atexit
import io
import json
import logging
import os
import shutil
import socket
import sqlite3
import tempfile
import threading
import time
from collections.abc import Callable, Coroutine, Iterator, Mapping
from contextlib import ExitStack, closing, contextmanager
from dataclasses import replace
from functools import cache, partial
from pathlib import Path
from typing import Any, TypeVar
from unittest.mock import patch

import httpx
import uvicorn
import yaml

import bot.channels.telegram.channel  # it sets a variable that must outlive the first deployment
import bot.channels.zalo
import bot.service
import bot.understanding
from api.app import create_app
from bot.knowledge import load_knowledge
from bot.logs import set_up_logs
from bot.registry import Actions, load_actions
from bot.service import Service, running
from bot.settings import ROOT, Settings
from bot.store import migrate
from bot.turn import Handler
from nlu.runtime import open_archive
from tests.fakes.clock import Clock

Value = TypeVar("Value")
START_WITHIN = 30.0
SHIPPED = ROOT / "models" / "motcua.tar.gz"
# Entries that only tests have: reached by the payload or deep link that names them.
LONG = "kiem-thu-cau-dai"
ODD = "kiem-thu-ky-tu-la"
ODD_TEXT = "Lệ phí < 50.000 đồng & không phải > 1 lần; <b>\"đậm\"</b> 😀 &amp; 'thế thôi'."


class Deployment:
    """What a test needs of the running application."""

    def __init__(self, settings: Settings, clock: Clock) -> None:
        self.settings = settings
        self.clock = clock
        self.url = settings.public_url
        self.service: Service
        self._logged = io.StringIO()
        self._loop: asyncio.AbstractEventLoop
        self._server: uvicorn.Server

    @property
    def logged(self) -> str:
        """Everything logged so far, libraries included."""
        return self._logged.getvalue()

    def rows(self, query: str, *values: object) -> list[dict[str, Any]]:
        """What the database holds, as another process sees it."""
        file = self.settings.database_url.partition(":///")[2]
        with closing(sqlite3.connect(file, timeout=10.0)) as connection:
            connection.row_factory = sqlite3.Row
            return [dict(row) for row in connection.execute(query, values)]

    def everything_stored(self) -> str:
        """All rows of all tables as one text."""
        tables = [row["name"] for row in self.rows("SELECT name FROM sqlite_master WHERE type = 'table'")]
        stored = {table: self.rows(f"SELECT * FROM {table}") for table in tables}
        return json.dumps(stored, ensure_ascii=False)

    def events(self, address: object) -> list[dict[str, Any]]:
        """The inbox rows of a person, oldest first."""
        query = "SELECT e.* FROM inbox_events e JOIN conversations c ON c.id = e.conversation_id WHERE c.address = ?"
        return self.rows(f"{query} ORDER BY e.id", str(address))

    def replies(self, address: object) -> list[dict[str, Any]]:
        """The outbox rows of a person, oldest first."""
        query = "SELECT o.* FROM outbox_messages o JOIN conversations c ON c.id = o.conversation_id WHERE c.address = ?"
        return self.rows(f"{query} ORDER BY o.id", str(address))

    def later(self, seconds: float) -> None:
        """Let time pass for everything that waits."""
        self.clock.advance(seconds)
        self._loop.call_soon_threadsafe(self.wake)

    def wake(self) -> None:
        """Make workers and senders look now."""
        self.service.events_wait.set()
        self.service.ring()

    def call(self, work: Coroutine[Any, Any, Value]) -> Value:
        """Run something in the application's own loop."""
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(20.0)

    def wait_until(self, holds: Callable[[], object], timeout: float = 8.0) -> None:
        """Wait (real seconds) for something to become true."""
        deadline = time.monotonic() + timeout
        while not holds():
            assert time.monotonic() < deadline, f"Waited {timeout} s in vain; logged:\n{self.logged[-3000:]}"
            time.sleep(0.01)

    def settle(self, timeout: float = 8.0) -> None:
        """Wait until every event is worked and every reply that is due is sent."""
        idle = (
            "SELECT (SELECT count(*) FROM inbox_events WHERE state = 'waiting' AND next_try_at <= ?)"
            " + (SELECT count(*) FROM outbox_messages WHERE state = 'waiting' AND next_try_at <= ?) AS n"
        )
        self.wait_until(lambda: self.rows(idle, self.clock.now(), self.clock.now())[0]["n"] == 0, timeout)

    def get(self, path: str) -> httpx.Response:
        """A GET."""
        return httpx.get(self.url + path, trust_env=False, verify=False)

    async def serve(self, listening: socket.socket, hurried: bool) -> None:
        """Run until told to stop."""
        self._loop = asyncio.get_running_loop()
        async with running(self.settings) as self.service:
            self.service.clock = self.clock.now
            if hurried:
                _hurry(self.service)
            config = uvicorn.Config(
                create_app(self.service), log_config=None, access_log=False, timeout_graceful_shutdown=1
            )
            self._server = uvicorn.Server(config)
            await self._server.serve(sockets=[listening])

    def started(self) -> bool:
        """Whether requests are taken."""
        return hasattr(self, "_server") and self._server.started

    def stop(self) -> None:
        """Stop as on a signal."""
        if hasattr(self, "_server"):
            self._server.should_exit = True


@contextmanager
def deploy(
    folder: Path,
    environment: Mapping[str, str] | None = None,
    *,
    clock: Clock | None = None,
    verbs: Mapping[str, Handler] | None = None,
    kinds: Mapping[str, Handler] | None = None,
    hurried: bool = True,
    port: int = 0,
    **settings: Any,
) -> Iterator[Deployment]:
    """Run the application over `folder` while the block lasts.

    `environment` holds the channels' variables without MOTCUA_; `verbs` and `kinds` are further actions; a second
    deployment over the same folder is a restart, or a second process.
    """
    clock = clock or Clock()
    with socket.create_server(("127.0.0.1", port)) as listening:
        given = {
            "database_url": f"sqlite+aiosqlite:///{folder}/motcua.db",
            "var": folder,
            "data": _data(),
            "model": SHIPPED,
            "secret_key": "test-secret-key",
            "nlu_url": "",
            "public_url": f"http://127.0.0.1:{listening.getsockname()[1]}",
            "office": "xa-vi-du",
            **settings,
        }
        deployment = Deployment(Settings(_env_file=None, **given), clock)
        with ExitStack() as stack:
            stack.enter_context(_logs(deployment._logged))
            stack.enter_context(_environment(environment or {}))
            stack.enter_context(_clock(clock))
            stack.enter_context(patch.object(bot.service, "load_knowledge", _knowledge))
            stack.enter_context(patch.object(bot.understanding, "open_archive", _archive))
            stack.enter_context(patch.object(bot.service, "load_actions", partial(_actions, verbs or {}, kinds or {})))
            migrate(deployment.settings.database_url)
            failures: list[BaseException] = []
            thread = threading.Thread(target=_run, args=(deployment, listening, hurried, failures), name="motcua")
            thread.start()
            try:
                _wait_started(deployment, thread, failures)
                yield deployment
            finally:
                deployment.stop()
                thread.join(20.0)
                assert not thread.is_alive(), "The application did not stop."
        if failures:
            raise failures[0]


def _run(deployment: Deployment, listening: socket.socket, hurried: bool, failures: list[BaseException]) -> None:
    try:
        asyncio.run(deployment.serve(listening, hurried))
    except BaseException as error:  # told to the test's thread
        failures.append(error)


def _wait_started(deployment: Deployment, thread: threading.Thread, failures: list[BaseException]) -> None:
    deadline = time.monotonic() + START_WITHIN
    while not deployment.started():
        if failures:
            raise failures.pop()
        assert thread.is_alive(), "The application ended while starting."
        assert time.monotonic() < deadline, "The application did not start."
        time.sleep(0.01)


def _hurry(service: Service) -> None:
    for account in service.accounts.values():
        account.channel.pause = 0.0
        account.channel.per_second = 2000.0


def _actions(verbs: Mapping[str, Handler], kinds: Mapping[str, Handler]) -> Actions:
    shipped = load_actions()
    return replace(shipped, verbs={**shipped.verbs, **verbs}, kinds={**shipped.kinds, **kinds})


@contextmanager
def _clock(clock: Clock) -> Iterator[None]:
    """The application's parts take a clock; its service gives them the real one."""
    with ExitStack() as stack:
        for module, name in (
            (bot.service, "Sender"),
            (bot.service, "Room"),
            (bot.service, "Courier"),
            (bot.service, "keep_greeting"),
            (bot.channels.zalo, "Tokens"),
        ):
            timed = partial(getattr(module, name), clock=clock.now)
            stack.enter_context(patch.object(module, name, timed))
        yield


@contextmanager
def _environment(given: Mapping[str, str]) -> Iterator[None]:
    """The channels' variables; empty ones win over a developer's `.env`."""
    absent = dict.fromkeys(("TELEGRAM_TOKEN", "TELEGRAM_SECRET", "ZALO_APP_ID", "ZALO_OA_ID", "ZALO_REFRESH_TOKEN"), "")
    variables = {f"MOTCUA_{name}": value for name, value in {**absent, "TELEGRAM_MODE": "", **given}.items()}
    with patch.dict(os.environ, variables):
        yield


@contextmanager
def _logs(stream: io.StringIO) -> Iterator[None]:
    """Log as `motcua serve` does by default, into `stream`."""
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    set_up_logs("INFO")
    written = logging.StreamHandler(stream)
    written.setFormatter(root.handlers[0].formatter)
    root.handlers = [*handlers, written]
    logging.getLogger("uvicorn.error").setLevel(logging.NOTSET)  # the doubles' servers silence it
    try:
        yield
    finally:
        root.handlers = [handler for handler in root.handlers if handler is not written]
        root.setLevel(level)


# Read once for all deployments: each takes half a second and never changes.
_knowledge = cache(load_knowledge)
_archive = cache(open_archive)


@cache
def _data() -> Path:
    """The shipped data and a field that only tests have."""
    folder = tempfile.mkdtemp(prefix="motcua-test-")
    atexit.register(shutil.rmtree, folder)
    data = Path(folder, "data")
    shutil.copytree(ROOT / "data", data)
    entry: dict[str, Any] = {
        "kind": "information",
        "confidence": "cao",
        "checked": "2026-11-01",
        "sources": [{"title": "Bài kiểm thử", "url": "https://example.gov.vn/?a=1&b=<2>", "date": "2026-11-01"}],
    }
    entries = [
        {**entry, "id": LONG, "family": LONG, "label": "Câu dài", "title": "Câu trả lời dài", "short_answer": _long()},
        {
            **entry,
            "id": ODD,
            "family": ODD,
            "label": "a<b & c>d 😀",
            "title": "<i>Ký tự</i> & lạ",
            "short_answer": ODD_TEXT,
        },
    ]
    field = {"field": "kiem-thu", "title": "Kiểm thử", "order": 900, "entries": entries}
    (data / "knowledge" / "kiem-thu.yml").write_text(yaml.safe_dump(field, allow_unicode=True), encoding="utf-8")
    return data


def _long() -> str:
    """About 9,000 characters, each line of its own."""
    return "\n".join(f"Dòng thứ {number}: đây là một dòng để câu trả lời thành dài." for number in range(160))
