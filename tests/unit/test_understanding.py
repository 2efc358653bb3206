"""A Rasa server that does not answer usably is "not understood", never a crash."""

import asyncio
import json
from collections.abc import Iterator
from typing import Any

import pytest
from starlette.types import Receive, Scope, Send

from bot.understanding import Embedded, NotUnderstood, RasaServer
from nlu.parse import Guess, Parse
from tests.fakes.serving import serve

GOOD = {
    "text": "phí khai sinh",
    "intent": {"name": "khai-sinh-dung-han", "confidence": 0.9},
    "intent_ranking": [{"name": "khai-sinh-dung-han", "confidence": 0.9}, {"name": "khai-tu", "confidence": 0.1}],
    "aspect": {"name": "fee", "confidence": 0.8},
    "entities": [{"entity": "date", "value": "02/12/2026", "start": 0, "end": 10, "extractor": "x"}],
}


class Rasa:
    """`rasa run --enable-api` as far as it is asked: it answers what it is told to."""

    url = ""

    def __init__(self) -> None:
        self.status, self.body, self.delay = 200, b"", 0.0
        self.asked: list[tuple[str, str, Any]] = []

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.asked.append((scope["method"], scope["path"], json.loads((await receive())["body"])))
        await asyncio.sleep(self.delay)
        await send({"type": "http.response.start", "status": self.status, "headers": []})
        await send({"type": "http.response.body", "body": self.body})


@pytest.fixture(scope="module")
def rasa() -> Iterator[Rasa]:
    server = Rasa()
    with serve(server) as server.url:
        yield server


def ask(url: str, text: str = "phí khai sinh", timeout: float = 3.0) -> Parse:
    async def asking() -> Parse:
        understanding = RasaServer(url, timeout)
        try:
            return await understanding.parse(text)
        finally:
            await understanding.close()

    return asyncio.run(asking())


def answers(rasa: Rasa, body: object, status: int = 200, delay: float = 0.0) -> str:
    rasa.status, rasa.delay = status, delay
    rasa.body = body if isinstance(body, bytes) else json.dumps(body).encode()
    return rasa.url


def test_a_good_answer_becomes_a_parse(rasa: Rasa) -> None:
    parse = ask(answers(rasa, GOOD))
    assert rasa.asked[-1] == ("POST", "/model/parse", {"text": "phí khai sinh"})
    assert parse.topic == parse.ranking[0] == Guess("khai-sinh-dung-han", 0.9)
    assert (parse.aspect.id, parse.entities[0].type, parse.text) == ("fee", "date", "phí khai sinh")


@pytest.mark.parametrize(
    "body",
    [b"", b"<html>", b"\xff\xfe", b"null", b"[]", b'"ok"', {}, GOOD | {"intent_ranking": []},
     GOOD | {"intent_ranking": None}, GOOD | {"aspect": None}, GOOD | {"entities": [{}]},
     GOOD | {"intent_ranking": [{"name": "khai-tu"}]}],
)  # fmt: skip
def test_an_unusable_answer_is_not_understood(rasa: Rasa, body: object) -> None:
    with pytest.raises(NotUnderstood):
        ask(answers(rasa, body))


@pytest.mark.parametrize("status", [500, 503, 404, 401, 302])
def test_an_error_is_not_understood(rasa: Rasa, status: int) -> None:
    with pytest.raises(NotUnderstood, match="HTTPStatusError"):
        ask(answers(rasa, GOOD, status))


def test_a_slow_server_is_not_waited_for(rasa: Rasa) -> None:
    with pytest.raises(NotUnderstood, match="ReadTimeout"):
        ask(answers(rasa, GOOD, delay=0.3), timeout=0.05)


def test_no_server_is_not_understood() -> None:
    with pytest.raises(NotUnderstood, match="ConnectError"):
        ask("http://127.0.0.1:9")


def test_a_model_that_fails_is_not_understood() -> None:
    class Broken:
        def parse(self, text: str) -> Parse:
            raise MemoryError

    with pytest.raises(NotUnderstood, match="the model failed: MemoryError"):
        asyncio.run(Embedded(Broken()).parse("xin chào"))  # type: ignore[arg-type]
