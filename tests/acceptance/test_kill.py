"""Whatever dies, every message gets its reply."""

from __future__ import annotations

import random
import time
from pathlib import Path

import pytest

from tests.acceptance.process import serving, wait_until
from tests.fakes.double import Json
from tests.fakes.serving import serve
from tests.fakes.telegram import FakeTelegram
from tests.fakes.telegram_people import Person

PEOPLE = 200
WORDS = ("quên mật khẩu vneid", "tách hộ", "đăng ký tạm trú cần gì", "chào bạn", "#menu")


@pytest.mark.timeout(180)
@pytest.mark.parametrize("mode", ["polling", "webhook"])
def test_after_a_kill_at_a_random_moment_every_message_gets_its_reply(tmp_path: Path, mode: str) -> None:
    fake = FakeTelegram()
    fake.switches.delivery_attempts = 60
    with serve(fake.app) as url:
        environment = {
            "MOTCUA_TELEGRAM_TOKEN": fake.token,
            "MOTCUA_TELEGRAM_API": url,
            "MOTCUA_TELEGRAM_SECRET": "test-secret",
            "MOTCUA_TELEGRAM_MODE": mode,
            "MOTCUA_PORT": "0" if mode == "polling" else "18765",
        }
        if mode == "webhook":
            environment["MOTCUA_PUBLIC_URL"] = "https://bot.example"
            fake.switches.deliver_to = "http://127.0.0.1:18765"
        people = [fake.person(1000 + number, f"Người {number}") for number in range(PEOPLE)]
        updates: list[Json] = []
        with serving(tmp_path, **environment) as (process, _):
            updates = [person.says(WORDS[number % len(WORDS)]) for number, person in enumerate(people)]
            if mode == "webhook":
                wait_until(lambda: bool(fake.webhook.url), 20)
                fake.deliver_all(updates[: PEOPLE // 2])
            kill_after = random.Random(time.time_ns()).randint(1, PEOPLE // 2 - 10)
            wait_until(lambda: answered(people) >= kill_after, 60)
            process.kill()
        assert answered(people) < PEOPLE, "nothing was in flight any more: the kill came too late to prove anything"

        with serving(tmp_path, **environment):
            if mode == "webhook":
                fake.deliver_all(updates)  # Telegram does not know which of them arrived: it repeats them all
            wait_until(lambda: answered(people) == PEOPLE, 45)
        replies = sum(len(person.inbox) for person in people)
        assert replies <= PEOPLE + 1, "at most the one message that was being sent may come twice"


def answered(people: list[Person]) -> int:
    return sum(bool(person.inbox) for person in people)
