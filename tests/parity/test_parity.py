"""The runtime and Rasa itself must understand alike: same archive, same library, one of them without Rasa."""

from __future__ import annotations

import asyncio
import os
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from bot.sentences import read_sentences
from bot.settings import ROOT
from bot.understanding import RasaServer
from nlu.labels import DIALOGUE
from nlu.parse import Parse
from nlu.runtime import open_archive

RASA_PYTHON = ROOT / "nlu" / ".venv" / "bin" / "python"
ARCHIVE = ROOT / "models" / "motcua.tar.gz"
ENVIRONMENT = {
    **os.environ,
    "PYTHONPATH": str(ROOT),
    "RASA_TELEMETRY_ENABLED": "false",
    "SQLALCHEMY_SILENCE_UBER_WARNING": "1",
    "PYTHONWARNINGS": "ignore",
}


def rasa(*arguments: str) -> list[str]:
    assert RASA_PYTHON.exists(), "Rasa's environment is not there: run `make test`, which makes it"
    return [str(RASA_PYTHON), "-m", "rasa", *arguments]


@contextmanager
def rasa_server(archive: Path, folder: Path) -> Iterator[str]:
    """A real `rasa run --enable-api` on a free port."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = rasa("run", "--enable-api", "--interface", "127.0.0.1", "--port", str(port), "--model", str(archive))
    with (folder / "rasa.log").open("w") as log:
        server = subprocess.Popen(command, cwd=folder, env=ENVIRONMENT, stdout=log, stderr=log)
        try:
            wait_until_up(f"http://127.0.0.1:{port}", server, folder / "rasa.log")
            yield f"http://127.0.0.1:{port}"
        finally:
            server.terminate()
            server.wait(20)


def wait_until_up(url: str, server: subprocess.Popen[bytes], log: Path) -> None:
    for _ in range(240):
        assert server.poll() is None, log.read_text()[-2000:]
        try:
            if httpx.get(f"{url}/status").json().get("model_file"):
                return
        except (httpx.HTTPError, ValueError):
            pass
        time.sleep(0.5)
    raise AssertionError(f"the Rasa server did not start: {log.read_text()[-2000:]}")


async def ask_all(url: str, texts: list[str]) -> list[Parse]:
    server = RasaServer(url, timeout=30.0)
    try:
        return [await server.parse(text) for text in texts]
    finally:
        await server.close()


@pytest.mark.timeout(300)
def test_rasa_and_the_runtime_understand_every_evaluation_sentence_alike(tmp_path: Path) -> None:
    texts = [sentence.text for sentence in read_sentences(ROOT / "tests" / "evaluation")]
    assert len(texts) > 1000
    runtime = open_archive(ARCHIVE)
    with rasa_server(ARCHIVE, tmp_path) as url:
        theirs = asyncio.run(ask_all(url, texts))
    for text, rasa_parse in zip(texts, theirs, strict=True):
        ours = runtime.parse(text)
        assert [guess.id for guess in ours.ranking] == [guess.id for guess in rasa_parse.ranking], text
        for our_guess, their_guess in zip(ours.ranking, rasa_parse.ranking, strict=True):
            assert our_guess.confidence == pytest.approx(their_guess.confidence, abs=1e-6), text
        assert ours.aspect.id == rasa_parse.aspect.id, text
        assert ours.aspect.confidence == pytest.approx(rasa_parse.aspect.confidence, abs=1e-6), text
        assert ours.entities == rasa_parse.entities, text


@pytest.mark.timeout(300)
def test_rasa_trains_a_model_that_the_runtime_opens(tmp_path: Path) -> None:
    sentences = read_sentences(ROOT / "data" / "intents")
    topics = {"khai-sinh-dung-han", "ket-hon-trong-nuoc", "dang-ky-tam-tru", "tach-ho", *sorted(DIALOGUE)[:3]}
    lines = ['version: "3.1"', "nlu:"]
    for sentence in sentences:
        if sentence.topic in topics:
            lines.append(f"  - intent: {sentence.topic}\n    metadata: {{aspect: {sentence.aspect}}}")
            lines.append(f"    examples: |\n      - {sentence.text}")
    (tmp_path / "nlu.yml").write_text("\n".join(lines) + "\n", encoding="utf-8")
    options = ["--config", str(ROOT / "config.yml"), "--nlu", "nlu.yml", "--out", ".", "--fixed-model-name", "small"]
    trained = subprocess.run(
        rasa("train", "nlu", *options), cwd=tmp_path, env=ENVIRONMENT, capture_output=True, text=True, check=False
    )
    assert trained.returncode == 0, trained.stderr[-2000:]
    runtime = open_archive(tmp_path / "small.tar.gz")
    assert set(runtime.topics.labels) == topics
    assert runtime.parse("toi muon dang ky tam tru").topic.id == "dang-ky-tam-tru"
