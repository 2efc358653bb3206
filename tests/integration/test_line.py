"""The line from inbox to outbox when things go wrong: understanding, an action, the database."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from bot import inbox
from bot.store import open_engine
from bot.turn import Result, Turn
from bot.understanding import NotUnderstood
from nlu.parse import Parse
from tests.fakes.clock import Clock
from tests.fakes.telegram import FakeTelegram
from tests.fakes.telegram_people import Person
from tests.integration.browser import Browser
from tests.integration.deployment import Deployment
from tests.integration.telegram import SECRET, on_telegram, pushing, someone

HEADER = {"X-Telegram-Bot-Api-Secret-Token": SECRET}
PHONE = "0912345678"
PHONES = (PHONE, "0912 345 678", "+84912345678", "001099012345")
_NUMBERS = count(40_000_000)


class Breaking:
    """An action that fails while told to."""

    failures = 0

    def __call__(self, turn: Turn, *_arguments: str) -> Result | None:
        if self.failures:
            self.failures -= 1
            raise RuntimeError(f"boom: {turn.message.text}")
        return None


class NoModel:
    """A model that fails at run time."""

    def parse(self, text: str) -> None:
        raise RuntimeError("the weights are gone")


@pytest.fixture(scope="module")
def fake(clock: Clock) -> FakeTelegram:
    return pushing(clock)


@pytest.fixture(scope="module")
def breaking() -> Breaking:
    return Breaking()


@pytest.fixture(scope="module")
def motcua(folder: Path, fake: FakeTelegram, breaking: Breaking) -> Iterator[Deployment]:
    with on_telegram(folder, fake, verbs={"no-tung": breaking}) as deployment:
        yield deployment


@pytest.fixture
def no_model(motcua: Deployment, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(motcua.service.understanding, "_runtime", NoModel())


def failed(motcua: Deployment, person: Person, attempts: int) -> None:
    """Wait until the person's first event has failed that often and waits for another try."""

    def waits() -> bool:
        event = motcua.events(person.id)[0]
        return bool(event["attempts"] == attempts and event["error"] and event["next_try_at"] > motcua.clock.now())

    motcua.wait_until(waits)


# ── understanding is out of order ─────────────────────────────────────


@pytest.mark.usefixtures("no_model")
def test_without_understanding_free_text_gets_an_apology_and_a_way_on(fake: FakeTelegram, motcua: Deployment) -> None:
    person = someone(fake)
    person.says("quên mật khẩu vneid")
    shown = person.wait_for(1)
    assert "máy đang trục trặc" in shown.text
    motcua.settle()
    assert motcua.events(person.id)[-1]["outcome"] == "error"
    person.taps("Xem danh mục")
    assert "hỏi về việc gì" in person.wait_for(2).text


@pytest.mark.usefixtures("no_model")
def test_without_understanding_buttons_menu_and_guides_work(fake: FakeTelegram, motcua: Deployment) -> None:
    person = someone(fake)
    person.says("/start khai-sinh-dung-han")
    person.wait_for(1)
    person.taps("Làm từng bước")
    person.wait_for(2)
    person.taps("Đến nộp trực tiếp")
    person.wait_for(lambda shown: "bước 1/" in shown.text)
    person.says("tiếp")
    person.wait_for(lambda shown: "bước 2/" in shown.text)
    person.taps("Tôi bị vướng")
    person.wait_for(lambda shown: "vướng ở chỗ nào" in shown.text)
    person.says("bấm gửi mà máy báo lỗi")
    assert "ghi lại chỗ vướng" in person.wait_for(lambda shown: "ghi lại" in shown.text).text
    person.says("menu")
    assert person.wait_for(lambda shown: "hỏi về việc gì" in shown.text)


