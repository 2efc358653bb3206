"""A browser at the web chat: it keeps its cookie, posts, and reads the stream of replies."""

from __future__ import annotations

import json
from itertools import count
from types import TracebackType
from typing import Any

import httpx

_IDS = count(1)


class Browser:
    """One browser profile."""

    def __init__(self, url: str, cookies: dict[str, str] | None = None) -> None:
        self.client = httpx.Client(base_url=url, cookies=cookies, trust_env=False, verify=False, timeout=4.0)
        self.seen = 0

    def __enter__(self) -> Browser:
        return self

    def __exit__(self, _kind: type[BaseException] | None, _e: BaseException | None, _t: TracebackType | None) -> None:
        self.client.close()

    def post(self, text: str = "", **fields: Any) -> httpx.Response:
        """Post as the page does; `id` is a new one unless given."""
        return self.client.post("/chat/messages", json={"id": f"test-id-{next(_IDS):06}", "text": text, **fields})

    def replies(self, number: int, after: int | None = None, last: str = "") -> list[dict[str, Any]]:
        """The next replies of the stream; a wait of 5 s without a word is an error."""
        found: list[dict[str, Any]] = []
        headers = {"Last-Event-ID": last} if last else {}
        since = self.seen if after is None else after
        with self.client.stream("GET", "/chat/events", params={"after": since}, headers=headers) as stream:
            assert stream.status_code == 200
            assert stream.headers["content-type"].startswith("text/event-stream")
            for line in stream.iter_lines():
                if line.startswith("data: "):
                    found.append(json.loads(line.removeprefix("data: ")))
                if len(found) == number:
                    break
        self.seen = max([self.seen, *(reply["id"] for reply in found)])
        return found

    def ask(self, text: str = "", **fields: Any) -> dict[str, Any]:
        """Post and read the one reply."""
        assert self.post(text, **fields).status_code == 202
        [reply] = self.replies(1)
        return reply
