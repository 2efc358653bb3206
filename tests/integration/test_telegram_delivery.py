"""What Telegram may do to a reply on its way: floods, blocks, failures, long texts, and the order of things."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.fakes.clock import Clock
from tests.fakes.telegram import FakeTelegram
from tests.fakes.telegram_people import Person
from tests.integration.deployment import LONG, Deployment
from tests.integration.telegram import on_telegram, pushing, someone


@pytest.fixture(scope="module")
def fake(clock: Clock) -> FakeTelegram:
    return pushing(clock)


@pytest.fixture(scope="module")
def motcua(folder: Path, fake: FakeTelegram) -> Iterator[Deployment]:
    with on_telegram(folder, fake) as deployment:
        yield deployment


def put_off(motcua: Deployment, person: Person, attempts: int) -> None:
    """Wait until the person's only reply was put off that often."""
    motcua.wait_until(lambda: [row["attempts"] for row in motcua.replies(person.id)] == [attempts])


def test_a_flood_is_waited_out_as_long_as_telegram_says(fake: FakeTelegram, motcua: Deployment) -> None:
    person = someone(fake)
    fake.fail_next(429, on="/sendMessage", body={"parameters": {"retry_after": 37}})
    before = motcua.clock.now()
    person.says("/menu")
    motcua.wait_until(lambda: motcua.replies(person.id) and motcua.replies(person.id)[0]["attempts"])
    [row] = motcua.replies(person.id)
    assert 37 <= row["next_try_at"] - before < 40
    motcua.later(30)
    motcua.settle()
    assert person.inbox == []
    motcua.later(8)
    person.wait_for(1)
    motcua.settle()
    assert len(person.inbox) == 1
    assert motcua.replies(person.id)[0]["state"] == "sent"


def test_who_blocked_the_bot_is_marked_and_others_are_served(fake: FakeTelegram, motcua: Deployment) -> None:
    gone, other = someone(fake), someone(fake)
    fake.switches.deliver_at_once = False
    update = gone.says("/menu")
    gone.blocked = True
    fake.switches.deliver_at_once = True
    fake.deliver(update)
    other.says("/menu")
    other.wait_for(1)
    motcua.settle()
    [row] = motcua.replies(gone.id)
    assert row["state"] == "undeliverable"
    assert "blocked by the user" in row["error"]
    assert gone.inbox == []


def test_who_comes_back_after_blocking_is_answered_again(fake: FakeTelegram, motcua: Deployment) -> None:
    person = someone(fake)
    fake.switches.deliver_at_once = False
    update = person.says("/menu")
    person.blocked = True
    fake.deliver(update)
    motcua.wait_until(lambda: motcua.replies(person.id) and motcua.replies(person.id)[0]["state"] == "undeliverable")
    person.blocked = False
    fake.switches.deliver_at_once = True
    person.says("/menu")
    motcua.settle()
    assert len(person.inbox) == 1


@pytest.mark.parametrize("failure", [500, 502, 503, "reset"])
def test_a_failing_server_is_tried_again(fake: FakeTelegram, motcua: Deployment, failure: int | str) -> None:
    person = someone(fake)
    fake.fail_next(failure, on="/sendMessage", times=2)  # type: ignore[arg-type]
    person.says("/menu")
    for attempts in (1, 2):
        put_off(motcua, person, attempts)
        assert person.inbox == []
        motcua.later(6)
    person.wait_for(1)
    motcua.settle()
    assert [row["state"] for row in motcua.replies(person.id)] == ["sent"]
    assert len(person.inbox) == 1


def test_the_waits_between_tries_grow(fake: FakeTelegram, motcua: Deployment) -> None:
    person = someone(fake)
    fake.fail_next(500, on="/sendMessage", times=4)
    person.says("/menu")
    waits = []
    for attempts in (1, 2, 3, 4):
        put_off(motcua, person, attempts)
        wait = motcua.replies(person.id)[0]["next_try_at"] - motcua.clock.now()
        waits.append(round(wait))
        motcua.later(wait + 1)
    person.wait_for(1)
    assert waits == pytest.approx([2, 5, 15, 60], abs=1.5)


