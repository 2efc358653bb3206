"""The web chat: the page, its posts, and its stream of replies."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.integration.browser import Browser
from tests.integration.deployment import LONG, ODD, ODD_TEXT, Deployment, deploy


@pytest.fixture(scope="module")
def motcua(folder: Path) -> Iterator[Deployment]:
    with deploy(folder) as deployment:
        yield deployment


@pytest.fixture
def browser(motcua: Deployment) -> Iterator[Browser]:
    with Browser(motcua.url) as browser:
        yield browser


def test_the_page_is_there_with_a_strict_policy(motcua: Deployment) -> None:
    page = motcua.get("/")
    assert page.status_code == 200
    policy = page.headers["content-security-policy"]
    assert "default-src 'self'" in policy
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy
    assert page.headers["x-content-type-options"] == "nosniff"
    assert not re.search(r"<script(?![^>]*\ssrc=)|\son\w+=|<style|\sstyle=", page.text)
    assert '<html lang="vi"' in page.text
    for asset in re.findall(r'(?:src|href)="(/static/[^"]+)"', page.text):
        assert motcua.get(asset).status_code == 200


def test_a_question_is_taken_and_answered_over_the_stream(motcua: Deployment, browser: Browser) -> None:
    response = browser.post("quên mật khẩu vneid")
    assert response.status_code == 202
    [reply] = browser.replies(1)
    entry = motcua.service.knowledge.get("vneid-quen-mat-khau")
    assert entry
    assert (reply["heading"], reply["text"]) == (entry.title, entry.short_answer)
    assert reply["source"]["label"] == entry.source.title
    assert f"{entry.checked:%d/%m/%Y}" in reply["footnote"]
    assert "Làm từng bước" in [choice["label"] for choice in reply["choices"]]


def test_a_page_that_listens_gets_each_reply_at_once(motcua: Deployment, browser: Browser) -> None:
    """Not only with the next heartbeat, 15 s later."""
    browser.ask("xin chào")
    latencies = []
    for _ in range(12):
        listening = threading.Event()
        arrived: list[float] = []

        def listen(listening: threading.Event = listening, arrived: list[float] = arrived) -> None:
            with browser.client.stream("GET", "/chat/events", params={"after": browser.seen}) as stream:
                for line in stream.iter_lines():
                    listening.set()
                    if line.startswith("id: "):
                        arrived.append(time.monotonic())
                        browser.seen = int(line.removeprefix("id: "))
                        return

        thread = threading.Thread(target=listen)
        thread.start()
        assert listening.wait(5)
        time.sleep(0.05)
        posted = time.monotonic()
        assert browser.post(payload="#menu").status_code == 202
        thread.join(6)
        assert arrived, "the reply did not come over the open stream"
        latencies.append(arrived[0] - posted)
    assert max(latencies) < 3


def test_a_button_is_pressed_and_a_guide_replaces_its_message(motcua: Deployment, browser: Browser) -> None:
    first = browser.ask(payload="#buoc khai-sinh-dung-han quay 1")
    assert first["replaces"] is None
    second = browser.ask(payload="#buoc khai-sinh-dung-han quay 2", tapped=first["id"])
    assert second["replaces"] == first["id"]
    typed = browser.ask("tiếp")
    assert "bước 3/" in typed["heading"]
    assert typed["replaces"] is None


def test_odd_signs_and_long_answers_come_whole(motcua: Deployment, browser: Browser) -> None:
    assert browser.ask(payload=f"#hoi {ODD}")["text"] == ODD_TEXT
    assert browser.ask(payload=f"#hoi {LONG}")["text"].count("\n") == 159


def test_the_same_id_twice_gives_one_reply(motcua: Deployment, browser: Browser) -> None:
    browser.ask("xin chào")
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda _: browser.post(payload="#menu", id="the-same-id"), range(4)))
    assert {answer.status_code for answer in answers} == {202}
    browser.replies(1)
    motcua.settle()
    assert len(browser.replies(2, after=0)) == 2
    address = browser.client.cookies["motcua_chat"].partition(".")[0]
    assert len(motcua.replies(address)) == 2


def test_an_id_belongs_to_its_conversation(motcua: Deployment) -> None:
    for _ in range(2):
        with Browser(motcua.url) as browser:
            assert browser.ask(payload="#menu", id="everyones-id")["text"]


def test_without_a_cookie_there_is_nothing_to_hear(motcua: Deployment, browser: Browser) -> None:
    assert browser.client.get("/chat/events").status_code == 204


@pytest.mark.parametrize("forge", ["{address}", "{address}.", "{address}.0", "{other}.{mac}", ".{mac}", "é.{mac}", "."])
def test_a_forged_cookie_opens_nobodys_conversation(motcua: Deployment, browser: Browser, forge: str) -> None:
    browser.ask("xin chào")
    address, _, mac = browser.client.cookies["motcua_chat"].partition(".")
    forged = forge.format(address=address, mac=mac, other=address[:-1] + ("A" if address[-1] != "A" else "B"))
    headers = {b"cookie": f"motcua_chat={forged}".encode()}
    assert httpx.get(f"{motcua.url}/chat/events", headers=headers, trust_env=False, verify=False).status_code == 204
    posted = httpx.post(
        f"{motcua.url}/chat/messages",
        json={"id": "forger-01", "text": "xin chào"},
        headers=headers,
        trust_env=False,
        verify=False,
    )
    assert posted.status_code == 202
    assert posted.cookies["motcua_chat"].partition(".")[0] not in (address, forged.partition(".")[0])


def test_another_browser_sees_none_of_the_replies(motcua: Deployment, browser: Browser) -> None:
    mine = browser.ask(payload="#hoi khai-sinh-dung-han")
    with Browser(motcua.url) as other:
        theirs = other.ask(payload="#menu")
        assert theirs["id"] != mine["id"]
        assert [reply["id"] for reply in other.replies(1, after=0)] == [theirs["id"]]
        other.post(payload="#menu")
        assert mine["id"] not in [reply["id"] for reply in other.replies(2, after=0)]


def test_a_fresh_start_hides_what_was_before(motcua: Deployment, browser: Browser) -> None:
    before = browser.ask("xin chào")
    old = browser.client.cookies["motcua_chat"]
    browser.seen = 0
    after = browser.ask(payload="#menu", fresh=True)
    assert browser.client.cookies["motcua_chat"] != old
    assert after["id"] > before["id"]
    assert [reply["id"] for reply in browser.replies(1, after=0)] == [after["id"]]
    assert "máy trả lời tự động" in after["footnote"]  # told anew, for whoever sits there now


def test_the_cookie_is_kept_from_scripts_and_other_sites(motcua: Deployment, browser: Browser) -> None:
    cookie = browser.post("xin chào").headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=lax" in cookie


def test_the_stream_goes_on_after_the_last_reply_seen(motcua: Deployment, browser: Browser) -> None:
    first, second, third = (browser.ask(payload="#menu") for _ in range(3))
    assert [r["id"] for r in browser.replies(3, after=0)] == [first["id"], second["id"], third["id"]]
    assert [r["id"] for r in browser.replies(1, after=0, last=str(second["id"]))] == [third["id"]]
    assert [r["id"] for r in browser.replies(2, after=first["id"])] == [second["id"], third["id"]]
    for nonsense in ("x", "-1", "9" * 40):
        assert [r["id"] for r in browser.replies(1, after=second["id"], last=nonsense)] == [third["id"]]


@pytest.mark.parametrize("after", ["x", "-1", "9" * 19, "9" * 40])
def test_a_nonsense_place_in_the_stream_is_no_error_of_ours(motcua: Deployment, browser: Browser, after: str) -> None:
    browser.ask("xin chào")
    with browser.client.stream("GET", "/chat/events", params={"after": after}) as stream:
        assert stream.status_code in (200, 422)
        if stream.status_code == 200:
            assert next(stream.iter_lines()) == "retry: 2000"
    browser.ask(payload="#menu")
    assert "Traceback" not in motcua.logged


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", 422),
        (b"{", 422),
        (b"[]", 422),
        (b"\xff", 422),
        (b'{"id":"12345678"}', 422),
        (b'{"id":"12345678","text":"   "}', 422),
        (b'{"id":"short","text":"a"}', 422),
        (b'{"id":"12345678","text":"a","x":1}', 422),
        (b'{"id":"12345678","text":"a","tapped":-1}', 422),
        (b'{"id":"12345678","text":"a","tapped":9999999999999999999}', 422),
        (b'{"id":"12345678","text":"\\ud800"}', 422),
        (b'{"id":"12345678","text":"' + b"a" * 2001 + b'"}', 422),
        (b'{"id":"12345678","text":"' + b"a" * 300_000 + b'"}', 413),
    ],
)
def test_a_bad_post_is_refused_in_vietnamese(motcua: Deployment, browser: Browser, body: bytes, status: int) -> None:
    response = browser.client.post("/chat/messages", content=body)
    assert response.status_code == status
    assert re.search(r"bà con|Bà con", response.json()["error"])
    assert "set-cookie" not in response.headers


@pytest.mark.parametrize(
    "fields",
    [
        {"payload": "không phải nút"},
        {"payload": "#khong-co"},
        {"payload": "#hoi khong-co-viec-nay"},
        {"payload": "#buoc khai-sinh-dung-han quay 99"},
        {"payload": "#linh-vuc ho-tich 9999"},
        {"payload": "#linh-vuc ho-tich \u00b2"},
        {"text": "\x00"},
        {"text": "😀" * 2000},
        {"text": "\u00b2"},
    ],
)
def test_any_post_that_is_taken_gets_a_reply(motcua: Deployment, browser: Browser, fields: dict[str, Any]) -> None:
    assert browser.ask(**fields)["text"]


def test_a_button_that_leads_nowhere_is_said_to_be_stale(motcua: Deployment, browser: Browser) -> None:
    assert "Nút này không còn dùng được" in browser.ask(payload="#hoi khong-co-viec-nay")["text"]


def test_thirty_browsers_at_once_each_get_their_own_reply(motcua: Deployment) -> None:
    fields = motcua.service.knowledge.fields

    def visit(number: int) -> tuple[str, str]:
        field = fields[number % len(fields)]
        with Browser(motcua.url) as browser:
            return field.title, browser.ask(payload=f"#linh-vuc {field.field}")["heading"]

    with ThreadPoolExecutor(10) as pool:
        assert all(expected == heading for expected, heading in pool.map(visit, range(30)))
