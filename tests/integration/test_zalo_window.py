"""Zalo lets the OA write within seven days of a person's last word: news after that waits, and comes first then."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from bot import outbox
from bot.messages import Reply
from tests.fakes.clock import Clock
from tests.fakes.zalo import FakeZalo
from tests.fakes.zalo_people import Person
from tests.integration.deployment import Deployment
from tests.integration.photos import kept, push
from tests.integration.zalo import on_zalo, pushing
from tests.pictures import encoded, street

DAY = 24 * 3600
SENDING = "/v3.0/oa/message/cs"
NEWS = Reply(text="Đơn vị báo đã xử lý xong.", lasting=True)


@pytest.fixture(scope="module")
def fake(clock: Clock) -> FakeZalo:
    return pushing(clock)


@pytest.fixture(scope="module")
def motcua(folder: Path, fake: FakeZalo) -> Iterator[Deployment]:
    with on_zalo(folder, fake) as deployment:
        yield deployment


def idle(fake: FakeZalo, motcua: Deployment, days: float = 8) -> Person:
    """Somebody who was answered once and has not written for some days."""
    person = fake.person()
    person.says("xin chào")
    person.wait_for(1)
    motcua.settle()
    person.last_interaction = fake.clock.now() - days * DAY
    return person


def states(motcua: Deployment, person: Person) -> list[str]:
    return [row["state"] for row in motcua.replies(person.id)]


def held(motcua: Deployment, *people: Person) -> dict[int, outbox.Held]:
    rows = [motcua.rows("SELECT id FROM conversations WHERE address = ?", person.id)[0]["id"] for person in people]

    async def ask() -> dict[int, outbox.Held]:
        async with motcua.service.store.read() as session:
            return dict(await outbox.held_for(session, rows))

    found = motcua.call(ask())
    return {place: found[row] for place, row in enumerate(rows) if row in found}


def test_news_is_held_and_comes_before_the_answer_when_the_person_writes(fake: FakeZalo, motcua: Deployment) -> None:
    person = idle(fake, motcua)
    push(motcua, person.id, NEWS)
    motcua.wait_until(lambda: states(motcua, person) == ["sent", "held"])
    assert motcua.replies(person.id)[1]["error"].startswith("-230")
    assert len(person.inbox) == 1
    person.says("#menu")
    person.wait_for(3)
    motcua.settle()
    assert person.inbox[1].text == NEWS.text
    assert "nhắn số để chọn" in person.inbox[2].text
    assert states(motcua, person) == ["sent"] * 3


def test_news_with_a_photo_is_held_and_comes_whole(fake: FakeZalo, motcua: Deployment) -> None:
    person = idle(fake, motcua)
    file = kept(motcua, encoded(street()))
    push(motcua, person.id, NEWS.model_copy(update={"photos": (file,)}), Reply(text="Tin sau.", lasting=True))
    motcua.wait_until(lambda: states(motcua, person) == ["sent", "held", "held", "held"])
    person.says("#menu")
    person.wait_for(5)
    assert [shown.text for shown in person.inbox[1:4]] == [NEWS.text, "", "Tin sau."]
    assert fake.upload(person.inbox[2].asset) == motcua.service.photos.read(file)


@pytest.mark.parametrize("code", [-230, -232, -305, -311])
def test_each_code_that_means_a_closed_window_holds(fake: FakeZalo, motcua: Deployment, code: int) -> None:
    person = idle(fake, motcua, days=1)
    fake.fail_next(code, on=SENDING)
    push(motcua, person.id, NEWS)
    motcua.wait_until(lambda: states(motcua, person) == ["sent", "held"])
    person.says("#menu")
    assert person.wait_for(3)
    assert person.inbox[1].text == NEWS.text


def test_what_is_held_is_kept_for_weeks_and_not_tried_in_vain(fake: FakeZalo, motcua: Deployment) -> None:
    person = idle(fake, motcua)
    push(motcua, person.id, NEWS)
    motcua.wait_until(lambda: states(motcua, person) == ["sent", "held"])
    tries = len(fake.requests(SENDING))
    for _ in range(3):
        motcua.later(10 * DAY)
        motcua.settle()
    assert len(fake.requests(SENDING)) == tries
    person.says("#menu")
    person.wait_for(3)
    assert person.inbox[1].text == NEWS.text


def test_the_office_can_see_who_is_waited_for_and_since_when(fake: FakeZalo, motcua: Deployment) -> None:
    waiting, other = idle(fake, motcua), idle(fake, motcua)
    at = motcua.clock.now()
    push(motcua, waiting.id, NEWS, NEWS)
    motcua.wait_until(lambda: states(motcua, waiting) == ["sent", "held", "held"])
    found = held(motcua, waiting, other)
    assert set(found) == {0}
    assert found[0].messages == 2
    assert abs(found[0].since - at) < 30
    waiting.says("#menu")
    waiting.wait_for(4)
    assert held(motcua, waiting, other) == {}


def test_a_contact_that_opens_no_window_loses_nothing(fake: FakeZalo, motcua: Deployment) -> None:
    """A follow is a contact that the platform may still not count: the news goes on waiting then."""
    person = idle(fake, motcua)
    push(motcua, person.id, NEWS)
    motcua.wait_until(lambda: states(motcua, person)[:2] == ["sent", "held"])
    person.follows()
    motcua.wait_until(lambda: states(motcua, person) == ["sent", "held", "held"])
    person.says("#menu")
    person.wait_for(4)
    assert person.inbox[1].text == NEWS.text