def test_events_are_acknowledged_while_understanding_hangs(
    fake: FakeTelegram, motcua: Deployment, monkeypatch: pytest.MonkeyPatch
) -> None:
    released = threading.Event()

    async def hanging(_text: str) -> Parse:
        while not released.is_set():
            await asyncio.sleep(0.02)
        raise NotUnderstood("it woke up too late")

    monkeypatch.setattr(motcua.service.understanding, "parse", hanging)
    person = someone(fake)
    person.open = True
    chat = person.as_json()
    with httpx.Client(base_url=motcua.url, trust_env=False, verify=False) as client:
        for number in range(8):
            message = {"message_id": number, "date": 1, "chat": chat, "from": person.as_user(), "text": "khai sinh"}
            update = {"update_id": next(_NUMBERS), "message": message}
            assert client.post("/webhooks/telegram", json=update, headers=HEADER).status_code == 200
    assert not person.inbox, "an answer came: nothing hung, and the test shows nothing"
    released.set()
    person.wait_for(8, timeout=20)


def test_with_rasas_server_away_the_bot_starts_and_buttons_work(tmp_path: Path) -> None:
    fake = pushing(Clock())
    with on_telegram(tmp_path, fake, nlu_url="http://127.0.0.1:9", model=tmp_path / "none") as motcua:
        person = someone(fake)
        person.says("quên mật khẩu vneid")
        assert "máy đang trục trặc" in person.wait_for(1).text
        person.says("/menu")
        person.wait_for(2)
        assert motcua.get("/healthz").status_code == 200


# ── a turn fails ──────────────────────────────────────────────────────


def test_a_turn_that_fails_once_is_tried_again_and_then_answered(
    fake: FakeTelegram, motcua: Deployment, breaking: Breaking
) -> None:
    person = someone(fake)
    breaking.failures = 1
    person.says("#no-tung")
    failed(motcua, person, 1)
    [event] = motcua.events(person.id)
    assert event["state"] == "waiting"
    assert 1 < event["next_try_at"] - motcua.clock.now() <= 2
    motcua.later(3)
    person.wait_for(1)
    motcua.settle()
    [event] = motcua.events(person.id)
    assert (event["state"], event["error"], event["body"]) == ("done", "", None)
    assert len(person.inbox) == 1


def test_a_turn_that_keeps_failing_ends_with_an_apology_and_the_talk_goes_on(
    fake: FakeTelegram, motcua: Deployment, breaking: Breaking
) -> None:
    person = someone(fake)
    breaking.failures = 5
    person.says("#no-tung")
    failed(motcua, person, 1)
    person.says("/menu")
    waits = []
    for attempts in (1, 2, 3, 4):
        failed(motcua, person, attempts)
        assert person.inbox == []  # the menu waits its turn
        wait = motcua.events(person.id)[0]["next_try_at"] - motcua.clock.now()
        waits.append(wait)
        motcua.later(wait + 0.5)
    person.wait_for(2)
    assert waits == pytest.approx([2, 10, 60, 300], abs=1.5)
    assert "Xin lỗi bà con" in person.inbox[0].text
    assert "hỏi về việc gì" in person.inbox[1].text
    motcua.settle()
    first, menu = motcua.events(person.id)
    assert (first["state"], first["outcome"], first["body"]) == ("failed", "error", None)
    assert first["error"].startswith("RuntimeError: boom")
    assert menu["state"] == "done"


def test_a_failing_talk_does_not_hold_up_others(fake: FakeTelegram, motcua: Deployment, breaking: Breaking) -> None:
    unlucky, other = someone(fake), someone(fake)
    breaking.failures = 1
    unlucky.says("#no-tung")
    failed(motcua, unlucky, 1)
    other.says("/menu")
    other.wait_for(1)
    motcua.later(3)
    unlucky.wait_for(1)


# ── what is kept ──────────────────────────────────────────────────────


def test_after_a_turn_nothing_is_left_of_the_event_but_that_it_was(fake: FakeTelegram, motcua: Deployment) -> None:
    person = someone(fake)
    person.says("cho tôi hỏi quên mật khẩu vneid thì làm sao")
    person.wait_for(1)
    motcua.settle()
    [event] = motcua.events(person.id)
    assert (event["state"], event["outcome"], event["body"]) == ("done", "answered", None)


