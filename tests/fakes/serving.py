"""Runs a double over real HTTP, so that tests and separate processes reach it the same way."""

import asyncio
import socket
import struct
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import cast

import uvicorn
from starlette.types import ASGIApp, Receive, Scope, Send
from uvicorn.protocols.http.h11_impl import H11Protocol

START_WITHIN = 10.0


@contextmanager
def serve(app: ASGIApp, port: int = 0) -> Iterator[str]:
    """Serve `app` on 127.0.0.1 (a free port when 0) while the block runs; gives the base URL.

    A request finds two things in `request.state`: `reset()` cuts its connection as a crashed peer would,
    `stopping` is an event that long polls watch so that the server can end at once.
    """
    stopping = threading.Event()

    async def watched(scope: Scope, receive: Receive, send: Send) -> None:
        scope["state"]["stopping"] = stopping
        await app(scope, receive, send)

    listening = socket.create_server(("127.0.0.1", port))
    config = uvicorn.Config(
        watched,
        http=ResettableProtocol,
        ws="none",
        lifespan="off",
        log_config=None,
        log_level="critical",
        timeout_graceful_shutdown=2,
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, args=([listening],), name="double", daemon=True)
    thread.start()
    try:
        _wait_started(server, thread)
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    finally:
        stopping.set()
        server.should_exit = True
        thread.join()
        listening.close()


class ResettableProtocol(H11Protocol):
    """Hands each request a way to cut its own connection, which ASGI has no word for."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        open_transport = cast(asyncio.Transport, transport)
        super().connection_made(open_transport)
        self.app_state = {**self.app_state, "reset": partial(_reset, open_transport)}


def _reset(transport: asyncio.Transport) -> None:
    # Linger 0 makes the close a TCP reset: the client sees a broken connection, never an empty answer.
    transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    transport.abort()


def _wait_started(server: uvicorn.Server, thread: threading.Thread) -> None:
    deadline = time.monotonic() + START_WITHIN
    while not server.started:
        if not thread.is_alive() or time.monotonic() > deadline:
            raise RuntimeError("The double's server did not start; is its port taken?")
        time.sleep(0.005)