def test_an_answer_that_cannot_be_sent_for_a_day_is_given_up(fake: FakeTelegram, motcua: Deployment) -> None:
    person = someone(fake)
    fake.fail_next(500, on="/sendMessage", times=2)
    person.says("/menu")
    motcua.wait_until(lambda: [row["attempts"] for row in motcua.replies(person.id)] == [1])
    motcua.later(25 * 3600)
    motcua.wait_until(lambda: motcua.replies(person.id)[0]["state"] == "undeliverable")
    assert "given up" in motcua.replies(person.id)[0]["error"]


def test_a_later_answer_waits_for_the_earlier_one(fake: FakeTelegram, motcua: Deployment) -> None:
    person = someone(fake)
    fake.fail_next(500, on="/sendMessage")
    person.says("/menu")
    motcua.wait_until(lambda: [row["attempts"] for row in motcua.replies(person.id)] == [1])
    person.says("/huy")
    motcua.wait_until(lambda: len(motcua.replies(person.id)) == 2)
    assert person.inbox == []
    motcua.later(3)
    person.wait_for(2)
    assert [("hỏi về việc gì" in shown.text) for shown in person.inbox] == [True, False]


def test_a_long_answer_comes_in_parts_with_the_buttons_on_the_last(fake: FakeTelegram, motcua: Deployment) -> None:
    person = someone(fake)
    person.says(f"/start {LONG}")
    person.wait_for(lambda shown: "Nguồn:" in shown.text)
    texts = [shown.text for shown in person.inbox]
    assert len(texts) >= 3
    assert all(len(text) <= 4096 for text in texts)
    lines = [line for text in texts for line in text.splitlines() if line.startswith("Dòng thứ")]
    assert [int(line.split()[2].rstrip(":")) for line in lines] == list(range(160))
    assert texts[0].startswith("Câu trả lời dài")
    assert all("Nguồn:" not in text for text in texts[:-1])


def test_fifty_messages_of_ten_people_keep_each_ones_order(fake: FakeTelegram, motcua: Deployment) -> None:
    """Updates of a chat arrive one after the other, those of different chats side by side, as from Telegram."""
    people = [someone(fake) for _ in range(10)]
    fields = motcua.service.knowledge.fields
    fake.switches.deliver_at_once = False
    rounds = [[person.says(f"#linh-vuc {fields[turn].field}") for person in people] for turn in range(5)]
    fake.switches.deliver_at_once = True
    for updates in rounds:
        assert all(attempt.ok for attempt in fake.deliver_all(updates, workers=10))
    for person in people:
        person.wait_for(5, timeout=20)
    motcua.settle()
    expected = [field.title for field in fields[:5]]
    for person in people:
        assert [shown.text.splitlines()[0] for shown in person.inbox] == expected


def test_telegrams_pace_is_kept_without_a_single_refusal(tmp_path: Path) -> None:
    """With the real pauses: at most one message a second to a chat, however many answers wait."""
    fake = pushing(Clock())
    fake.switches.enforce_flood = True
    with on_telegram(tmp_path, fake, hurried=False) as motcua:
        people = [someone(fake) for _ in range(4)]
        for person in people:
            for _ in range(3):
                person.says("/menu")
        for person in people:
            person.wait_for(3, timeout=12)
        motcua.settle()
        assert {row["attempts"] for person in people for row in motcua.replies(person.id)} == {0}


def test_a_wrong_token_keeps_the_answers_for_the_operator(fake: FakeTelegram, motcua: Deployment) -> None:
    person = someone(fake)
    token, fake.token = fake.token, "1:other"
    try:
        person.says("/menu")
        motcua.wait_until(lambda: [row["attempts"] for row in motcua.replies(person.id)] == [1])
    finally:
        fake.token = token
    assert "MOTCUA_TELEGRAM_TOKEN" in motcua.logged
    assert token not in motcua.logged
    motcua.later(301)
    person.wait_for(1)
