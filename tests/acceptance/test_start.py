"""Starting: what an operator sees when all is well, and when it is not."""

from __future__ import annotations

import json
from pathlib import Path

import httpx
import pytest

from tests.acceptance.process import Process, serving, wait_until


def test_it_starts_without_any_token_prints_three_addresses_and_answers(tmp_path: Path) -> None:
    with serving(tmp_path) as (process, url):
        assert "Một Cửa" in httpx.get(url).text
        assert httpx.get(f"{url}/healthz").json() == {"status": "ok"}
        assert httpx.get(f"{url}/readyz").status_code == 200
        assert "motcua_turns" in httpx.get(f"{url}/metrics").text
        for name in ("Hỏi đáp trên web:", "Telegram:", "Zalo:"):
            assert name in process.output()


def test_every_log_line_is_json(tmp_path: Path) -> None:
    with serving(tmp_path) as (process, url):
        post = {"id": "12345678", "text": "số tôi là 0912345678, quên mật khẩu vneid", "fresh": True}
        assert httpx.post(f"{url}/chat/messages", json=post).status_code == 202
        wait_until(lambda: '"turn"' in process.output(), 20)
    lines = [line for line in process.output().splitlines() if line.startswith("{")]
    assert [json.loads(line)["event"] for line in lines].count("turn") == 1
    assert all({"timestamp", "level", "event"} <= json.loads(line).keys() for line in lines)
    assert "0912345678" not in process.output()
    assert "mật khẩu" not in process.output()


@pytest.mark.parametrize(
    ("environment", "sentence"),
    [
        ({"MOTCUA_MODEL": "no-such-model.tar.gz"}, "the model no-such-model.tar.gz does not exist"),
        ({"MOTCUA_MODEL": "broken.tar.gz"}, "the model broken.tar.gz cannot be read"),
        ({"MOTCUA_OFFICE": "xa-khong-co"}, "MOTCUA_OFFICE is 'xa-khong-co'"),
        ({"MOTCUA_PORT": "many"}, "setting MOTCUA_PORT"),
    ],
)
def test_what_stops_the_start_is_said_in_one_sentence(
    tmp_path: Path, environment: dict[str, str], sentence: str
) -> None:
    (tmp_path / "broken.tar.gz").write_bytes(b"this is no archive")
    process = Process(tmp_path, **environment)
    assert process.process.wait(60) == 1
    said = [line for line in process.output().splitlines() if line.startswith("motcua:")]
    assert len(said) == 1
    assert sentence in said[0]
    assert "Traceback" not in process.output()
    process.stop()
