"""Posts webhook bodies to the service under test and keeps what came back."""

import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TypeVar

import httpx

Item = TypeVar("Item")
Result = TypeVar("Result")


@dataclass(frozen=True)
class Attempt:
    """One POST to the webhook: its answer, or the error that took its place."""

    status: int | None
    latency: float
    headers: dict[str, str]
    body: bytes
    error: str = ""

    @property
    def ok(self) -> bool:
        """Answered with a 2xx."""
        return self.status is not None and 200 <= self.status < 300


def post(url: str, body: bytes, headers: dict[str, str], timeout: float) -> Attempt:
    """POST the exact bytes once; an error is a result here, never an exception."""
    sent = {"content-type": "application/json", **headers}
    started = time.monotonic()
    try:
        # The service under test is on this machine: no proxy, and no certificates to load for each post.
        with httpx.Client(trust_env=False, verify=False, timeout=timeout) as client:
            status = client.post(url, content=body, headers=sent).status_code
    except httpx.HTTPError as error:
        return Attempt(None, time.monotonic() - started, sent, body, repr(error))
    return Attempt(status, time.monotonic() - started, sent, body)


def in_parallel(work: Callable[[Item], list[Result]], items: Sequence[Item], workers: int) -> list[Result]:
    """Work on many items at once; the results keep the items' order."""
    with ThreadPoolExecutor(workers) as pool:
        return [result for results in pool.map(work, items) for result in results]