@pytest.mark.parametrize("number", PHONES)
def test_a_personal_number_is_in_no_table_and_no_log(fake: FakeTelegram, motcua: Deployment, number: str) -> None:
    person = someone(fake)
    person.says(f"số của tôi {number} cho hỏi quên mật khẩu vneid thì làm sao")
    assert "không cần gửi số" in person.wait_for(1).text
    person.says(number)
    person.wait_for(2)
    person.says("#buoc khai-sinh-dung-han quay 1")
    person.wait_for(3)
    person.taps("Tôi bị vướng")
    person.wait_for(4)
    person.says(f"bấm gửi mà máy báo lỗi, gọi tôi {number} nhé")
    person.wait_for(5)
    motcua.settle()
    stored = motcua.everything_stored()
    assert "[số" in stored
    for kept in (stored, motcua.logged):
        assert number not in kept
        assert number.replace(" ", "") not in kept


def test_a_personal_number_in_a_failing_turn_is_not_in_the_tables_afterwards(
    fake: FakeTelegram, motcua: Deployment, breaking: Breaking
) -> None:
    person = someone(fake)
    breaking.failures = 5
    person.says("#no-tung 0987654321")
    for attempts in (1, 2, 3, 4):
        failed(motcua, person, attempts)
        assert "0987654321" not in motcua.events(person.id)[0]["error"]
        motcua.later(301)
    person.wait_for(1)
    motcua.settle()
    assert "0987654321" not in motcua.everything_stored()


# ── the database is away, and what the operator sees ──────────────────


def test_health_and_figures_answer(fake: FakeTelegram, motcua: Deployment) -> None:
    assert motcua.get("/healthz").json() == {"status": "ok"}
    ready = motcua.get("/readyz")
    assert (ready.status_code, ready.json()) == (200, {"database": True, "model": True})
    person = someone(fake)
    person.says("quên mật khẩu vneid")
    person.wait_for(1)
    motcua.settle()
    figures = motcua.get("/metrics").text
    for figure in (
        'motcua_turns_total{channel="telegram",outcome="answered"}',
        'motcua_events_total{channel="telegram",result="taken"}',
        'motcua_messages_total{channel="telegram",delivery="sent"}',
        "motcua_turn_seconds_count",
    ):
        assert figure in figures
    assert str(person.id) not in figures


def test_a_message_that_came_while_the_database_was_away_is_delivered_again_and_answered(
    fake: FakeTelegram, motcua: Deployment, monkeypatch: pytest.MonkeyPatch
) -> None:
    person = someone(fake)
    away = open_engine("sqlite+aiosqlite:////nowhere/at/all.db")
    with monkeypatch.context() as patched:
        patched.setattr(motcua.service.store, "engine", away)
        assert motcua.get("/healthz").status_code == 200
        ready = motcua.get("/readyz")
        assert (ready.status_code, ready.json()) == (503, {"database": False, "model": True})
        update = person.says("/menu")
        assert {attempt.status for attempt in fake.attempts[-3:]} == {500}
    assert motcua.get("/readyz").status_code == 200
    assert [attempt.status for attempt in fake.deliver(update)] == [200]
    person.wait_for(1)


def test_nothing_personal_is_logged_when_the_database_fails(
    fake: FakeTelegram, motcua: Deployment, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A failing statement must not carry its values into the log."""
    conversation = inbox.conversation

    async def missing_table(session: AsyncSession, *given: Any) -> int:
        number = await conversation(session, *given)
        await session.execute(text("ALTER TABLE inbox_events RENAME TO moved"))
        return number

    monkeypatch.setattr(inbox, "conversation", missing_table)
    person = someone(fake)
    person.says("số của tôi 0977123456 nhé")
    assert fake.attempts[-1].status == 500
    monkeypatch.undo()
    assert "OperationalError" in motcua.logged
    assert "0977123456" not in motcua.logged


def test_answers_survive_a_restart_between_question_and_answer(tmp_path: Path) -> None:
    fake = pushing(Clock())
    with on_telegram(tmp_path, fake) as _:
        person = someone(fake)
        fake.fail_next(500, on="/sendMessage")
        person.says("/menu")
    with on_telegram(tmp_path, fake) as motcua:
        motcua.later(10)
        person.wait_for(1)
        motcua.settle()
        assert len(person.inbox) == 1


def test_the_web_goes_on_when_telegram_is_away(tmp_path: Path) -> None:
    fake = pushing(Clock())
    fake.fail_next(502, times=50)
    with on_telegram(tmp_path, fake, mode="polling") as motcua, Browser(motcua.url) as browser:
        assert browser.ask(payload="#menu")["text"]
