"""Telegram without a public address: updates are fetched."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from bot import inbox
from tests.fakes.clock import Clock
from tests.fakes.telegram import FakeTelegram
from tests.integration.deployment import Deployment
from tests.integration.telegram import on_telegram, someone


@pytest.fixture(scope="module")
def fake(clock: Clock) -> FakeTelegram:
    return FakeTelegram(clock=clock)


@pytest.fixture(scope="module")
def motcua(folder: Path, fake: FakeTelegram) -> Iterator[Deployment]:
    fake.set_webhook({"url": "http://127.0.0.1/an-old-address"})
    with on_telegram(folder, fake, mode="polling") as deployment:
        yield deployment


def asked_beyond(fake: FakeTelegram, update: dict[str, Any]) -> bool:
    """Whether a poll has confirmed this update."""
    offsets = [request.fields.get("offset") for request in fake.requests("/getUpdates")]
    return any(offset and int(offset) > update["update_id"] for offset in offsets)


def test_an_old_webhook_is_deleted_before_the_first_poll(fake: FakeTelegram, motcua: Deployment) -> None:
    motcua.wait_until(lambda: fake.requests("/getUpdates"))
    assert fake.webhook.url == ""
    called = [request.path.rpartition("/")[2] for request in fake.journal]
    assert called.index("deleteWebhook") < called.index("getUpdates")


def test_the_same_question_is_answered(fake: FakeTelegram, motcua: Deployment) -> None:
    person = someone(fake)
    person.says("quên mật khẩu vneid")
    assert person.wait_for(1).text.startswith("Quên mật khẩu VNeID")
    person.taps("Làm từng bước")
    assert person.wait_for(lambda shown: "bước 1/" in shown.text or "theo cách nào" in shown.text)


def test_an_update_is_confirmed_only_after_it_was_stored(
    fake: FakeTelegram, motcua: Deployment, monkeypatch: pytest.MonkeyPatch
) -> None:
    stored: list[bool] = []
    store_event = inbox.store_event

    async def watched(*given: Any) -> bool:
        stored.append(asked_beyond(fake, {"update_id": int(given[2].key)}))
        return await store_event(*given)

    monkeypatch.setattr(inbox, "store_event", watched)
    person = someone(fake)
    update = person.says("/menu")
    person.wait_for(1)
    assert stored == [False]
    motcua.wait_until(lambda: asked_beyond(fake, update))
    assert fake.pending == []


def test_an_update_that_could_not_be_stored_comes_again(
    fake: FakeTelegram, motcua: Deployment, monkeypatch: pytest.MonkeyPatch
) -> None:
    store_event = inbox.store_event
    failures = [OSError("the disk is full")]

    async def failing_once(*given: Any) -> bool:
        if failures:
            raise failures.pop()
        return await store_event(*given)

    monkeypatch.setattr(inbox, "store_event", failing_once)
    person = someone(fake)
    update = person.says("/menu")
    motcua.wait_until(lambda: not failures)
    assert not asked_beyond(fake, update)
    person.wait_for(1, timeout=12)
    motcua.settle()
    assert len(person.inbox) == 1


def test_a_failing_poll_is_tried_again(fake: FakeTelegram, motcua: Deployment) -> None:
    fake.fail_next(502, on="/getUpdates")
    first, second = someone(fake), someone(fake)
    first.says("/menu")
    second.says("/menu")
    first.wait_for(1, timeout=10)
    second.wait_for(1, timeout=10)


def test_a_long_poll_does_not_hold_up_the_stop(tmp_path: Path) -> None:
    fake = FakeTelegram()
    with on_telegram(tmp_path, fake, mode="polling") as motcua:
        motcua.wait_until(lambda: fake.requests("/getUpdates"))
        started = time.monotonic()
    assert time.monotonic() - started < 5
